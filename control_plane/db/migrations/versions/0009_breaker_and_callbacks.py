"""A circuit breaker of one's own for trunks and campaigns, and promised times of callbacks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("campaign", "trunk"):
        op.add_column(table, sa.Column("breaker", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False))
    op.add_column("call", sa.Column("callback_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("call", "callback_at")
    for table in ("trunk", "campaign"):
        op.drop_column(table, "breaker")
