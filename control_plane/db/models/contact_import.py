"""Imports of contacts from CSV, with what became of every row."""

import uuid
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfFile, OfRejectedRow, OfWorkspace


class ContactImport(HasId, OfWorkspace, OfFile, HasTimes, Base):
    __tablename__ = "contact_import"

    contact_list_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact_list.id", ondelete="CASCADE"))
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created: Mapped[int] = mapped_column(default=0, server_default="0")
    updated: Mapped[int] = mapped_column(default=0, server_default="0")


class ContactImportError(HasId, OfRejectedRow, Base):
    __tablename__ = "contact_import_error"

    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact_import.id", ondelete="CASCADE"), index=True)


class ContactImportFound(Base):
    """Contacts known before that a running import has found in its file, until they become members of its list."""

    __tablename__ = "contact_import_found"

    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact_import.id", ondelete="CASCADE"), primary_key=True)
    contact_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """The contact may be gone."""
