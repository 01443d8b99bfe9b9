"""Index of earlier calls to a number, which the gate counts when no contact is known."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    columns = ["workspace_id", "to_e164", "dialing_at"]
    op.create_index("ix_call_number_dialed", "call", columns, postgresql_where=sa.text("dialing_at is not null"))


def downgrade() -> None:
    op.drop_index("ix_call_number_dialed", table_name="call")
