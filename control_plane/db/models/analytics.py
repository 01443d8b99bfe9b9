"""Calls counted by the hour, so that figures over a million of them are read from a few thousand rows (docs/adr, figures by the hour).

Cells hold no person: they stay when retention deletes their calls. Topics are words, if only one or two, and go with the words that they
were found in.
"""

import uuid
from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base

TOPIC, HAS_TOPICS = "topic", "has_topics"
"""The kinds of the cells that count what calls were about, and calls of which that was found."""


class CallChange(Base):
    """A call over that was dialled in this hour has ended or changed since the hour was counted. A trigger of the database writes it, and
    where what was found in a call changes, whoever changes it.

    No foreign key: it is written at the end of every call, and a lock on the workspace's row would make those wait for each other.
    """

    __tablename__ = "call_change"
    __table_args__ = (Index(None, "workspace_id", "hour"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    hour: Mapped[datetime]


class _Cell:
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True, sort_order=-10)
    workspace_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), sort_order=-9)
    hour: Mapped[datetime] = mapped_column(sort_order=-8)
    """Begin of the hour, in UTC, in which the calls were dialled."""
    campaign_id: Mapped[uuid.UUID | None] = mapped_column(sort_order=-7)
    assistant_id: Mapped[uuid.UUID] = mapped_column(sort_order=-6)
    trunk_id: Mapped[uuid.UUID] = mapped_column(sort_order=-5)


class CallTally(_Cell, Base):
    """Counters of one cell: what each counts is defined in analytics/figures."""

    __tablename__ = "call_tally"
    __table_args__ = (Index(None, "workspace_id", "hour"),)

    currency: Mapped[str | None]
    """Of `cost`: a cell holds calls of one currency, or calls without a cost."""
    calls: Mapped[int]
    answered: Mapped[int]
    humans: Mapped[int]
    successes: Mapped[int]
    opt_outs: Mapped[int]
    short_calls: Mapped[int]
    lost: Mapped[int]
    talk_ms: Mapped[int] = mapped_column(BigInteger)
    priced_calls: Mapped[int]
    cost: Mapped[Decimal] = mapped_column(Numeric(16, 4))


class CallBreakdown(_Cell, Base):
    """How many calls or turns of one cell have one value of one kind, for example the outcome `success`."""

    __tablename__ = "call_breakdown"
    __table_args__ = (Index(None, "workspace_id", "kind", "hour"), Index(None, "workspace_id", "hour"))

    kind: Mapped[str]
    value: Mapped[str]
    """For latencies the number of their step (analytics/latency_steps)."""
    count: Mapped[int]
