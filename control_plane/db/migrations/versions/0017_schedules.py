"""Schedules and their runs, and which run a call was made for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _schedules()
    _runs()
    op.add_column("call", sa.Column("schedule_run_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_call_schedule_run_id"), "call", "schedule_run", ["schedule_run_id"], ["id"], ondelete="SET NULL")
    of_run = sa.text("schedule_run_id is not null")
    op.create_index("uq_call_of_run", "call", ["schedule_run_id", "attempt"], unique=True, postgresql_where=of_run)


def _schedules() -> None:
    op.create_table(
        "schedule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("assistant_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("phone_number", sa.Text(), nullable=True),
        sa.Column("from_number_id", sa.Uuid(), nullable=True),
        sa.Column("plan", _json(), nullable=False),
        sa.Column("catch_up", sa.Text(), server_default="skip", nullable=False),
        sa.Column("latest_start_s", sa.Integer(), server_default="3600", nullable=False),
        sa.Column("attempts", _json(), nullable=False),
        sa.Column("request", _json(), nullable=False),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("next_run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("runs_made", sa.Integer(), server_default="0", nullable=False),
        *_times(),
        sa.CheckConstraint("state in ('active', 'paused', 'finished')", name=op.f("ck_schedule_state")),
        sa.CheckConstraint("(state = 'active') = (next_run_at is not null)", name=op.f("ck_schedule_next_run")),
        sa.CheckConstraint("catch_up in ('skip', 'run_once')", name=op.f("ck_schedule_catch_up")),
        sa.CheckConstraint("num_nonnulls(contact_id, phone_number) = 1", name=op.f("ck_schedule_callee")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_schedule_workspace_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["assistant_id"], ["assistant.id"], name=op.f("fk_schedule_assistant_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_schedule_contact_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["from_number_id"], ["number.id"], name=op.f("fk_schedule_from_number_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
    )
    for column in ("workspace_id", "contact_id", "assistant_id"):
        op.create_index(op.f(f"ix_schedule_{column}"), "schedule", [column], unique=False)
    op.create_index("ix_schedule_due", "schedule", ["next_run_at"], unique=False, postgresql_where=sa.text("state = 'active'"))
    to_number = sa.text("phone_number is not null")
    op.create_index("ix_schedule_phone_number", "schedule", ["workspace_id", "phone_number"], unique=False, postgresql_where=to_number)


def _runs() -> None:
    op.create_table(
        "schedule_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trigger", sa.Text(), server_default="plan", nullable=False),
        sa.Column("state", sa.Text(), server_default="due", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("start_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calls", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts_by_result", _json(), server_default="{}", nullable=False),
        sa.Column("missed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        *_times(),
        sa.CheckConstraint(
            "state in ('due', 'calling', 'completed', 'failed', 'refused', 'missed', 'canceled')", name=op.f("ck_schedule_run_state")
        ),
        sa.CheckConstraint("trigger in ('plan', 'person')", name=op.f("ck_schedule_run_trigger")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_schedule_run_workspace_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedule.id"], name=op.f("fk_schedule_run_schedule_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_run")),
        sa.UniqueConstraint("schedule_id", "planned_at", name=op.f("uq_schedule_run_schedule_id_planned_at")),
    )
    op.create_index(op.f("ix_schedule_run_workspace_id"), "schedule_run", ["workspace_id"], unique=False)
    op.create_index("ix_schedule_run_due", "schedule_run", ["due_at"], unique=False, postgresql_where=sa.text("state = 'due'"))
    op.create_index("ix_schedule_run_calling", "schedule_run", ["id"], unique=False, postgresql_where=sa.text("state = 'calling'"))


def _json() -> postgresql.JSONB:
    return postgresql.JSONB(astext_type=sa.Text())


def _times() -> list[sa.Column]:
    return [
        sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
        for name in ("created_at", "updated_at")
    ]


def downgrade() -> None:
    op.drop_index("uq_call_of_run", "call")
    op.drop_constraint(op.f("fk_call_schedule_run_id"), "call", type_="foreignkey")
    op.drop_column("call", "schedule_run_id")
    op.drop_table("schedule_run")
    op.drop_table("schedule")
