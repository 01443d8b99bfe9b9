"""What every table shares: identifiers, times, naming of constraints."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKey, MetaData, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from control_plane.kit.ids import new_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Text is `text`, times are `timestamptz`, dictionaries are `jsonb`."""

    metadata = MetaData(naming_convention=NAMING)
    # Values that the database makes, `updated_at` too, come back with the write: reading them later would be IO outside of a query.
    __mapper_args__ = {"eager_defaults": True}
    type_annotation_map = {
        str: Text,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
        list[str]: ARRAY(Text),
    }


class HasId:
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-10)


class HasTimes:
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=90)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now(), sort_order=91)


class OfWorkspace:
    """Everything a tenant owns carries the tenant, so that no query can forget it."""

    workspace_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), index=True, sort_order=-9)


class OfFile:
    """An import: an uploaded file that a task reads row by row."""

    state: Mapped[str] = mapped_column(default="queued", server_default="queued")
    """queued → running → completed | failed"""
    file_key: Mapped[str]
    """Where the uploaded bytes lie in the storage."""
    default_country: Mapped[str]
    encoding: Mapped[str] = mapped_column(default="", server_default="")
    rows: Mapped[int] = mapped_column(default=0, server_default="0")
    duplicates: Mapped[int] = mapped_column(default=0, server_default="0")
    rejected: Mapped[int] = mapped_column(default=0, server_default="0")
    error: Mapped[str] = mapped_column(default="", server_default="")
    finished_at: Mapped[datetime | None]


class OfRejectedRow:
    """One rejected row of an import."""

    row_number: Mapped[int]
    """1 is the first row after the header."""
    message: Mapped[str]
    row_text: Mapped[str]
