"""What keeps records from being deleted, and what was deleted because a person asked."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class LegalHold(HasId, OfWorkspace, HasTimes, Base):
    """A lawyer's word: nothing about this contact, number or call is deleted until it is released.

    No foreign keys: the hold outlives what it names, and says afterwards what was held.
    """

    __tablename__ = "legal_hold"
    __table_args__ = (CheckConstraint("num_nonnulls(contact_id, e164, call_id) = 1", name="subject"),)

    contact_id: Mapped[uuid.UUID | None]
    e164: Mapped[str | None]
    call_id: Mapped[uuid.UUID | None]
    reason: Mapped[str]
    placed_by: Mapped[str]
    released_at: Mapped[datetime | None]
    released_by: Mapped[str] = mapped_column(default="", server_default="")


class Erasure(HasId, OfWorkspace, HasTimes, Base):
    """One person forgotten: what went, without saying who it was."""

    __tablename__ = "erasure"

    contact_id: Mapped[uuid.UUID | None]
    """The contact's former id, when one was named."""
    number_hashes: Mapped[list[str]]
    requested_by: Mapped[str]
    counts: Mapped[dict[str, Any]]
    file_keys: Mapped[list[str]]
    """Recordings that the storage still has; a task deletes them after the commit."""
    finished_at: Mapped[datetime | None]
