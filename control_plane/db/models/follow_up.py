"""What was noticed in calls, and who looks after whom because of it."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class RiskFlag(HasId, OfWorkspace, HasTimes, Base):
    """Something grave that an agent heard: one row per call and kind, however often it is said."""

    __tablename__ = "risk_flag"
    __table_args__ = (
        CheckConstraint("level in ('concern', 'crisis')", name="level"),
        UniqueConstraint("call_id", "kind"),
        Index("ix_risk_flag_open", "created_at", postgresql_where=text("level = 'crisis' and taken_up_at is null")),
    )

    call_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    kind: Mapped[str]
    """In the agent's words: self_harm, abuse, medical …"""
    level: Mapped[str]
    quote: Mapped[str] = mapped_column(default="", server_default="")
    """The callee's own words; empty when they must not be kept."""
    offset_s: Mapped[float | None]
    """Seconds from the answer."""
    taken_up_at: Mapped[datetime | None]
    """When its follow-up was made."""


class FollowUpStep(HasId, OfWorkspace, HasTimes, Base):
    """One planned call of a follow-up's protocol. The row is the queue: `due_at` is when it is made, or looked at again."""

    __tablename__ = "follow_up_step"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'calling', 'reached', 'missed', 'dropped')", name="state"),
        UniqueConstraint("follow_up_id", "place"),
        Index("ix_follow_up_step_due", "due_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_follow_up_step_calling", "call_id", postgresql_where=text("state = 'calling'")),
    )

    follow_up_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("follow_up.id", ondelete="CASCADE"))
    place: Mapped[int]
    """1 for the first."""
    after_s: Mapped[int]
    """Seconds from the making of the follow-up."""
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="waiting", server_default="waiting")
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    """Calls that were made for it; more than one only when those before were never dialled."""
    call_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("call.id", ondelete="SET NULL"))
    """Its newest call."""
    note: Mapped[str] = mapped_column(default="", server_default="")
    """Why it is as it is, in a sentence."""


class FollowUp(HasId, OfWorkspace, HasTimes, Base):
    """Somebody is looked after: by calls at the steps of a protocol, or by an operator."""

    __tablename__ = "follow_up"
    __table_args__ = (
        CheckConstraint("made_for in ('call', 'operator')", name="made_for"),
        CheckConstraint("state in ('open', 'closed')", name="state"),
        CheckConstraint("priority in ('crisis', 'normal')", name="priority"),
        Index("uq_follow_up_call_id", "call_id", unique=True, postgresql_where=text("call_id is not null")),
        Index("ix_follow_up_open", "workspace_id", postgresql_where=text("state = 'open' and made_for = 'call'")),
        Index(None, "contact_id"),
    )

    contact_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    to_e164: Mapped[str] = mapped_column(default="", server_default="")
    """The number of the flagged call, for somebody who is no contact; empty: the contact's own numbers."""
    call_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("call.id", ondelete="SET NULL"))
    """The call in which the risk was flagged."""
    assistant_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("assistant.id", ondelete="SET NULL"), index=True)
    reason: Mapped[str]
    agenda: Mapped[str] = mapped_column(default="", server_default="")
    """What its calls are about."""
    priority: Mapped[str] = mapped_column(default="crisis", server_default="crisis")
    made_for: Mapped[str] = mapped_column(default="call", server_default="call")
    handed_over_because: Mapped[str] = mapped_column(default="", server_default="")
    """Why an operator has it instead of calls."""
    state: Mapped[str] = mapped_column(default="open", server_default="open")
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    """operator or protocol"""
    closed_reason: Mapped[str] = mapped_column(default="", server_default="")
    steps: Mapped[list[FollowUpStep]] = relationship(order_by=FollowUpStep.place, cascade="all, delete-orphan", lazy="selectin")
