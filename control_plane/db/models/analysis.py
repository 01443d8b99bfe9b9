"""What was found in a call's transcript, version by version. The row is also the wish for it: `pending` until it is done."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class CallAnalysis(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "call_analysis"
    __table_args__ = (
        CheckConstraint("state in ('pending', 'done')", name="state"),
        CheckConstraint("cause in ('call', 'request', 'transcription')", name="cause"),
        CheckConstraint("engine in ('', 'rules', 'model')", name="engine"),
        CheckConstraint("(state = 'done') = (result is not null)", name="done"),
        UniqueConstraint("call_id", "version"),
        Index("uq_call_analysis_current", "call_id", unique=True, postgresql_where=text("is_current")),
        Index("uq_call_analysis_pending", "call_id", unique=True, postgresql_where=text("state = 'pending'")),
        Index("ix_call_analysis_due", "due_at", postgresql_where=text("state = 'pending'")),
    )

    call_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    version: Mapped[int]
    """1 for the first of the call."""
    state: Mapped[str] = mapped_column(default="pending", server_default="pending")
    is_current: Mapped[bool] = mapped_column(default=False, server_default="false")
    """The newest that is done; there is one at most."""
    cause: Mapped[str]
    """call (it has ended), request (a person asked for it again), transcription (the recording was transcribed anew)."""
    due_at: Mapped[datetime]
    """When it is taken next. Whoever takes it moves this on, so that another takes it should they die."""
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    """Fence: who has taken it writes only as long as nobody took it after them."""
    assistant_version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("assistant_version.id", ondelete="SET NULL"))
    """Whose labels, schema and model it was made by."""
    engine: Mapped[str] = mapped_column(default="", server_default="")
    """rules or model; empty until it is done."""
    model: Mapped[str] = mapped_column(default="", server_default="")
    note: Mapped[str] = mapped_column(default="", server_default="")
    """Why rules stood in for a model, or what a model said that nobody had said."""
    finished_at: Mapped[datetime | None]
    lead_status: Mapped[str] = mapped_column(default="", server_default="")
    """What the contact's became by it; empty where it moved none."""
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """analysis/findings.Result."""
