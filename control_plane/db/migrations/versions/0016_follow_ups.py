"""Risk flags, follow-ups with their steps, the priority of single calls, and quiet times of contacts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call", sa.Column("priority", sa.SmallInteger(), server_default="5", nullable=False))
    is_urgent = sa.text("state = 'queued' and claimed_at is null and priority < 5")
    op.create_index("ix_call_due_urgent", "call", ["due_at"], unique=False, postgresql_where=is_urgent)
    quiet_times = sa.Column("quiet_times", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False)
    op.add_column("contact", quiet_times)
    _risk_flags()
    _follow_ups()
    _steps()


def _risk_flags() -> None:
    op.create_table(
        "risk_flag",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), server_default="", nullable=False),
        sa.Column("offset_s", sa.Float(), nullable=True),
        sa.Column("taken_up_at", sa.DateTime(timezone=True), nullable=True),
        *_times(),
        sa.CheckConstraint("level in ('concern', 'crisis')", name=op.f("ck_risk_flag_level")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_risk_flag_workspace_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_risk_flag_call_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_flag")),
        sa.UniqueConstraint("call_id", "kind", name=op.f("uq_risk_flag_call_id_kind")),
    )
    op.create_index(op.f("ix_risk_flag_workspace_id"), "risk_flag", ["workspace_id"], unique=False)
    is_open = sa.text("level = 'crisis' and taken_up_at is null")
    op.create_index("ix_risk_flag_open", "risk_flag", ["created_at"], unique=False, postgresql_where=is_open)


def _follow_ups() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("to_e164", sa.Text(), server_default="", nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("assistant_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("agenda", sa.Text(), server_default="", nullable=False),
        sa.Column("priority", sa.Text(), server_default="crisis", nullable=False),
        sa.Column("made_for", sa.Text(), server_default="call", nullable=False),
        sa.Column("handed_over_because", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closed_reason", sa.Text(), server_default="", nullable=False),
        *_times(),
        sa.CheckConstraint("made_for in ('call', 'operator')", name=op.f("ck_follow_up_made_for")),
        sa.CheckConstraint("state in ('open', 'closed')", name=op.f("ck_follow_up_state")),
        sa.CheckConstraint("priority in ('crisis', 'normal')", name=op.f("ck_follow_up_priority")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_follow_up_workspace_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_follow_up_contact_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_follow_up_call_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["assistant_id"], ["assistant.id"], name=op.f("fk_follow_up_assistant_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
    )
    for column in ("workspace_id", "contact_id", "assistant_id"):
        op.create_index(op.f(f"ix_follow_up_{column}"), "follow_up", [column], unique=False)
    has_call, is_open = sa.text("call_id is not null"), sa.text("state = 'open' and made_for = 'call'")
    op.create_index("uq_follow_up_call_id", "follow_up", ["call_id"], unique=True, postgresql_where=has_call)
    op.create_index("ix_follow_up_open", "follow_up", ["workspace_id"], unique=False, postgresql_where=is_open)


def _steps() -> None:
    op.create_table(
        "follow_up_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("after_s", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        *_times(),
        sa.CheckConstraint("state in ('waiting', 'calling', 'reached', 'missed', 'dropped')", name=op.f("ck_follow_up_step_state")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_follow_up_step_workspace_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["follow_up_id"], ["follow_up.id"], name=op.f("fk_follow_up_step_follow_up_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_follow_up_step_call_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_step")),
        sa.UniqueConstraint("follow_up_id", "place", name=op.f("uq_follow_up_step_follow_up_id_place")),
    )
    op.create_index(op.f("ix_follow_up_step_workspace_id"), "follow_up_step", ["workspace_id"], unique=False)
    is_due, is_calling = sa.text("state = 'waiting'"), sa.text("state = 'calling'")
    op.create_index("ix_follow_up_step_due", "follow_up_step", ["due_at"], unique=False, postgresql_where=is_due)
    op.create_index("ix_follow_up_step_calling", "follow_up_step", ["call_id"], unique=False, postgresql_where=is_calling)


def _times() -> tuple[sa.Column, sa.Column]:
    now = sa.text("now()")
    return (
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
    )


def downgrade() -> None:
    for table in ("follow_up_step", "follow_up", "risk_flag"):
        op.drop_table(table)
    op.drop_column("contact", "quiet_times")
    op.drop_index("ix_call_due_urgent", table_name="call")
    op.drop_column("call", "priority")
