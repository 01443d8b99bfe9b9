"""Webhooks out: who wants to hear of what, what happened, and how telling it went."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class WebhookEndpoint(HasId, OfWorkspace, HasTimes, Base):
    """A URL of the customer's. With an assistant it hears only of that assistant's calls and campaigns."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = (CheckConstraint("state in ('enabled', 'disabled')", name="state"),)

    assistant_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("assistant.id", ondelete="CASCADE"), index=True)
    url: Mapped[str]
    description: Mapped[str] = mapped_column(default="", server_default="")
    events: Mapped[list[str]]
    """Types of events; empty for all."""
    state: Mapped[str] = mapped_column(default="enabled", server_default="enabled")
    disabled_reason: Mapped[str] = mapped_column(default="", server_default="")
    disabled_at: Mapped[datetime | None]
    secret_sealed: Mapped[str]
    former_secret_sealed: Mapped[str] = mapped_column(default="", server_default="")
    former_secret_until: Mapped[datetime | None]
    """Until then messages are signed with the former secret too."""
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    """Attempts that failed since the last that succeeded."""
    rests_until: Mapped[datetime | None]
    """It answered 429 or 503 with Retry-After: nothing is sent before."""


class WebhookEvent(HasId, OfWorkspace, Base):
    """The outbox: something that happened, written in the transaction in which it became true. The id is the message's, for ever."""

    __tablename__ = "webhook_event"
    __table_args__ = (
        Index("ix_webhook_event_call_id", "call_id", postgresql_where=text("call_id is not null")),
        Index(None, "at"),
    )

    type: Mapped[str]
    at: Mapped[datetime]
    call_id: Mapped[uuid.UUID | None]
    """Without a foreign key, like everything here: facts are never held up by those who hear of them."""
    data: Mapped[dict[str, Any]]


class WebhookDelivery(HasId, OfWorkspace, HasTimes, Base):
    """One event for one endpoint. The row is the queue: `next_at` is when it is due, or when its attempt's lease is over."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        CheckConstraint("state in ('pending', 'delivered', 'failed', 'canceled')", name="state"),
        UniqueConstraint("event_id", "endpoint_id"),
        Index("ix_webhook_delivery_due", "endpoint_id", "next_at", postgresql_where=text("state = 'pending'")),
        Index(None, "endpoint_id", "id"),
    )

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("webhook_event.id", ondelete="CASCADE"))
    endpoint_id: Mapped[uuid.UUID]
    """Without a foreign key: the log outlives the endpoint, and its deletion waits for no call."""
    state: Mapped[str] = mapped_column(default="pending", server_default="pending")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    next_at: Mapped[datetime]
    last_attempt_at: Mapped[datetime | None]
    last_status: Mapped[int | None]
    last_error: Mapped[str] = mapped_column(default="", server_default="")
    duration_ms: Mapped[int | None]
    """Of the last attempt."""
    delivered_at: Mapped[datetime | None]
