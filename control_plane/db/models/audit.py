"""Who changed what, when."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, OfWorkspace


class AuditEntry(HasId, OfWorkspace, Base):
    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "workspace_id", "at"),)

    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor: Mapped[str]
    """key:<id>, system, call:<id>"""
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[uuid.UUID | None]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
