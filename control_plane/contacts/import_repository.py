"""SQL of imports: the row itself, and the staging table through which a file becomes contacts in one step.

Rows are staged in a temporary table of one connection, in short transactions, and applied by a single set-based transaction at the end:
nothing half-imported can be seen or dialled, a crash leaves nothing behind, and no long transaction stands beside the dialer
(facts/stack §7, §9).
"""

import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from control_plane.contacts.importing.staging import CONTACT_COLUMNS, ERROR_COLUMNS, PHONE_COLUMNS, Part
from control_plane.db.models import ContactImport, ContactImportError, ContactList, Workspace
from control_plane.webhooks.events import Happening, write_down

UNFINISHED = ("queued", "running")
_PAGE = 1_000

_CREATE = """
create temporary table if not exists import_staged (
  row_number int not null, contact_id uuid not null, e164 text not null, name text not null, email text not null,
  language text not null, time_zone text not null, score int, attributes jsonb not null, consent jsonb
);
create temporary table if not exists import_staged_phone (
  row_number int not null, priority int not null, id uuid not null, consent_id uuid, e164 text not null, time_zones text[] not null
);
create temporary table if not exists import_pick (
  row_number int not null, contact_id uuid not null, is_new bool not null, is_changed bool not null default true
);
truncate import_staged, import_staged_phone, import_pick
"""
_DROP = "drop table if exists import_staged, import_staged_phone, import_pick"

