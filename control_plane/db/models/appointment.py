"""What somebody has agreed to come to, and the calls that remind them of it."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class AppointmentFeed(HasId, OfWorkspace, HasTimes, Base):
    """A calendar of somebody else's that is read again and again; its entries become appointments."""

    __tablename__ = "appointment_feed"
    __table_args__ = (
        CheckConstraint("state in ('active', 'paused')", name="state"),
        Index("ix_appointment_feed_due", "next_refresh_at", postgresql_where=text("state = 'active'")),
    )

    name: Mapped[str]
    url_sealed: Mapped[str]
    """Addresses of calendars are secret: whoever knows one can read it."""
    url_host: Mapped[str]
    assistant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assistant.id", ondelete="RESTRICT"), index=True)
    time_zone: Mapped[str]
    reminder_offsets_s: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    refresh_every_s: Mapped[int]
    state: Mapped[str] = mapped_column(default="active", server_default="active")
    next_refresh_at: Mapped[datetime]
    refreshed_at: Mapped[datetime | None]
    """When it was last read, or was found to be as before."""
    read_at: Mapped[datetime | None]
    """When all of it was last read: what comes nearer has to be looked at even if the file stays as it is."""
    etag: Mapped[str] = mapped_column(default="", server_default="")
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    """In a row."""
    error: Mapped[str] = mapped_column(default="", server_default="")
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """Of the last whole reading: events, upcoming, created, changed, canceled, unmatched."""
    problems: Mapped[list[dict[str, Any]]] = mapped_column(default=list, server_default="[]")
    """Of the last whole reading, the first few: starts_at and a sentence."""


class AppointmentReminder(HasId, OfWorkspace, HasTimes, Base):
    """One planned call. The row is the queue; the unique triple is what makes a person be reminded once of one time at one offset."""

    __tablename__ = "appointment_reminder"
    __table_args__ = (
        UniqueConstraint("appointment_id", "starts_at", "offset_s"),
        CheckConstraint("state in ('waiting', 'calling', 'done', 'skipped', 'canceled')", name="state"),
        Index("ix_appointment_reminder_due", "due_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_appointment_reminder_calling", "call_id", postgresql_where=text("state = 'calling'")),
    )

    appointment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    """The time that it reminds of; a moved appointment has new reminders."""
    offset_s: Mapped[int]
    """Seconds before the appointment."""
    due_at: Mapped[datetime]
    """When the call is made, or looked at again."""
    state: Mapped[str] = mapped_column(default="waiting", server_default="waiting")
    call_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("call.id", ondelete="SET NULL"))
    note: Mapped[str] = mapped_column(default="", server_default="")
    """Why it is as it is, in a sentence."""


class Appointment(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("status in ('scheduled', 'confirmed', 'reschedule_requested', 'canceled', 'wrong_person')", name="status"),
        Index("uq_appointment_external_id", "workspace_id", "external_id", unique=True, postgresql_where=text("external_id is not null")),
        Index("ix_appointment_status_call_id", "status_call_id", postgresql_where=text("status_call_id is not null")),
        Index(None, "contact_id"),
        Index(None, "workspace_id", "starts_at"),
        Index("ix_appointment_feed_id", "feed_id", "starts_at", postgresql_where=text("feed_id is not null")),
    )

    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    assistant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assistant.id", ondelete="RESTRICT"), index=True)
    """Who reminds."""
    external_id: Mapped[str | None]
    """What the owner's own calendar calls it; an import finds it again by this."""
    feed_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("appointment_feed.id", ondelete="SET NULL"))
    """The calendar that it stands in."""
    is_withdrawn: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Canceled because its calendar has it no longer, or says so; should it come back, it is planned again."""
    title: Mapped[str] = mapped_column(default="", server_default="")
    place: Mapped[str] = mapped_column(default="", server_default="")
    starts_at: Mapped[datetime]
    time_zone: Mapped[str]
    """Where it takes place, as an IANA name: the time is said as the clock there shows it."""
    reminder_offsets_s: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    """Seconds before `starts_at`, longest first."""
    status: Mapped[str] = mapped_column(default="scheduled", server_default="scheduled")
    status_call_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("call.id", ondelete="SET NULL"))
    """The reminder in which the person said so; NULL when the status came over the API."""
    evidence: Mapped[str] = mapped_column(default="", server_default="")
    """The person's own words in that call; empty where they must not be kept."""
    reminders: Mapped[list[AppointmentReminder]] = relationship(
        order_by=lambda: AppointmentReminder.due_at, cascade="all, delete-orphan", lazy="selectin", passive_deletes=True
    )
