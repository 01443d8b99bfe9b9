"""Imports of contacts from CSV, with what became of every row."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class ContactImport(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "contact_import"

    contact_list_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact_list.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(default="queued", server_default="queued")
    """queued → running → completed | failed"""
    file_key: Mapped[str]
    """Where the uploaded bytes lie in the storage."""
    default_country: Mapped[str]
    encoding: Mapped[str] = mapped_column(default="", server_default="")
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    rows: Mapped[int] = mapped_column(default=0, server_default="0")
    created: Mapped[int] = mapped_column(default=0, server_default="0")
    updated: Mapped[int] = mapped_column(default=0, server_default="0")
    duplicates: Mapped[int] = mapped_column(default=0, server_default="0")
    rejected: Mapped[int] = mapped_column(default=0, server_default="0")
    error: Mapped[str] = mapped_column(default="", server_default="")
    finished_at: Mapped[datetime | None]


class ContactImportError(HasId, Base):
    """One rejected row: its number in the file (1 is the first row after the header), the reason in words, the row's own text."""

    __tablename__ = "contact_import_error"

    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact_import.id", ondelete="CASCADE"), index=True)
    row_number: Mapped[int]
    message: Mapped[str]
    row_text: Mapped[str]
