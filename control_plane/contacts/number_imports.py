"""Uploads of do-not-call lists and consents: the file goes to the storage, a task does the rest."""

import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from control_plane.audit.service import record
from control_plane.contacts.import_repository import ImportRepository
from control_plane.contacts.imports import required_encoding
from control_plane.contacts.number_import_repository import NumberImportRepository
from control_plane.contacts.number_import_schemas import ListAgeOut, ListAges, NumberImportOut
from control_plane.contacts.places import is_country
from control_plane.db.models import NumberImport
from control_plane.db.unit import Unit
from control_plane.domain.errors import Invalid, NotFound
from control_plane.kit.csv_text import csv_line
from control_plane.kit.ids import new_id
from control_plane.kit.storage import Storage


@dataclass(frozen=True, slots=True)
class FileOptions:
    """What the uploader says about a file: which list and when it was obtained, or what holds for every consent in it."""

    source: str
    default_country: str | None
    encoding: str | None = None
    list_date: date | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


class NumberImportService:
    """Files of one kind: `suppressions` or `consents`."""

    def __init__(self, unit: Unit, workspace_id: uuid.UUID, storage: Storage, kind: str) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._storage = storage
        self._kind = kind
        self._rows = NumberImportRepository(unit.session)

    async def prepare(self, said: FileOptions) -> NumberImport:
        """The import's row, not yet stored. Raises `Invalid` for wrong options, before the upload is read."""
        country = (said.default_country or await ImportRepository(self._unit.session).default_country(self._workspace_id)).upper()
        if not is_country(country):
            raise Invalid.field("default_country", f"{country[:10]!r} is not a country; use two letters such as US or DE.")
        encoding = required_encoding(said.encoding)
        obtained = datetime.combine(said.list_date, time(), UTC) if said.list_date else None
        if obtained is not None and obtained > self._unit.now:
            raise Invalid.field("list_date", "The list cannot have been obtained in the future.")
        row = NumberImport(id=new_id(), workspace_id=self._workspace_id, kind=self._kind, source=said.source, list_date=obtained)
        row.file_key, row.default_country, row.options = f"imports/{row.id}.csv", country, dict(said.options)
        row.encoding = encoding
        # A slow upload must not hold a connection.
        await self._unit.session.rollback()
        return row

    async def accept(self, row: NumberImport, chunks: AsyncIterator[bytes]) -> NumberImportOut:
        """Store the file and queue its import. Raises `Invalid` for an empty file."""
        if await self._storage.put(row.file_key, chunks) == 0:
            await self._storage.delete(row.file_key)
            raise Invalid.field("file", "The file is empty.")
        await self._rows.add(row)
        self._unit.nudges.add("run_number_import", row.id)
        after = {"kind": row.kind, "source": row.source, "list_date": row.list_date, "options": row.options}
        record(self._unit, self._workspace_id, "number_import.created", "number_import", row.id, None, after)
        return NumberImportOut.of(row)

    async def get(self, import_id: uuid.UUID) -> NumberImportOut:
        return NumberImportOut.of(await self._find(import_id))

    async def error_report(self, import_id: uuid.UUID) -> AsyncIterator[bytes]:
        """The rejected rows as lines of CSV. Raises `NotFound` before the first."""
        await self._find(import_id)
        return self._report(import_id)

    async def list_ages(self) -> ListAges:
        ages = await self._rows.list_ages([self._workspace_id])
        return ListAges([ListAgeOut(a.source, a.obtained_at, (self._unit.now - a.obtained_at).days, a.numbers) for a in ages])

    async def _report(self, import_id: uuid.UUID) -> AsyncIterator[bytes]:
        yield csv_line(("row", "reason", "text"))
        async for row in self._rows.errors(import_id):
            yield csv_line((row.row_number, row.message, row.row_text))

    async def _find(self, import_id: uuid.UUID) -> NumberImport:
        row = await self._rows.find(self._workspace_id, self._kind, import_id)
        if row is None:
            raise NotFound.of("import")
        return row
