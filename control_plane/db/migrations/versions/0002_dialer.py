"""Columns of the dialer: throttling, pauses, warm-up, fairness, caller-ID health."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("is_halted", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("halted_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.add_column("call", sa.Column("caller_choice", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False))
    op.add_column("call", sa.Column("trace_context", sa.Text(), server_default="", nullable=False))
    op.add_column("campaign", sa.Column("next_start_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False))
    op.add_column("campaign", sa.Column("served", sa.Double(), server_default="0", nullable=False))
    op.add_column("campaign", sa.Column("warm_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contact_phone", sa.Column("dead_reason", sa.Text(), server_default="", nullable=False))
    op.add_column("enrollment", sa.Column("last_from_number_id", sa.Uuid(), nullable=True))
    op.add_column("number", sa.Column("health", sa.Text(), server_default="active", nullable=False))
    op.add_column("number", sa.Column("health_reason", sa.Text(), server_default="", nullable=False))
    op.add_column("number", sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("number", sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("trunk", sa.Column("rate_factor", sa.Numeric(precision=6, scale=4), server_default="1", nullable=False))
    op.add_column("trunk", sa.Column("throttled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("trunk", sa.Column("paused_reason", sa.Text(), server_default="", nullable=False))
    op.add_column("trunk", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("trunk", "paused_at")
    op.drop_column("trunk", "paused_reason")
    op.drop_column("trunk", "throttled_at")
    op.drop_column("trunk", "rate_factor")
    op.drop_column("number", "first_used_at")
    op.drop_column("number", "rests_until")
    op.drop_column("number", "health_reason")
    op.drop_column("number", "health")
    op.drop_column("enrollment", "last_from_number_id")
    op.drop_column("contact_phone", "dead_reason")
    op.drop_column("campaign", "warm_since")
    op.drop_column("campaign", "served")
    op.drop_column("campaign", "next_start_at")
    op.drop_column("call", "trace_context")
    op.drop_column("call", "caller_choice")
    op.drop_table("installation")
