"""Runs that are made in the call of something else."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("schedule_run", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_schedule_run_merged_into"), "schedule_run", "call", ["merged_into"], ["id"], ondelete="SET NULL")
    merged = sa.text("merged_into is not null")
    op.create_index("ix_schedule_run_merged_into", "schedule_run", ["merged_into"], postgresql_where=merged)


def downgrade() -> None:
    op.drop_column("schedule_run", "merged_into")
