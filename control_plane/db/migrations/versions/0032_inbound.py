"""Calls that come in: their rooms, how numbers are routed, and whether unknown callers become contacts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call", sa.Column("room", sa.Text(), nullable=True))
    op.add_column("call", sa.Column("phone_identity", sa.Text(), nullable=True))
    op.create_index("uq_call_room", "call", ["room"], unique=True, postgresql_where=sa.text("room is not null"))
    op.create_index("ix_call_inbound", "call", ["from_number_id", "created_at"], postgresql_where=sa.text("purpose = 'inbound'"))
    op.add_column("number", sa.Column("routing", postgresql.JSONB(), server_default="{}", nullable=False))
    op.add_column("workspace", sa.Column("adds_callers", sa.Boolean(), server_default="false", nullable=False))
    # Dispatch rules of answered numbers shall name their number to the agent.
    answered = "select from number n where n.trunk_id = trunk.id and n.assistant_id is not null"
    op.execute(f"update trunk set sync_state = 'pending' where exists ({answered})")  # noqa: S608


def downgrade() -> None:
    op.drop_column("workspace", "adds_callers")
    op.drop_column("number", "routing")
    op.drop_index("ix_call_inbound", table_name="call")
    op.drop_index("uq_call_room", table_name="call")
    op.drop_column("call", "phone_identity")
    op.drop_column("call", "room")
