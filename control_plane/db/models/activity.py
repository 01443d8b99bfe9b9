"""What agents note about people in calls: lines for the timeline, and how well an offer fits."""

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class Activity(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "activity"
    __table_args__ = (
        CheckConstraint("kind in ('note', 'lead_score')", name="kind"),
        CheckConstraint("(kind = 'lead_score') = (score is not null) and score between 0 and 100", name="score"),
        UniqueConstraint("call_id", "seq"),
        Index(None, "contact_id"),
    )

    call_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    seq: Mapped[int]
    """0 for the score, of which a call has one; else the agent's own number."""
    contact_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    kind: Mapped[str]
    what: Mapped[str]
    """The note, or the score's reasons, one a line; empty where words must not be kept."""
    score: Mapped[int | None]
    """0 to 100."""
