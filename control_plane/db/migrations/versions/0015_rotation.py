"""By what key the numbers of erased people are hashed, so that no process goes on without it after a rotation."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("installation", sa.Column("number_key", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("installation", "number_key")
