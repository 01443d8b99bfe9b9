"""What the carrier was asked about numbers before they were called, and what that cost."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class NumberLookup(HasId, OfWorkspace, HasTimes, Base):
    """The last answers about one number, and what is to be asked next."""

    __tablename__ = "number_lookup"
    __table_args__ = (
        UniqueConstraint("workspace_id", "e164"),
        Index("ix_number_lookup_try_at", "try_at", postgresql_where=text("wanted_at is not null")),
    )

    e164: Mapped[str]
    line_type: Mapped[str] = mapped_column(default="", server_default="")
    """One of domain/rules.LINE_TYPES; empty before it was asked."""
    line_type_at: Mapped[datetime | None]
    reassigned_since: Mapped[date | None]
    """After this day the number has come to somebody else."""
    unchanged_since: Mapped[date | None]
    """The earliest day since which nothing like it is known."""
    reassigned_at: Mapped[datetime | None]
    lookups: Mapped[int] = mapped_column(default=0, server_default="0")
    cost: Mapped[Decimal] = mapped_column(Numeric(14, 4), default=Decimal(0), server_default="0")
    """Of all its look-ups that were answered, in `currency`."""
    currency: Mapped[str] = mapped_column(default="", server_default="")
    wanted_at: Mapped[datetime | None]
    """When a call has wished for it last; None: it is not wished for."""
    wants_line_type: Mapped[bool] = mapped_column(default=False, server_default="false")
    verified_on: Mapped[date | None]
    """The day about which reassignment is to be asked."""
    try_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    trouble: Mapped[str] = mapped_column(default="", server_default="")
    """Why the last try said nothing, as a sentence."""


class NumberLookupMonth(HasId, OfWorkspace, Base):
    """What a workspace's look-ups of a month cost; written before the carrier is asked, so that a limit is never passed. An answer that was
    lost on its way stays in it, since the carrier may bill it."""

    __tablename__ = "number_lookup_month"
    __table_args__ = (UniqueConstraint("workspace_id", "month"),)

    month: Mapped[date]
    """Its first day, UTC."""
    lookups: Mapped[int] = mapped_column(default=0, server_default="0")
    cost: Mapped[Decimal] = mapped_column(Numeric(14, 4), default=Decimal(0), server_default="0")
    currency: Mapped[str]
    """Of `cost`, to which no other is added."""
