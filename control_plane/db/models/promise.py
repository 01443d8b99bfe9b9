"""What was promised in calls, who has to keep it, and what came of it."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class Promise(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "promise"
    __table_args__ = (
        CheckConstraint("state in ('open', 'kept', 'dropped')", name="state"),
        CheckConstraint("owner in ('assistant', 'team')", name="owner"),
        UniqueConstraint("call_id", "seq"),
        Index("ix_promise_open", "due_at", postgresql_where=text("state = 'open' and due_at is not null")),
        Index(None, "contact_id"),
    )

    call_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    """The call in which it was promised."""
    seq: Mapped[int]
    """0 for the promise to call back, of which a call has one; else the agent's own number."""
    contact_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    what: Mapped[str]
    owner: Mapped[str]
    due_at: Mapped[datetime | None]
    quote: Mapped[str] = mapped_column(default="", server_default="")
    """The agent's own words; empty where words must not be kept."""
    state: Mapped[str] = mapped_column(default="open", server_default="open")
    overdue_at: Mapped[datetime | None]
    """When it was told that the time had passed."""
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(default="", server_default="")
    """call (the person was called back), person, or empty while it is open."""
    kept_call_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("call.id", ondelete="SET NULL"))
    """The call that kept it."""
    next_call_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("call.id", ondelete="SET NULL"))
    """The call that was made to keep it; calls of campaigns and schedules come back by themselves."""
    note: Mapped[str] = mapped_column(default="", server_default="")
    """Why there is no such call, or a person's remark."""

    @property
    def is_callback(self) -> bool:
        return self.seq == 0
