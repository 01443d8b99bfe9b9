"""Schedules, which make calls outside campaigns, and their runs: one row per time at which a schedule falls due."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class Schedule(HasId, OfWorkspace, HasTimes, Base):
    """`next_run_at` of an active row is the queue; what is paused or finished is in no index that the tick looks at."""

    __tablename__ = "schedule"
    __table_args__ = (
        CheckConstraint("state in ('active', 'paused', 'finished')", name="state"),
        CheckConstraint("(state = 'active') = (next_run_at is not null)", name="next_run"),
        CheckConstraint("catch_up in ('skip', 'run_once')", name="catch_up"),
        CheckConstraint("num_nonnulls(contact_id, phone_number) = 1", name="callee"),
        Index("ix_schedule_due", "next_run_at", postgresql_where=text("state = 'active'")),
        Index(None, "contact_id"),
        Index(None, "assistant_id"),
        Index("ix_schedule_phone_number", "workspace_id", "phone_number", postgresql_where=text("phone_number is not null")),
    )

    name: Mapped[str]
    assistant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assistant.id", ondelete="RESTRICT"))
    contact_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    phone_number: Mapped[str | None]
    """E.164; given instead of a contact."""
    from_number_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("number.id", ondelete="SET NULL"))
    plan: Mapped[dict[str, Any]]
    """Shape: domain/recurrence, as `msgspec.to_builtins` writes it."""
    catch_up: Mapped[str] = mapped_column(default="skip", server_default="skip")
    latest_start_s: Mapped[int] = mapped_column(default=3600, server_default="3600")
    """How long after its planned time a run may still begin."""
    attempts: Mapped[dict[str, Any]]
    """When a run's call is repeated. Shape: domain/retry_policy."""
    request: Mapped[dict[str, Any]]
    """What every call is given: agenda, welcome_message, custom_prompt, initial_mood, user_id, variables, metadata."""
    state: Mapped[str] = mapped_column(default="active", server_default="active")
    next_run_at: Mapped[datetime | None]
    runs_made: Mapped[int] = mapped_column(default=0, server_default="0")
    """Planned runs that were carried out, for the limit on their number; missed ones and those that a person started do not count."""


class ScheduleRun(HasId, OfWorkspace, HasTimes, Base):
    """One time at which a schedule fell due. The unique pair is what makes a planned run happen once, whoever finds it due."""

    __tablename__ = "schedule_run"
    __table_args__ = (
        UniqueConstraint("schedule_id", "planned_at"),
        CheckConstraint("state in ('due', 'calling', 'completed', 'failed', 'refused', 'missed', 'canceled')", name="state"),
        CheckConstraint("trigger in ('plan', 'person')", name="trigger"),
        Index("ix_schedule_run_due", "due_at", postgresql_where=text("state = 'due'")),
        Index("ix_schedule_run_calling", "id", postgresql_where=text("state = 'calling'")),
        Index("ix_schedule_run_merged_into", "merged_into", postgresql_where=text("merged_into is not null")),
    )

    schedule_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("schedule.id", ondelete="CASCADE"))
    planned_at: Mapped[datetime]
    trigger: Mapped[str] = mapped_column(default="plan", server_default="plan")
    state: Mapped[str] = mapped_column(default="due", server_default="due")
    """due (a call is to be made), calling (one is made), then for good: completed, failed (nobody was reached), refused (the gate or the
    workspace's limits said never), missed (nobody was there to make it in time), canceled (by a person)."""
    due_at: Mapped[datetime]
    """When the next call of the run is to be made."""
    start_by: Mapped[datetime]
    """Later than this no call of the run is begun."""
    calls: Mapped[int] = mapped_column(default=0, server_default="0")
    """Calls made so far; the newest has this as its `attempt`."""
    merged_into: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("call.id", ondelete="SET NULL", use_alter=True))
    """The call of something else in which this one is made, instead of one of its own."""
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    """Calls that count towards the cap on attempts."""
    attempts_by_result: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    missed: Mapped[int] = mapped_column(default=0, server_default="0")
    """Planned runs that this row of a missed one stands for."""
    reasons: Mapped[list[str]] = mapped_column(default=list, server_default="{}")
    """Sentences: why it waits, was moved, refused or missed."""
    closed_at: Mapped[datetime | None]
