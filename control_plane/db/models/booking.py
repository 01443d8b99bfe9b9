"""Calendars of a workspace in which people can be given a time, and who has which."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, UniqueConstraint, func, literal_column, text
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace

LANE = "int8range(uuid_hash_extended(calendar_id, seat), uuid_hash_extended(calendar_id, seat), '[]')"
"""One seat of one calendar as a range: what ranges exclude needs no extension. Two seats that fall on one number would have to be booked
for the same time to be in each other's way, and there are 2^64 numbers."""


class Calendar(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "calendar"
    __table_args__ = (
        UniqueConstraint("workspace_id", "name"),
        CheckConstraint("capacity between 1 and 100 and slot_s between 300 and 86400 and buffer_s between 0 and 86400", name="slots"),
        Index("ix_calendar_due", "next_refresh_at", postgresql_where=text("busy_url_sealed is not null")),
    )

    name: Mapped[str]
    """By which agents know it."""
    title: Mapped[str] = mapped_column(default="", server_default="")
    """What is booked, as people are told."""
    place: Mapped[str] = mapped_column(default="", server_default="")
    time_zone: Mapped[str]
    weekly: Mapped[list[dict[str, Any]]]
    """days, start, end: as the API has it."""
    slot_s: Mapped[int]
    buffer_s: Mapped[int]
    capacity: Mapped[int]
    min_notice_s: Mapped[int]
    """No slot can be booked that begins sooner."""
    days_ahead: Mapped[int]
    """Nor one that is farther away."""
    blocked_dates: Mapped[list[date]] = mapped_column(ARRAY(Date))
    assistant_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("assistant.id", ondelete="RESTRICT"), index=True)
    """Who reminds of bookings."""
    reminder_offsets_s: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    busy_url_sealed: Mapped[str | None]
    """Of a calendar of somebody else's (iCal), in whose entries nothing can be booked. Who knows the address can read it: it is secret."""
    busy_url_host: Mapped[str] = mapped_column(default="", server_default="")
    next_refresh_at: Mapped[datetime | None]
    refreshed_at: Mapped[datetime | None]
    """When it was last read, or was found to be as before; NULL before the first time, and then nothing can be booked."""
    read_at: Mapped[datetime | None]
    """When all of it was last read."""
    etag: Mapped[str] = mapped_column(default="", server_default="")
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    """In a row."""
    error: Mapped[str] = mapped_column(default="", server_default="")


class CalendarBusy(HasId, OfWorkspace, Base):
    """One entry of the calendar that a calendar follows."""

    __tablename__ = "calendar_busy"
    __table_args__ = (Index(None, "calendar_id", "ends_at"),)

    calendar_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("calendar.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Booking(HasId, OfWorkspace, HasTimes, Base):
    """A seat that somebody has for a time. That no seat is given twice is the database's promise, whoever asks it."""

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint("status in ('booked', 'canceled')", name="status"),
        CheckConstraint("starts_at < ends_at and ends_at <= held_until and seat >= 1", name="times"),
        ExcludeConstraint(
            (literal_column(LANE), "&&"),
            (func.tstzrange(literal_column("starts_at"), literal_column("held_until")), "&&"),
            name="ex_booking_seat",
            using="gist",
            where=text("status = 'booked'"),
        ),
        Index(None, "calendar_id", "starts_at"),
        Index(None, "workspace_id", "starts_at"),
        Index("ix_booking_call_id", "call_id", postgresql_where=text("call_id is not null")),
    )

    calendar_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("calendar.id", ondelete="RESTRICT"))
    contact_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(default="", server_default="")
    """For whom, as they say it."""
    e164: Mapped[str | None] = mapped_column(index=True)
    note: Mapped[str] = mapped_column(default="", server_default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    held_until: Mapped[datetime]
    """With what is kept free afterwards."""
    seat: Mapped[int]
    """1 to the calendar's capacity."""
    status: Mapped[str] = mapped_column(default="booked", server_default="booked")
    appointment_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("appointment.id", ondelete="SET NULL"), index=True)
    """By which they are reminded."""
    call_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("call.id", ondelete="SET NULL"))
    """In which it was agreed upon."""
