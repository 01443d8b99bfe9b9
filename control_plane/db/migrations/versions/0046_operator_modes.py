"""Whether an operator is connected by the carrier, or called and told first what a call is about."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("operator", sa.Column("mode", sa.Text(), server_default="cold", nullable=False))
    op.create_check_constraint(op.f("ck_operator_mode"), "operator", "mode in ('cold', 'warm')")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_operator_mode"), "operator")
    op.drop_column("operator", "mode")
