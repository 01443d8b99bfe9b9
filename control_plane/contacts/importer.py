"""Runs one import: probe the encoding, stage every row, apply them all at once. Safe to run twice or to be killed at any point."""

import asyncio
import uuid
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from structlog import get_logger

from control_plane.contacts.import_repository import UNFINISHED, ImportRun
from control_plane.contacts.importing.encoding import EncodingProbe, Unreadable
from control_plane.contacts.importing.reader import ContactReader, FileSettings
from control_plane.contacts.importing.staging import EMPTY, Part, part_of
from control_plane.kit.clock import Clock
from control_plane.kit.storage import Storage

log = get_logger(__name__)


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
                if row is None or row.state not in UNFINISHED:
                    return None
                grown = await self._run(run, row)
                # What was read is in the tables; people's numbers need not lie about in a file as well.
                await self._storage.delete(row.file_key)
                return grown
            finally:
                await run.release()

    async def _run(self, run: ImportRun, row: Any) -> uuid.UUID | None:
        await run.begin()
        reader: ContactReader | None = None
        try:
            encoding = await encoding_of(self._storage, row.file_key, row.encoding)
            reader = ContactReader(FileSettings(encoding, row.mapping, row.default_country, latest=self._clock.now()))
            rejected = await self._stage(run, row.id, row.file_key, reader)
        except Unreadable as error:
            log.info("import_failed", import_id=str(row.id))
            await run.tell(self._clock.now(), row.workspace_id, _ended(row, "failed", reader))
            await run.save(state="failed", error=str(error), rows=reader.rows if reader else 0, finished_at=self._clock.now())
            return None
        applied = await run.apply(row.workspace_id, row.contact_list_id)
        duplicates = reader.rows - rejected - applied.created - applied.updated
        counts = {"created": applied.created, "updated": applied.updated, "duplicates": duplicates, "rejected": rejected}
        await run.tell(self._clock.now(), row.workspace_id, _ended(row, "completed", reader) | counts)
        await run.save(
            state="completed",
            encoding=encoding,
            mapping=reader.mapping,
            rows=reader.rows,
            rejected=rejected,
            created=applied.created,
            updated=applied.updated,
            duplicates=duplicates,
            finished_at=self._clock.now(),
        )
        log.info("import_completed", import_id=str(row.id), rows=reader.rows, rejected=rejected, created=applied.created)
        return row.contact_list_id

    async def _stage(self, run: ImportRun, import_id: uuid.UUID, key: str, reader: ContactReader) -> int:
        """Stage the file; returns how many rows were rejected. Parsing happens off the event loop, which also dials, and while the database
        takes what was parsed before."""
        part, rows, rejected = EMPTY, 0, 0
        async for chunk in self._storage.open(key):
            parsing = asyncio.create_task(asyncio.to_thread(part_of, import_id, reader.feed(chunk)))
            try:
                rows, rejected = rows + part.rows, rejected + await self._put(run, part)
                await run.save(rows=rows, rejected=rejected)
            finally:
                # Also when the database fails: nothing goes on behind our back.
                part = await parsing
        rejected += await self._put(run, part)
        return rejected + await self._put(run, await asyncio.to_thread(part_of, import_id, reader.finish()))

    async def _put(self, run: ImportRun, part: Part) -> int:
        await run.stage(part)
        return part.rejected


def _ended(row: Any, state: str, reader: ContactReader | None) -> dict[str, Any]:
    """The end of the import as it is told to the outside."""
    links = {"url": f"/api/v1/imports/{row.id}", "errors_url": f"/api/v1/imports/{row.id}/errors.csv"}
    about = {"import_id": row.id, "kind": "contacts", "contact_list_id": row.contact_list_id, "state": state}
    return about | {"rows": reader.rows if reader else 0} | links
