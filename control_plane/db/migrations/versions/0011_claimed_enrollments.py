"""Index of the contacts that are being called, so that the check for forgotten ones reads them and not the whole campaign."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_enrollment_claimed", "enrollment", ["id"], postgresql_where=sa.text("state = 'claimed'"))


def downgrade() -> None:
    op.drop_index("ix_enrollment_claimed", table_name="enrollment")
