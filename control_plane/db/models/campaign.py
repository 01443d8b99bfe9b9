"""Campaigns: who is called, when, how fast, by which assistant version, and what follows a failed attempt."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace
from control_plane.db.models.consent import KNOWN_PURPOSE


class Campaign(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("ring_timeout_s between 15 and 75", name="ring_timeout"),
        CheckConstraint(KNOWN_PURPOSE, name="purpose"),
    )

    name: Mapped[str]
    purpose: Mapped[str] = mapped_column(default="informational", server_default="informational")
    """One of `CALL_PURPOSES`: it decides which consent a call needs."""
    assistant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assistant.id", ondelete="RESTRICT"))
    assistant_version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("assistant_version.id", ondelete="RESTRICT"))
    """Pinned at the first start; a running campaign keeps it."""
    prompt: Mapped[str] = mapped_column(default="", server_default="")
    window: Mapped[dict[str, Any] | None]
    """None: the rule pack's own window. Shape: domain/calling_window."""
    attempts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Shape: domain/retry_policy."""
    breaker: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """Its own rules of the circuit breaker; what it has not set is as usual. Shape: domain/breaker."""
    daily_cap: Mapped[int | None]
    budget: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    """What its calls may cost in all, in the currency of the price list; spent so far: `CampaignSpend`."""
    max_concurrent_calls: Mapped[int | None]
    calls_per_minute: Mapped[int | None]
    ring_timeout_s: Mapped[int] = mapped_column(default=28, server_default="28")
    """15 s is the least that US rules allow an unanswered call; 75 s the most the SIP path waits (facts/dialer §1, livekit §1.4)."""
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    weight: Mapped[int] = mapped_column(default=1, server_default="1")
    next_start_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """GCRA's theoretical arrival time of `calls_per_minute`."""
    served: Mapped[float] = mapped_column(default=0, server_default="0")
    """Stride scheduling: calls started per unit of weight; the campaign with the least goes next."""
    warm_since: Mapped[datetime | None]
    """Begin of the slow start: calls ramp up from here."""
    rule_pack: Mapped[str] = mapped_column(default="default", server_default="default")
    execution_status: Mapped[str] = mapped_column(default="idle", server_default="idle", index=True)
    status_reason: Mapped[str] = mapped_column(default="", server_default="")
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]


class CampaignList(Base):
    __tablename__ = "campaign_list"

    campaign_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True)
    contact_list_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact_list.id", ondelete="RESTRICT"), primary_key=True)


class CampaignNumber(Base):
    __tablename__ = "campaign_number"

    campaign_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True)
    number_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("number.id", ondelete="RESTRICT"), primary_key=True)


class Enrollment(HasId, OfWorkspace, HasTimes, Base):
    """One contact within one campaign. `due_at` of a waiting row is the queue; Redis only nudges."""

    __tablename__ = "enrollment"
    __table_args__ = (
        UniqueConstraint("campaign_id", "contact_id"),
        CheckConstraint("state in ('waiting', 'claimed', 'done', 'exhausted', 'suppressed', 'skipped')", name="state"),
        CheckConstraint("(state = 'waiting') = (due_at is not null)", name="due"),
        Index("ix_enrollment_due", "campaign_id", "priority", "due_at", "id", postgresql_where=text("state = 'waiting'")),
        Index("ix_enrollment_claimed", "id", postgresql_where=text("state = 'claimed'")),
        Index(None, "contact_id"),
    )

    campaign_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(default="waiting", server_default="waiting")
    priority: Mapped[int] = mapped_column(default=30, server_default="30")
    """Lower goes first: domain/pacing names the classes."""
    due_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    """Calls that count towards the cap."""
    attempts_by_result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    closed_reason: Mapped[str] = mapped_column(default="", server_default="")
    last_from_number_id: Mapped[uuid.UUID | None]
    """Sticky caller ID: the number that called last."""
    waiting_reasons: Mapped[list[str]] = mapped_column(default=list)
    """Sentences that say why it is not called now."""
    waiting_codes: Mapped[list[str]] = mapped_column(default=list, server_default="{}")
    """The codes of the gate's reasons; a verdict is kept when they change."""
    gives_way_since: Mapped[datetime | None]
    """When it first waited for another call to the same person, since it was last called; moved on by what the gate makes it wait."""
