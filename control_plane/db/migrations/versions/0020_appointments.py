"""Appointments and the reminders of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_STATUSES = "status in ('scheduled', 'confirmed', 'reschedule_requested', 'canceled', 'wrong_person')"
_STATES = "state in ('waiting', 'calling', 'done', 'skipped', 'canceled')"


def upgrade() -> None:
    _appointments()
    _reminders()


def _appointments() -> None:
    op.create_table(
        "appointment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("assistant_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("reminder_offsets_s", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("status", sa.Text(), server_default="scheduled", nullable=False),
        sa.Column("status_call_id", sa.Uuid(), nullable=True),
        sa.Column("evidence", sa.Text(), server_default="", nullable=False),
        *_times(),
        sa.CheckConstraint(_STATUSES, name=op.f("ck_appointment_status")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_appointment_workspace_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_appointment_contact_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["assistant_id"], ["assistant.id"], name=op.f("fk_appointment_assistant_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["status_call_id"], ["call.id"], name=op.f("fk_appointment_status_call_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    for column in ("workspace_id", "contact_id", "assistant_id"):
        op.create_index(op.f(f"ix_appointment_{column}"), "appointment", [column], unique=False)
    op.create_index(op.f("ix_appointment_workspace_id_starts_at"), "appointment", ["workspace_id", "starts_at"], unique=False)
    for column in ("external_id", "status_call_id"):
        _partial("appointment", column)


def _partial(table: str, column: str) -> None:
    is_unique = column == "external_id"
    columns = ["workspace_id", column] if is_unique else [column]
    name = f"{'uq' if is_unique else 'ix'}_{table}_{column}"
    op.create_index(name, table, columns, unique=is_unique, postgresql_where=sa.text(f"{column} is not null"))


def _reminders() -> None:
    op.create_table(
        "appointment_reminder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offset_s", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        *_times(),
        sa.CheckConstraint(_STATES, name=op.f("ck_appointment_reminder_state")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_appointment_reminder_workspace_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_appointment_reminder_appointment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_appointment_reminder_call_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_reminder")),
        sa.UniqueConstraint(
            "appointment_id", "starts_at", "offset_s", name=op.f("uq_appointment_reminder_appointment_id_starts_at_offset_s")
        ),
    )
    op.create_index(op.f("ix_appointment_reminder_workspace_id"), "appointment_reminder", ["workspace_id"], unique=False)
    is_due, is_calling = sa.text("state = 'waiting'"), sa.text("state = 'calling'")
    op.create_index("ix_appointment_reminder_due", "appointment_reminder", ["due_at"], unique=False, postgresql_where=is_due)
    op.create_index("ix_appointment_reminder_calling", "appointment_reminder", ["call_id"], unique=False, postgresql_where=is_calling)


def _times() -> tuple[sa.Column, sa.Column]:
    now = sa.text("now()")
    return (
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("appointment_reminder")
    op.drop_table("appointment")
