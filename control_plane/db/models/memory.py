"""What is remembered of people across calls, fact by fact, each with where it comes from."""

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class ContactFact(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "contact_fact"
    __table_args__ = (
        CheckConstraint("source in ('call', 'analysis', 'person')", name="source"),
        CheckConstraint("contact_id is not null or call_id is not null", name="whose"),
        UniqueConstraint("call_id", "source", "seq"),
        Index(None, "contact_id"),
    )

    contact_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    """Null as long as nobody knows whose number was called."""
    call_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    """The call in which it was said; null for what a person wrote."""
    source: Mapped[str]
    """call (the agent noted it), analysis (found in the transcript), person (written or changed by hand)."""
    seq: Mapped[int | None]
    """Of the call's facts from this source."""
    text: Mapped[str]
    quote: Mapped[str] = mapped_column(default="", server_default="")
    """The callee's own words; empty for what a person wrote, and where words must not be kept."""
    offset_s: Mapped[float | None]
    """Seconds from the answer."""
