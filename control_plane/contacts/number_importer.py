"""Runs one file of numbers: a do-not-call list or consents. Safe to run twice or to be killed at any point."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from structlog import get_logger

from control_plane.contacts.consent_repository import ConsentRepository
from control_plane.contacts.import_repository import UNFINISHED
from control_plane.contacts.import_run_repository import ImportRun
from control_plane.contacts.importer import encoding_of
from control_plane.contacts.importing.consents import CONSENT_TARGETS
from control_plane.contacts.importing.convert import Accepted, Rejected
from control_plane.contacts.importing.encoding import Unreadable
from control_plane.contacts.importing.reader import ContactReader, FileSettings
from control_plane.contacts.number_import_repository import NumberImportRepository
from control_plane.db.models import NumberImport
from control_plane.db.session import Sessions
from control_plane.kit.clock import Clock
from control_plane.kit.storage import Storage
from control_plane.webhooks.events import Happening, write_down

log = get_logger(__name__)

NO_CONSENT = "The row does not say for which purpose, on what basis and when the consent was given."
PART = 2_000
"""Rows per transaction: short enough beside the dialer."""
Row = Accepted | Rejected


class NumberImporter:
    def __init__(self, sessions: Sessions, storage: Storage, clock: Clock) -> None:
        self._sessions = sessions
        self._storage = storage
        self._clock = clock

    async def run(self, import_id: uuid.UUID) -> bool:
        """Finish the import unless it is finished or somebody else is at it. Returns whether it has put numbers on a list."""
        engine: AsyncEngine = self._sessions.kw["bind"]
        async with engine.connect() as connection:
            run = ImportRun(connection, import_id)
            if not await run.take():
                return False
            try:
                async with self._sessions() as session:
                    row = await NumberImportRepository(session).get(import_id)
                if row is not None and row.state in UNFINISHED:
                    await self._run(row)
                    return row.kind == "suppressions"
                return False
            finally:
                await run.release()

    async def _run(self, row: NumberImport) -> None:
        try:
            encoding = await encoding_of(self._storage, row.file_key, row.encoding)
            said = {name: str(value) for name, value in row.options.items() if name in CONSENT_TARGETS}
            reader = ContactReader(FileSettings(encoding, {}, row.default_country, said, self._clock.now(), row.rows))
            async for part in self._parts(row.file_key, reader):
                async with self._sessions.begin() as session:
                    await _take(session, row, part)
        except Unreadable as error:
            await self._end(row, state="failed", error=str(error))
            return
        await self._end(row, state="completed", encoding=encoding)

    async def _end(self, row: NumberImport, **values: Any) -> None:
        async with self._sessions.begin() as session:
            rows = NumberImportRepository(session)
            if values["state"] == "completed" and row.options.get("mode") == "replace":
                values["removed"] = await rows.forget_older(row)
            await rows.advance(row.id, finished_at=self._clock.now(), **values)
            data = {"import_id": row.id, "kind": row.kind, "source": row.source, "state": values["state"]}
            data |= {"url": f"/api/v1/{row.kind}/imports/{row.id}"}
            await write_down(session, self._clock.now(), "import.completed", [Happening(row.workspace_id, data)])
        log.info("number_import_ended", import_id=str(row.id), kind=row.kind, state=values["state"])

    async def _parts(self, key: str, reader: ContactReader) -> AsyncIterator[list[Row]]:
        """The file's rows, some at a time. Parsing happens off the event loop."""
        async for chunk in self._storage.open(key):
            for part in _cut(await asyncio.to_thread(_all, reader.feed(chunk))):
                yield part
        for part in _cut(await asyncio.to_thread(_all, reader.finish())):
            yield part


async def _take(session: AsyncSession, row: NumberImport, part: list[Row]) -> None:
    """One part of the file, in one transaction with the note how far the file has come."""
    if not part:
        return
    rows = NumberImportRepository(session)
    accepted = [item for item in part if isinstance(item, Accepted)]
    rejected = [(item.row, item.message, item.text) for item in part if isinstance(item, Rejected)]
    if row.kind == "consents":
        rejected += [(item.row, NO_CONSENT, " ".join(item.phones)) for item in accepted if item.consent is None]
        accepted = [item for item in accepted if item.consent is not None]
        added = await ConsentRepository(session).put_all(row.workspace_id, "import", [c for item in accepted for c in _consents(row, item)])
    else:
        added = await rows.put_on_list(row, list(dict.fromkeys(e164 for item in accepted for e164 in item.phones)))
    await rows.reject(row.id, sorted(rejected))
    numbers = sum(len(item.phones) for item in accepted)
    await rows.advance(
        row.id, added=added, duplicates=numbers - added, rejected=len(rejected), state="running", rows=max(item.row for item in part)
    )


def _consents(row: NumberImport, item: Accepted) -> Iterator[dict[str, Any]]:
    assert item.consent is not None
    said = asdict(item.consent)
    said["evidence"] = said["evidence"] or f"row {item.row} of import {row.id}"
    for e164 in item.phones:
        yield {"e164": e164, **said}


def _all(rows: Iterator[Row]) -> list[Row]:
    return list(rows)


def _cut(rows: list[Row]) -> Iterator[list[Row]]:
    for start in range(0, len(rows), PART):
        yield rows[start : start + PART]
