"""What a workspace adds to the rule packs or waives, and why an enrollment waits, in codes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workspace", sa.Column("rules", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("workspace", sa.Column("rules_version", sa.Integer(), server_default="0", nullable=False))
    op.add_column("enrollment", sa.Column("waiting_codes", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("enrollment", "waiting_codes")
    op.drop_column("workspace", "rules_version")
    op.drop_column("workspace", "rules")
