"""Index of the verdict that a call rests on: deleting old verdicts asks of each whether a call still needs it."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_call_verdict_id"), "call", ["verdict_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_call_verdict_id"), table_name="call")