# Of the rows with one number the first counts. A number that the workspace knows means its contact, the one on this list before others.
# Numbers are compared byte by byte: sorting a million of them by a language's rules takes longer than all the rest.
_PICK = """
insert into import_pick (row_number, contact_id, is_new)
with first_rows as materialized (
  select distinct on (e164 collate "C") e164, row_number, contact_id from import_staged order by e164 collate "C", row_number
), known as materialized (
  select distinct on (p.e164 collate "C") p.e164, f.row_number, p.contact_id
  from first_rows f
  join contact_phone p on p.workspace_id = :workspace_id and p.e164 = f.e164
  left join contact_list_entry e on e.contact_id = p.contact_id and e.contact_list_id = :list_id
  order by p.e164 collate "C", (e.contact_id is null), p.contact_id
)
select row_number, contact_id, true from first_rows f where not exists (select from known k where k.row_number = f.row_number)
union all
(select distinct on (contact_id) row_number, contact_id, false from known order by contact_id, row_number)
"""
_INSERT_CONTACTS = """
insert into contact (id, workspace_id, name, email, language, time_zone, score, attributes)
select s.contact_id, :workspace_id, s.name, nullif(s.email, ''), nullif(s.language, ''), nullif(s.time_zone, ''), s.score, s.attributes
from import_pick k join import_staged s using (row_number) where k.is_new
"""
# What is new can be there in no other form, so nothing is looked for.
_INSERT_PHONES = """
insert into contact_phone (id, workspace_id, contact_id, e164, priority, time_zones)
select p.id, :workspace_id, k.contact_id, p.e164, p.priority, p.time_zones
from import_pick k join import_staged_phone p using (row_number) where k.is_new
"""
_INSERT_ENTRIES = """
insert into contact_list_entry (contact_list_id, contact_id) select :list_id, contact_id from import_pick where is_new
"""
# What the file does not say stays as it is.
_UPDATE_CONTACTS = """
update contact c set
  name = coalesce(nullif(s.name, ''), c.name), email = coalesce(nullif(s.email, ''), c.email),
  language = coalesce(nullif(s.language, ''), c.language), time_zone = coalesce(nullif(s.time_zone, ''), c.time_zone),
  score = coalesce(s.score, c.score), attributes = c.attributes || s.attributes, updated_at = now()
from import_pick k join import_staged s using (row_number)
where not k.is_new and k.is_changed and c.id = k.contact_id
"""
_MARK_UNCHANGED = """
update import_pick k set is_changed = false
from import_staged s, contact c
where s.row_number = k.row_number and c.id = k.contact_id and not k.is_new
  and s.name in ('', c.name) and s.email in ('', c.email) and s.language in ('', c.language)
  and s.time_zone in ('', c.time_zone) and (s.score is null or s.score = c.score) and c.attributes @> s.attributes
  and exists (select 1 from contact_list_entry e where e.contact_list_id = :list_id and e.contact_id = c.id)
  and not exists (
    select 1 from import_staged_phone p where p.row_number = k.row_number
    and not exists (select 1 from contact_phone known where known.contact_id = c.id and known.e164 = p.e164))
"""
# A number that a contact already had keeps its place; further ones go behind it.
_ADD_PHONES = """
insert into contact_phone (id, workspace_id, contact_id, e164, priority, time_zones)
select p.id, :workspace_id, k.contact_id, p.e164, p.priority + 10, p.time_zones
from import_pick k join import_staged_phone p using (row_number) where not k.is_new
on conflict (contact_id, e164) do nothing
"""
_ADD_ENTRIES = """
insert into contact_list_entry (contact_list_id, contact_id) select :list_id, contact_id from import_pick where not is_new
on conflict do nothing
"""
# Every row counts here, also one whose number stood in the file before: each may tell of another consent.
_INSERT_CONSENTS = """
insert into consent (id, workspace_id, e164, purpose, basis, text, source, granted_at, evidence, recorded_by)
select p.consent_id, :workspace_id, p.e164, s.consent ->> 'purpose', s.consent ->> 'basis', s.consent ->> 'text',
  s.consent ->> 'source', (s.consent ->> 'granted_at')::timestamptz, s.consent ->> 'evidence', 'contact import'
from import_staged s join import_staged_phone p using (row_number) where s.consent is not null
on conflict do nothing
"""
_APPLY = (_MARK_UNCHANGED, _UPDATE_CONTACTS, _INSERT_CONTACTS, _INSERT_PHONES, _INSERT_ENTRIES, _ADD_PHONES, _ADD_ENTRIES, _INSERT_CONSENTS)
_COUNT = """
select count(*) filter (where is_new) as created, count(*) filter (where not is_new and is_changed) as updated from import_pick
"""
_ANALYZE = "analyze import_staged, import_staged_phone"
# Enough to sort and join the numbers of a million rows almost without files, within the one transaction that does it. Of the staged rows
# the planner needs to know little more than how many there are.
_SETTINGS = ("set local work_mem = '64MB'", "set local default_statistics_target = 10")


@dataclass(frozen=True, slots=True)
class Applied:
    created: int
    updated: int


