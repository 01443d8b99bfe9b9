"""What the API gives for files of numbers."""

import uuid
from datetime import datetime
from typing import Any

from msgspec import Struct

from control_plane.db.models import NumberImport


class NumberImportOut(Struct, kw_only=True):
    """`added` and `duplicates` count numbers, `rejected` rows."""

    id: uuid.UUID
    kind: str
    state: str
    source: str
    list_date: datetime | None
    options: dict[str, Any]
    default_country: str
    encoding: str
    rows: int
    added: int
    duplicates: int
    """Numbers that were there already."""
    rejected: int
    removed: int
    """Numbers of an older version of the list that the new one no longer has."""
    error: str
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: NumberImport) -> "NumberImportOut":
        return cls(**{name: getattr(row, name) for name in cls.__struct_fields__})


class ListAgeOut(Struct):
    """The newest version of one do-not-call list."""

    source: str
    obtained_at: datetime
    age_days: int
    numbers: int


class ListAges(Struct):
    items: list[ListAgeOut]
