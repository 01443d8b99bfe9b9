"""Files of numbers: do-not-call lists and consents, with what became of every row."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfFile, OfRejectedRow, OfWorkspace


class NumberImport(HasId, OfWorkspace, OfFile, HasTimes, Base):
    __tablename__ = "number_import"
    __table_args__ = (
        CheckConstraint("kind in ('suppressions', 'consents')", name="kind"),
        Index(None, "workspace_id", "source", "list_date"),
    )

    kind: Mapped[str]
    source: Mapped[str] = mapped_column(default="", server_default="")
    """Which list it is, such as us_national; for consents where they were given."""
    list_date: Mapped[datetime | None]
    """When the list was obtained from its keeper: the gate fails closed once that is too long ago."""
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    added: Mapped[int] = mapped_column(default=0, server_default="0")
    removed: Mapped[int] = mapped_column(default=0, server_default="0")
    """Numbers of an older version of the list that the new one no longer has."""
    heeded_at: Mapped[datetime | None]
    """When calls and contacts that wait for a number of the list were given up; NULL: the task is still to come, or was lost."""


class NumberImportError(HasId, OfRejectedRow, Base):
    __tablename__ = "number_import_error"

    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("number_import.id", ondelete="CASCADE"), index=True)
