"""What the callee was told of the caller, and what may be kept of the call."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("disclosure", "recording_consent"):
        op.add_column("call", sa.Column(column, postgresql.JSONB(astext_type=sa.Text()), nullable=True))


def downgrade() -> None:
    for column in ("recording_consent", "disclosure"):
        op.drop_column("call", column)
