"""Calendars in which people can be given a time, and their bookings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_LANE = "int8range(uuid_hash_extended(calendar_id, seat), uuid_hash_extended(calendar_id, seat), '[]')"
_SLOTS = "capacity between 1 and 100 and slot_s between 300 and 86400 and buffer_s between 0 and 86400"


def upgrade() -> None:
    _calendars()
    _busy()
    _bookings()


def downgrade() -> None:
    op.drop_table("booking")
    op.drop_table("calendar_busy")
    op.drop_table("calendar")


def _time(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _times() -> list[sa.Column]:
    return [
        sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
        for name in ("created_at", "updated_at")
    ]


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _calendars() -> None:
    op.create_table(
        "calendar",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        _text("title"),
        _text("place"),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("weekly", postgresql.JSONB(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("slot_s", "buffer_s", "capacity", "min_notice_s", "days_ahead")),
        sa.Column("blocked_dates", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.Column("assistant_id", sa.Uuid(), nullable=True),
        sa.Column("reminder_offsets_s", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("busy_url_sealed", sa.Text(), nullable=True),
        _text("busy_url_host"),
        *(_time(name, nullable=True) for name in ("next_refresh_at", "refreshed_at", "read_at")),
        _text("etag"),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        _text("error"),
        *_times(),
        sa.CheckConstraint(_SLOTS, name=op.f("ck_calendar_slots")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_calendar_workspace_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["assistant_id"], ["assistant.id"], name=op.f("fk_calendar_assistant_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_calendar_workspace_id_name")),
    )
    for column in ("workspace_id", "assistant_id"):
        op.create_index(op.f(f"ix_calendar_{column}"), "calendar", [column])
    follows = sa.text("busy_url_sealed is not null")
    op.create_index("ix_calendar_due", "calendar", ["next_refresh_at"], postgresql_where=follows)


def _busy() -> None:
    op.create_table(
        "calendar_busy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        _time("starts_at"),
        _time("ends_at"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_calendar_busy_workspace_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name=op.f("fk_calendar_busy_calendar_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_busy")),
    )
    op.create_index(op.f("ix_calendar_busy_workspace_id"), "calendar_busy", ["workspace_id"])
    op.create_index(op.f("ix_calendar_busy_calendar_id_ends_at"), "calendar_busy", ["calendar_id", "ends_at"])


def _bookings() -> None:
    op.create_table(
        "booking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        _text("name"),
        sa.Column("e164", sa.Text(), nullable=True),
        _text("note"),
        *(_time(name) for name in ("starts_at", "ends_at", "held_until")),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), server_default="booked", nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=True),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        *_times(),
        sa.CheckConstraint("status in ('booked', 'canceled')", name=op.f("ck_booking_status")),
        sa.CheckConstraint("starts_at < ends_at and ends_at <= held_until and seat >= 1", name=op.f("ck_booking_times")),
        postgresql.ExcludeConstraint(
            (sa.literal_column(_LANE), "&&"),
            (sa.func.tstzrange(sa.literal_column("starts_at"), sa.literal_column("held_until")), "&&"),
            name="ex_booking_seat",
            using="gist",
            where=sa.text("status = 'booked'"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_booking_workspace_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name=op.f("fk_booking_calendar_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_booking_contact_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_booking_appointment_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_booking_call_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
    )
    for columns in ("workspace_id", "contact_id", "e164", "appointment_id", "calendar_id starts_at", "workspace_id starts_at"):
        op.create_index(op.f(f"ix_booking_{columns.replace(' ', '_')}"), "booking", columns.split())
    op.create_index("ix_booking_call_id", "booking", ["call_id"], postgresql_where=sa.text("call_id is not null"))
