"""Calendars that appointments are read from."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _feeds()
    op.add_column("appointment", sa.Column("feed_id", sa.Uuid(), nullable=True))
    op.add_column("appointment", sa.Column("is_withdrawn", sa.Boolean(), server_default="false", nullable=False))
    op.create_foreign_key(op.f("fk_appointment_feed_id"), "appointment", "appointment_feed", ["feed_id"], ["id"], ondelete="SET NULL")
    of_feed = sa.text("feed_id is not null")
    op.create_index("ix_appointment_feed_id", "appointment", ["feed_id", "starts_at"], unique=False, postgresql_where=of_feed)


def _feeds() -> None:
    op.create_table(
        "appointment_feed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url_sealed", sa.Text(), nullable=False),
        sa.Column("url_host", sa.Text(), nullable=False),
        sa.Column("assistant_id", sa.Uuid(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("reminder_offsets_s", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("refresh_every_s", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("next_refresh_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("etag", sa.Text(), server_default="", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("counts", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("problems", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state in ('active', 'paused')", name=op.f("ck_appointment_feed_state")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_appointment_feed_workspace_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["assistant_id"], ["assistant.id"], name=op.f("fk_appointment_feed_assistant_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_feed")),
    )
    for column in ("workspace_id", "assistant_id"):
        op.create_index(op.f(f"ix_appointment_feed_{column}"), "appointment_feed", [column], unique=False)
    is_active = sa.text("state = 'active'")
    op.create_index("ix_appointment_feed_due", "appointment_feed", ["next_refresh_at"], unique=False, postgresql_where=is_active)


def downgrade() -> None:
    op.drop_index("ix_appointment_feed_id", table_name="appointment")
    op.drop_constraint(op.f("fk_appointment_feed_id"), "appointment", type_="foreignkey")
    op.drop_column("appointment", "is_withdrawn")
    op.drop_column("appointment", "feed_id")
    op.drop_table("appointment_feed")
