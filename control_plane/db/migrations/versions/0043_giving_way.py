"""Since when a campaign's contact has been giving way to other calls. It comes before those that were written beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("enrollment", sa.Column("gives_way_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("enrollment", "gives_way_since")
