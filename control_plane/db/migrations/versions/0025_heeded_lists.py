"""A do-not-call list knows whether those on it have been given up, so that a lost task is found again."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("number_import", sa.Column("heeded_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("update number_import set heeded_at = finished_at where kind = 'suppressions'")


def downgrade() -> None:
    op.drop_column("number_import", "heeded_at")
