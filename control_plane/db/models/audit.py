"""Who changed what, when."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, OfWorkspace


class AuditEntry(HasId, OfWorkspace, Base):
    """Append-only: triggers of the database chain each entry to the one before when its transaction commits, and refuse changes.

    Personal content can be redacted without breaking the chain, which runs over the content's salted hash.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "workspace_id", "at"), UniqueConstraint("workspace_id", "seq", name="uq_audit_entry_seq"))

    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor: Mapped[str]
    """key:<id>, system, call:<id>"""
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[uuid.UUID | None]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    seq: Mapped[int | None] = mapped_column(BigInteger)
    """1, 2, 3 … within the workspace; written by the database at commit, like the hashes."""
    salt: Mapped[str | None]
    content_hash: Mapped[str | None]
    previous_hash: Mapped[str | None]
    hash: Mapped[str | None]
    redacted_at: Mapped[datetime | None]
    """When before and after were taken out because a person was erased."""
