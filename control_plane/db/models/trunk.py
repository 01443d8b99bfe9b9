"""SIP trunks and the numbers that hang on them.

A rehearsal trunk reaches only the fictional range +1 NPA 555-01xx and a real trunk never does. The tables enforce it: `is_rehearsal`
travels along the composite foreign keys from trunk to number and call, and a check ties it to the number itself.
"""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Numeric, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace

FICTIONAL_NUMBER = r"^\+1[2-9][0-9]{2}55501[0-9]{2}$"


class Trunk(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "trunk"
    __table_args__ = (
        CheckConstraint("provider in ('twilio', 'generic', 'rehearsal')", name="provider"),
        CheckConstraint("is_rehearsal = (provider = 'rehearsal')", name="is_rehearsal"),
        CheckConstraint("calls_per_second > 0 and max_concurrent_calls > 0", name="limits"),
        UniqueConstraint("id", "is_rehearsal"),
        UniqueConstraint("workspace_id", "name"),
    )

    name: Mapped[str]
    provider: Mapped[str]
    is_rehearsal: Mapped[bool]
    address: Mapped[str]
    transport: Mapped[str] = mapped_column(default="auto", server_default="auto")
    is_managed: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Its carrier's side is built and kept right by us (control_plane/carriers); address and credentials are ours then."""
    auth_username: Mapped[str] = mapped_column(default="", server_default="")
    auth_password_sealed: Mapped[str] = mapped_column(default="", server_default="")
    media_encryption: Mapped[str] = mapped_column(default="disable", server_default="disable")
    calls_per_second: Mapped[Decimal] = mapped_column(Numeric(8, 3), default=Decimal(1))
    """1 is Twilio's default per trunk and region (facts/dialer §2.3)."""
    max_concurrent_calls: Mapped[int] = mapped_column(default=10)
    next_send_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """GCRA's theoretical arrival time with burst 1: no INVITE leaves before it, on the database's clock."""
    rate_factor: Mapped[Decimal] = mapped_column(Numeric(6, 4), default=Decimal(1), server_default="1")
    """Share of `calls_per_second` in use: halved when the carrier throttles, recovered additively."""
    throttled_at: Mapped[datetime | None]
    paused_reason: Mapped[str] = mapped_column(default="", server_default="")
    """Not empty: the circuit breaker or a person has paused the trunk, and this says why."""
    paused_at: Mapped[datetime | None]
    breaker: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """Its own rules of the circuit breaker; what it has not set is as usual. Shape: domain/breaker."""
    livekit_outbound_trunk_id: Mapped[str | None]
    livekit_inbound_trunk_id: Mapped[str | None]
    sync_state: Mapped[str] = mapped_column(default="pending", server_default="pending")
    sync_error: Mapped[str] = mapped_column(default="", server_default="")
    synced_at: Mapped[datetime | None]


class Number(HasId, OfWorkspace, HasTimes, Base):
    """A caller ID that belongs to a trunk."""

    __tablename__ = "number"
    __table_args__ = (
        ForeignKeyConstraint(["trunk_id", "is_rehearsal"], ["trunk.id", "trunk.is_rehearsal"], ondelete="CASCADE"),
        CheckConstraint(f"is_rehearsal = (e164 ~ '{FICTIONAL_NUMBER}')", name="fictional_range"),
        UniqueConstraint("workspace_id", "e164"),
    )

    trunk_id: Mapped[uuid.UUID]
    is_rehearsal: Mapped[bool]
    e164: Mapped[str]
    label: Mapped[str] = mapped_column(default="", server_default="")
    assistant_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("assistant.id", ondelete="SET NULL"))
    routing: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """What is done with calls that come in. Shape: domain/routing."""
    daily_cap: Mapped[int | None]
    health: Mapped[str] = mapped_column(default="active", server_default="active")
    """active, resting (blocked, back at `rests_until`) or quarantined (a person must look)."""
    health_reason: Mapped[str] = mapped_column(default="", server_default="")
    rests_until: Mapped[datetime | None]
    first_used_at: Mapped[datetime | None]
    """Begin of the warm-up of its daily cap."""
    livekit_dispatch_rule_id: Mapped[str | None]
