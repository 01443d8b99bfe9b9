"""What was heard when a stored recording was transcribed anew. The row is also the wish for it: `pending` until it is done or given up."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class CallTranscription(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "call_transcription"
    __table_args__ = (
        CheckConstraint("state in ('pending', 'done', 'failed')", name="state"),
        CheckConstraint("(state = 'done') = (turns is not null)", name="done"),
        UniqueConstraint("call_id", "version"),
        Index("uq_call_transcription_current", "call_id", unique=True, postgresql_where=text("is_current")),
        Index("uq_call_transcription_pending", "call_id", unique=True, postgresql_where=text("state = 'pending'")),
        Index("ix_call_transcription_due", "due_at", postgresql_where=text("state = 'pending'")),
    )

    call_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    version: Mapped[int]
    """1 for the first that was asked for; what the call's own agent has heard is none of them."""
    state: Mapped[str] = mapped_column(default="pending", server_default="pending")
    is_current: Mapped[bool] = mapped_column(default=False, server_default="false")
    """The newest that is done, which analyses read; there is one at most."""
    due_at: Mapped[datetime]
    """When an agent is sent, again if the one before has not finished."""
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many agents have begun."""
    token_hash: Mapped[str | None]
    """Of the last agent's ticket: an older one's result is not taken."""
    provider: Mapped[str] = mapped_column(default="", server_default="")
    model: Mapped[str] = mapped_column(default="", server_default="")
    """Whose model hears; empty until it has begun."""
    language: Mapped[str] = mapped_column(default="", server_default="")
    from_s: Mapped[float] = mapped_column(default=0.0, server_default="0")
    """When the recording begins, in seconds from the answer."""
    note: Mapped[str] = mapped_column(default="", server_default="")
    """Why there is none, or none yet."""
    finished_at: Mapped[datetime | None]
    turns: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    """sip_config.contract.transcription.HeardTurn, in the order of speech."""
