"""Where a contact is, said by somebody who knows it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact", sa.Column("confirmed_zone", sa.Text(), nullable=True))
    op.add_column("contact", sa.Column("zone_confirmation", postgresql.JSONB(none_as_null=True), nullable=True))
    op.create_check_constraint(op.f("ck_contact_confirmed_zone"), "contact", "(confirmed_zone is null) = (zone_confirmation is null)")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_contact_confirmed_zone"), "contact")
    op.drop_column("contact", "zone_confirmation")
    op.drop_column("contact", "confirmed_zone")
