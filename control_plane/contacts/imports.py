"""Uploads of contacts: the file goes to the storage, a task does the rest."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from control_plane.audit.service import record
from control_plane.contacts.comparison import ComparisonOut, compare
from control_plane.contacts.import_preview import ImportPreview, beginning_of, preview
from control_plane.contacts.import_repository import ImportRepository, error_rows
from control_plane.contacts.importing.columns import PLAIN_TARGETS, is_target
from control_plane.contacts.importing.encoding import known_encoding
from control_plane.contacts.importing.reader import FileSettings
from control_plane.contacts.places import is_country
from control_plane.contacts.repository import ListRepository
from control_plane.contacts.schemas import ImportOut
from control_plane.db.models import ContactImport
from control_plane.db.unit import Unit
from control_plane.domain.errors import Invalid, NotFound
from control_plane.kit.csv_text import csv_line
from control_plane.kit.ids import new_id
from control_plane.kit.storage import Storage


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to read the file: the country of numbers without a country code (ISO 3166, two letters), the meaning of columns by header, and
    the text encoding, empty to find it out."""

    default_country: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None


def required_encoding(said: str | None) -> str:
    """Python's name of the encoding that the uploader says; empty when nothing is said. Raises `Invalid` on `encoding`."""
    found = known_encoding(said) if said else ""
    if found is None:
        raise Invalid.field("encoding", f"{(said or '')[:40]!r} is not an encoding of text files; use one such as utf-8 or windows-1251.")
    return found


class ImportService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID, storage: Storage) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._storage = storage
        self._rows = ImportRepository(unit.session)

    async def options(self, list_id: uuid.UUID | None, said: ImportOptions) -> ImportOptions:
        """How to read a file for this list: what was said, completed. Raises `Invalid` for wrong options, `NotFound` for a foreign list."""
        if list_id is not None:
            await self._require_list(list_id)
        for header, target in said.mapping.items():
            if not is_target(target):
                known = ", ".join(PLAIN_TARGETS)
                raise Invalid.field("mapping", f"The column {header!r} cannot become {target!r}; use one of {known} or attributes.<key>.")
        country = (said.default_country or await self._rows.default_country(self._workspace_id)).upper()
        if not is_country(country):
            raise Invalid.field("default_country", f"{country[:10]!r} is not a country; use two letters such as US or DE.")
        return ImportOptions(country, said.mapping, required_encoding(said.encoding))

    async def preview(self, options: ImportOptions, chunks: AsyncIterator[bytes]) -> ImportPreview:
        """What an import would make of the file's beginning; nothing is stored. Raises `Invalid` when it could not be imported at all."""
        beginning, is_whole = await beginning_of(chunks)
        if not beginning:
            raise Invalid.field("file", "The file is empty.")
        settings = FileSettings(options.encoding or "", options.mapping, options.default_country or "", latest=self._unit.now)
        return await asyncio.to_thread(preview, beginning, is_whole, settings)

    async def compare(self, list_id: uuid.UUID | None, options: ImportOptions, chunks: AsyncIterator[bytes]) -> ComparisonOut:
        """What the whole file would change on the list; nothing is stored. Raises `Invalid` when it could not be imported at all."""
        settings = FileSettings(options.encoding or "", options.mapping, options.default_country or "", latest=self._unit.now)
        return await compare(self._unit, self._workspace_id, list_id, settings, chunks)

    async def accept(self, list_id: uuid.UUID, options: ImportOptions, chunks: AsyncIterator[bytes]) -> ImportOut:
        """Store the file and queue its import. Raises `Invalid` for an empty file.

        Touches the database only when the whole file has arrived: a slow upload must not hold a connection.
        """
        row = ContactImport(id=new_id(), workspace_id=self._workspace_id, contact_list_id=list_id, file_key="")
        row.file_key, row.default_country, row.mapping = f"imports/{row.id}.csv", options.default_country or "", dict(options.mapping)
        row.encoding = options.encoding or ""
        if await self._storage.put(row.file_key, chunks) == 0:
            await self._storage.delete(row.file_key)
            raise Invalid.field("file", "The file is empty.")
        try:
            await self._require_list(list_id)
            await self._rows.add(row)
        except Exception:
            # The list was deleted while the file came in; nobody would ever read it.
            await self._storage.delete(row.file_key)
            raise
        self._unit.nudges.add("run_import", row.id)
        record(self._unit, self._workspace_id, "contact_import.created", "contact_import", row.id, None, {"list": str(list_id)})
        return ImportOut.of(row)

    async def get(self, import_id: uuid.UUID) -> ImportOut:
        return ImportOut.of(await self._find(import_id))

    async def error_report(self, import_id: uuid.UUID) -> AsyncIterator[bytes]:
        """The rejected rows as lines of CSV, read in pages while they are sent. Raises `NotFound` before the first."""
        await self._find(import_id)
        return self._report(import_id)

    async def _report(self, import_id: uuid.UUID) -> AsyncIterator[bytes]:
        yield csv_line(("row", "reason", "text"))
        async for row in error_rows(self._rows, import_id):
            yield csv_line((row.row_number, row.message, row.row_text))

    async def _require_list(self, list_id: uuid.UUID) -> None:
        if await ListRepository(self._unit.session, self._workspace_id).find(list_id) is None:
            raise NotFound.of("contact list")

    async def _find(self, import_id: uuid.UUID) -> ContactImport:
        row = await self._rows.find(self._workspace_id, import_id)
        if row is None:
            raise NotFound.of("import")
        return row
