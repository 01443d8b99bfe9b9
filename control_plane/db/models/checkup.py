"""Check-ups: a person is called regularly, and whom they have named is called when they cannot be reached."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class CheckUpContact(HasId, OfWorkspace, Base):
    """Somebody to be called when the person cannot be reached: a contact too, so that rules, opt-outs and erasure hold for them."""

    __tablename__ = "checkup_contact"
    __table_args__ = (UniqueConstraint("checkup_id", "contact_id"), Index(None, "contact_id"))

    checkup_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("checkup.id", ondelete="CASCADE"))
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    place: Mapped[int]
    """Called in ascending order."""
    consent: Mapped[str]
    """Who agreed to it, when and how."""


class CheckUp(HasId, OfWorkspace, HasTimes, Base):
    """The calls to the person themselves are those of its schedule, and go with it."""

    __tablename__ = "checkup"
    __table_args__ = (UniqueConstraint("schedule_id"), Index(None, "contact_id"))

    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    schedule_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("schedule.id", ondelete="CASCADE"))
    checkup_type: Mapped[str]
    method: Mapped[str] = mapped_column(default="call", server_default="call")
    frequency: Mapped[str]
    day: Mapped[str | None]
    """Day of the week, of weekly and biweekly ones."""
    time_of_day: Mapped[str]
    agenda: Mapped[str] = mapped_column(default="", server_default="")
    """What is asked; empty for the usual words of its type."""
    tries: Mapped[int] = mapped_column(default=3, server_default="3")
    try_every_s: Mapped[int] = mapped_column(default=900, server_default="900")
    escalation: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """Of the calls to those named: assistant_id, script, welcome_message."""
    safety_contacts: Mapped[list[CheckUpContact]] = relationship(
        order_by=CheckUpContact.place, cascade="all, delete-orphan", lazy="selectin"
    )


class CheckUpEscalation(HasId, OfWorkspace, HasTimes, Base):
    """What followed from one missed run: one row per run, whoever finds it."""

    __tablename__ = "checkup_escalation"
    __table_args__ = (
        CheckConstraint("state in ('calling', 'acknowledged', 'unacknowledged', 'not_called')", name="state"),
        UniqueConstraint("run_id"),
        Index(None, "checkup_id"),
        Index("ix_checkup_escalation_calling", "call_id", postgresql_where=text("state = 'calling'")),
    )

    checkup_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("checkup.id", ondelete="CASCADE"))
    run_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("schedule_run.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(default="calling", server_default="calling")
    """calling, acknowledged (somebody looks after the person, or they were spoken to after all), unacknowledged (nobody could be made to),
    not_called (the person could not be called at all, which alerts and calls nobody else)."""
    place: Mapped[int] = mapped_column(default=0, server_default="0")
    """Of the safety contact who is being called."""
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    """Calls to this one; more than one only when those before were never dialled."""
    call_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("call.id", ondelete="SET NULL"))
    due_at: Mapped[datetime | None]
    """When the same one is called again; NULL while a call is under way."""
    acknowledged_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    closed_at: Mapped[datetime | None]
    notes: Mapped[list[str]] = mapped_column(default=list, server_default="{}")
    """Sentences: who was not reached and why."""
