"""Runs one import: probe the encoding, take the file part by part, put all on the list at once. Safe to run twice or to be killed at any
point: whoever comes next goes on behind the last part that was committed."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from structlog import get_logger

from control_plane.contacts.import_repository import UNFINISHED
from control_plane.contacts.import_run_repository import Gone, ImportRun
from control_plane.contacts.importing.encoding import EncodingProbe, Unreadable
from control_plane.contacts.importing.reader import ContactReader, FileSettings
from control_plane.contacts.importing.staging import Owner, Part, part_of
from control_plane.domain.errors import NotFound
from control_plane.kit.clock import Clock
from control_plane.kit.storage import Storage

log = get_logger(__name__)

PART = 1024 * 1024
"""Bytes of a file that are taken in one transaction, some 14,000 rows: short enough beside the dialer, and so long that client and server
seldom wait for each other."""


async def encoding_of(storage: Storage, key: str, told: str) -> str:
    """The encoding of a stored file, all of which is read for it. Raises `Unreadable`."""
    probe = EncodingProbe(told)
    async for chunk in storage.open(key):
        await asyncio.to_thread(probe.feed, chunk)
    return probe.encoding()


class Importer:
    def __init__(self, engine: AsyncEngine, storage: Storage, clock: Clock) -> None:
        self._engine = engine
        self._storage = storage
        self._clock = clock

    async def run(self, import_id: uuid.UUID) -> uuid.UUID | None:
        """Finish the import unless it is finished or somebody else is at it. Returns the list that has new members, if any."""
        async with self._engine.connect() as connection:
            run = ImportRun(connection, import_id)
            if not await run.take():
                return None
            try:
                row = await run.load()
                return await self._run(run, row) if row is not None and row.state in UNFINISHED else None
            finally:
                await run.release()

    async def _run(self, run: ImportRun, row: Any) -> uuid.UUID | None:
        try:
            await run.begin()
            try:
                encoding = await encoding_of(self._storage, row.file_key, row.encoding)
                settings = FileSettings(encoding, row.mapping, row.default_country, latest=self._clock.now(), after=row.rows)
                reader = ContactReader(settings)
                await self._read(run, row, reader)
            except Unreadable as error:
                await self._fail(run, row, str(error))
                return None
            except NotFound:
                await self._fail(run, row, "The file is not in the storage any more; upload it again.")
                return None
            await self._complete(run, row, encoding=encoding, mapping=reader.mapping)
        except Gone:
            log.info("import_gone", import_id=str(row.id))
            await self._storage.delete(row.file_key)
            return None
        return row.contact_list_id

    async def _read(self, run: ImportRun, row: Any, reader: ContactReader) -> None:
        """The rows that no earlier runner has done. Parsing happens off the event loop, which also dials, and while the database takes
        what was parsed before."""
        owner, part = Owner(row.workspace_id, row.id), None
        async for piece in _pieces(self._storage.open(row.file_key)):
            parsing = asyncio.create_task(asyncio.to_thread(part_of, owner, reader.feed(piece)))
            try:
                await self._take(run, row, part)
            finally:
                # Also when the database fails: nothing goes on behind our back.
                part = await parsing
        await self._take(run, row, part)
        await self._take(run, row, await asyncio.to_thread(part_of, owner, reader.finish()))

    async def _take(self, run: ImportRun, row: Any, part: Part | None) -> None:
        if part is not None:
            await run.advance(Owner(row.workspace_id, row.id), row.contact_list_id, part)

    async def _complete(self, run: ImportRun, row: Any, **learned: Any) -> None:
        counts = await run.put_on_list(Owner(row.workspace_id, row.id), row.contact_list_id)
        told = asdict(counts) | {"duplicates": counts.rows - counts.rejected - counts.created - counts.updated}
        now = self._clock.now()
        await run.tell(now, row.workspace_id, _ended(row, "completed") | told)
        await run.save(state="completed", finished_at=now, **learned)
        log.info("import_completed", import_id=str(row.id), rows=counts.rows, rejected=counts.rejected, created=counts.created)

    async def _fail(self, run: ImportRun, row: Any, error: str) -> None:
        now = self._clock.now()
        await run.tell(now, row.workspace_id, _ended(row, "failed"))
        await run.save(state="failed", error=error, finished_at=now)
        log.info("import_failed", import_id=str(row.id))


async def _pieces(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in pieces of `PART` or a little more."""
    gathered = bytearray()
    async for chunk in chunks:
        gathered += chunk
        if len(gathered) >= PART:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)


def _ended(row: Any, state: str) -> dict[str, Any]:
    """The end of the import as it is told to the outside."""
    links = {"url": f"/api/v1/imports/{row.id}", "errors_url": f"/api/v1/imports/{row.id}/errors.csv"}
    about = {"import_id": row.id, "kind": "contacts", "contact_list_id": row.contact_list_id, "state": state}
    return about | {"rows": row.rows} | links
