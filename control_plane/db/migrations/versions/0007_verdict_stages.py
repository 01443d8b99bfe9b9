"""Which call a verdict was made for, and when: so that a call can be explained from its request to the last look before the phone rang."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("gate_verdict", sa.Column("call_id", sa.Uuid(), nullable=True))
    op.add_column("gate_verdict", sa.Column("stage", sa.Text(), server_default="claim", nullable=False))
    op.create_check_constraint(op.f("ck_gate_verdict_stage"), "gate_verdict", "stage in ('planning', 'claim', 'last_gate')")
    op.create_index("ix_gate_verdict_call_id", "gate_verdict", ["call_id"], postgresql_where=sa.text("call_id is not null"))
    # Until now a call knew only its newest verdict.
    op.execute("update gate_verdict set call_id = call.id from call where call.verdict_id = gate_verdict.id")


def downgrade() -> None:
    op.drop_index("ix_gate_verdict_call_id", "gate_verdict")
    op.drop_constraint(op.f("ck_gate_verdict_stage"), "gate_verdict")
    op.drop_column("gate_verdict", "stage")
    op.drop_column("gate_verdict", "call_id")