class ImportRepository:
    """Rows of imports and their reports."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, row: ContactImport) -> None:
        self._session.add(row)
        await self._session.flush()

    async def find(self, workspace_id: uuid.UUID, import_id: uuid.UUID) -> ContactImport | None:
        query = select(ContactImport).where(ContactImport.id == import_id, ContactImport.workspace_id == workspace_id)
        return await self._session.scalar(query)

    async def default_country(self, workspace_id: uuid.UUID) -> str:
        return (await self._session.get_one(Workspace, workspace_id)).default_country

    async def unfinished(self) -> Sequence[uuid.UUID]:
        """Imports that a task should look at, oldest first."""
        query = select(ContactImport.id).where(ContactImport.state.in_(UNFINISHED)).order_by(ContactImport.id)
        return (await self._session.scalars(query)).all()

    async def errors_after(self, import_id: uuid.UUID, row_number: int) -> Sequence[ContactImportError]:
        """The next page of rejected rows, in the order of the file."""
        query = select(ContactImportError).where(ContactImportError.import_id == import_id, ContactImportError.row_number > row_number)
        return (await self._session.scalars(query.order_by(ContactImportError.row_number).limit(_PAGE))).all()


async def error_rows(repository: ImportRepository, import_id: uuid.UUID) -> AsyncIterator[ContactImportError]:
    """Every rejected row, page by page."""
    last = 0
    while page := await repository.errors_after(import_id, last):
        for row in page:
            yield row
        last = page[-1].row_number


class ImportRun:
    """One run of one import on a connection of its own. Whoever holds the advisory lock is the runner; it dies with the connection."""

    def __init__(self, connection: AsyncConnection, import_id: uuid.UUID) -> None:
        self._connection = connection
        self._import_id = import_id
        self._key = import_id.int >> 64 & (1 << 63) - 1 ^ import_id.int & (1 << 63) - 1

    async def take(self) -> bool:
        """Become the runner. False when another one lives."""
        taken = bool(await self._connection.scalar(text("select pg_try_advisory_lock(:key)"), {"key": self._key}))
        await self._connection.commit()
        return taken

    async def release(self) -> None:
        await self._connection.rollback()
        await self._connection.execute(text(_DROP))
        await self._connection.execute(text("select pg_advisory_unlock(:key)"), {"key": self._key})
        await self._connection.commit()

    async def load(self) -> Any:
        """The import's columns as a row, or None."""
        found = await self._connection.execute(select(ContactImport.__table__).where(ContactImport.id == self._import_id))
        return found.one_or_none()

    async def begin(self) -> None:
        """Mark it running and start from nothing, whatever an earlier runner left."""
        for statement in _CREATE.split(";"):
            await self._connection.execute(text(statement))
        await self._connection.execute(text("delete from contact_import_error where import_id = :id"), {"id": self._import_id})
        await self.save(state="running")

    async def save(self, **values: Any) -> None:
        """Write columns of the import and commit all that was done before."""
        await self._connection.execute(update(ContactImport).where(ContactImport.id == self._import_id).values(**values))
        await self._connection.commit()

    async def tell(self, now: datetime, workspace_id: uuid.UUID, data: dict[str, Any]) -> bool:
        """Write the end of the import into the outbox; the next `save` commits both. True when somebody wants to hear of it."""
        return await write_down(self._connection, now, "import.completed", [Happening(workspace_id, data)])

    async def stage(self, part: Part) -> None:
        """COPY one part of the file, accepted and rejected rows; the next `save` commits it."""
        raw = await self._connection.get_raw_connection()
        assert raw.driver_connection is not None
        async with raw.driver_connection.cursor() as cursor:
            for table, columns, lines in (
                ("import_staged", CONTACT_COLUMNS, part.contacts),
                ("import_staged_phone", PHONE_COLUMNS, part.phones),
                ("contact_import_error", ERROR_COLUMNS, part.errors),
            ):
                if lines:
                    async with cursor.copy(f"copy {table} ({', '.join(columns)}) from stdin") as copy:
                        await copy.write(lines)

    async def apply(self, workspace_id: uuid.UUID, list_id: uuid.UUID) -> Applied:
        """Staged rows become contacts on the list. The caller commits, together with the import's new state."""
        for setting in _SETTINGS:
            await self._connection.execute(text(setting))
        await self._connection.execute(text(_ANALYZE))
        # One import into a workspace at a time: two files may bring the same new number at the same moment.
        await self._connection.execute(select(func.pg_advisory_xact_lock(workspace_id.int & (1 << 63) - 1)))
        list_is_there = select(ContactList.id).where(ContactList.id == list_id).with_for_update(read=True, key_share=True)
        if await self._connection.scalar(list_is_there) is None:
            return Applied(0, 0)
        names = {"workspace_id": workspace_id, "list_id": list_id}
        await self._connection.execute(text(_PICK), names)
        await self._connection.execute(text("analyze import_pick"))
        for statement in _APPLY:
            await self._connection.execute(text(statement), names)
        counts = (await self._connection.execute(text(_COUNT))).one()
        return Applied(counts.created, counts.updated)
