"""What the carrier is asked about numbers before they are called."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039"
down_revision = "0043"
branch_labels = None
depends_on = None

_TIMES = ("created_at", "updated_at")


def upgrade() -> None:
    op.add_column("workspace", sa.Column("number_lookups", postgresql.JSONB(none_as_null=True), nullable=True))
    table = "number_lookup"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("e164", sa.Text(), nullable=False),
        sa.Column("line_type", sa.Text(), server_default="", nullable=False),
        sa.Column("line_type_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reassigned_since", sa.Date(), nullable=True),
        sa.Column("unchanged_since", sa.Date(), nullable=True),
        sa.Column("reassigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lookups", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cost", sa.Numeric(14, 4), server_default="0", nullable=False),
        sa.Column("currency", sa.Text(), server_default="", nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wants_line_type", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("trouble", sa.Text(), server_default="", nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False) for name in _TIMES),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_number_lookup_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_lookup")),
        sa.UniqueConstraint("workspace_id", "e164", name=op.f("uq_number_lookup_workspace_id_e164")),
    )
    op.create_index(op.f("ix_number_lookup_workspace_id"), table, ["workspace_id"])
    op.create_index("ix_number_lookup_try_at", table, ["try_at"], postgresql_where=sa.text("wanted_at is not null"))
    month = "number_lookup_month"
    op.create_table(
        month,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("lookups", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cost", sa.Numeric(14, 4), server_default="0", nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_number_lookup_month_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_lookup_month")),
        sa.UniqueConstraint("workspace_id", "month", name=op.f("uq_number_lookup_month_workspace_id_month")),
    )
    op.create_index(op.f("ix_number_lookup_month_workspace_id"), month, ["workspace_id"])


def downgrade() -> None:
    op.drop_table("number_lookup_month")
    op.drop_table("number_lookup")
    op.drop_column("workspace", "number_lookups")
