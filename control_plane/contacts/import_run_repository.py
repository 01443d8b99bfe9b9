"""SQL of a running import: each part of the file is one short transaction that also says how far the file has come.

What is new goes straight into the tables; only rows about contacts that are known pass through temporary ones. The list gets its new
members in the last transaction, all at once: until then nobody on it can be seen or dialled. So a crash resumes at the last part, and no
long transaction stands beside the dialer (facts/stack §7, §9).
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from control_plane.contacts.importing import staging
from control_plane.contacts.importing.staging import Match, Owner, Part, Sorted
from control_plane.db.models import ContactImport, ContactList
from control_plane.webhooks.events import Happening, write_down

_CREATE = (
    """
    create temporary table if not exists import_found (
      contact_id uuid not null, name text not null, email text, language text, time_zone text, score int, attributes jsonb not null,
      is_changed bool not null default true
    ) on commit delete rows
    """,
    """
    create temporary table if not exists import_found_phone (
      id uuid not null, contact_id uuid not null, e164 text not null, priority int not null, time_zones text[] not null
    ) on commit delete rows
    """,
    """
    create temporary table if not exists import_consent (
      id uuid not null, e164 text not null, purpose text not null, basis text not null, text text not null, source text not null,
      granted_at timestamptz not null, evidence text not null
    ) on commit delete rows
    """,
)
_DROP = "drop table if exists import_found, import_found_phone, import_consent"
# One part into a workspace at a time: two files may bring the same new number at the same moment. Some thousand rows meet tables of any
# size, of which the planner may know nothing yet: within the transaction each is looked up by an index.
_ENTER = """
select pg_advisory_xact_lock(:workspace), set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
  set_config('enable_mergejoin', 'off', true)
"""

# A number that the workspace knows means its contact, the one on this list before others. Of contacts that this import has made only the
# first numbers are compared, as those of the file's rows are.
_KNOWN = """
select q.e164, m.contact_id, m.is_taken
from unnest(cast(:numbers as text[])) q (e164)
cross join lateral (
  select p.contact_id, c.import_id is not distinct from :import_id or f.contact_id is not null as is_taken
  from contact_phone p
  join contact c on c.id = p.contact_id
  left join contact_import_found f on f.import_id = :import_id and f.contact_id = p.contact_id
  left join contact_list_entry e on e.contact_list_id = :list_id and e.contact_id = p.contact_id
  where p.workspace_id = :workspace_id and p.e164 = q.e164 and (p.priority = 0 or c.import_id is distinct from :import_id)
  order by e.contact_id is null, p.contact_id limit 1
) m
"""
_MARK_UNCHANGED = """
update import_found s set is_changed = false
from contact c
where c.id = s.contact_id and s.name in ('', c.name) and coalesce(s.email = c.email, s.email is null)
  and coalesce(s.language = c.language, s.language is null) and coalesce(s.time_zone = c.time_zone, s.time_zone is null)
  and coalesce(s.score = c.score, s.score is null) and c.attributes @> s.attributes
  and exists (select from contact_list_entry e where e.contact_list_id = :list_id and e.contact_id = c.id)
  and not exists (
    select from import_found_phone p where p.contact_id = c.id
    and not exists (select from contact_phone known where known.contact_id = c.id and known.e164 = p.e164))
"""
# What the file does not say stays as it is.
_UPDATE_CONTACTS = """
update contact c set
  name = coalesce(nullif(s.name, ''), c.name), email = coalesce(s.email, c.email), language = coalesce(s.language, c.language),
  time_zone = coalesce(s.time_zone, c.time_zone), score = coalesce(s.score, c.score), attributes = c.attributes || s.attributes,
  updated_at = now()
from import_found s
where s.is_changed and c.id = s.contact_id
"""
# A number that a contact already had keeps its place; further ones go behind it.
_ADD_PHONES = """
insert into contact_phone (id, workspace_id, contact_id, e164, priority, time_zones)
select p.id, :workspace_id, p.contact_id, p.e164, p.priority + 10, p.time_zones
from import_found_phone p join contact c on c.id = p.contact_id
on conflict (contact_id, e164) do nothing
"""
_REMEMBER = (
    "insert into contact_import_found (import_id, contact_id) select :import_id, contact_id from import_found on conflict do nothing"
)
_FIND = (_MARK_UNCHANGED, _UPDATE_CONTACTS, _ADD_PHONES, _REMEMBER)
_COUNT_CHANGED = "select count(*) from import_found where is_changed"
_INSERT_CONSENTS = """
insert into consent (id, workspace_id, e164, purpose, basis, text, source, granted_at, evidence, recorded_by)
select id, :workspace_id, e164, purpose, basis, text, source, granted_at, evidence, 'contact import' from import_consent
on conflict do nothing
"""
_INSERT_ENTRIES = """
insert into contact_list_entry (contact_list_id, contact_id)
select :list_id, id from (
  select id from contact where import_id = :import_id
  union all
  select c.id from contact_import_found f join contact c on c.id = f.contact_id where f.import_id = :import_id
) member order by id
on conflict do nothing
"""
_FORGET_FOUND = "delete from contact_import_found where import_id = :import_id"


@dataclass(frozen=True, slots=True)
class Counts:
    """Of all rows that are done."""

    rows: int
    created: int
    updated: int
    rejected: int


class Gone(Exception):
    """The import was deleted, together with its list."""


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
        """Mark it running; how far an earlier runner has come stays."""
        for statement in _CREATE:
            await self._connection.execute(text(statement))
        await self.save(state="running")

    async def save(self, **values: Any) -> None:
        """Write columns of the import and commit all that was done before. Raises `Gone`."""
        query = update(ContactImport).where(ContactImport.id == self._import_id).values(**values)
        if await self._connection.scalar(query.returning(ContactImport.id)) is None:
            raise Gone
        await self._connection.commit()

    async def tell(self, now: datetime, workspace_id: uuid.UUID, data: dict[str, Any]) -> bool:
        """Write the end of the import into the outbox; the next `save` commits both. True when somebody wants to hear of it."""
        return await write_down(self._connection, now, "import.completed", [Happening(workspace_id, data)])

    async def advance(self, owner: Owner, list_id: uuid.UUID, part: Part) -> None:
        """The next part of the file, with its report and the note that it is done, in one transaction. Raises `Gone`."""
        await self._connection.execute(text(_ENTER), {"workspace": owner.workspace_id.int & (1 << 63) - 1})
        names = {"workspace_id": owner.workspace_id, "import_id": owner.import_id, "list_id": list_id}
        to_be = staging.sort_out(part.accepted, await self._known(part, names))
        await self._copy("contact", staging.CONTACT_COLUMNS, "".join(part.contacts[at] for at in to_be.new))
        await self._copy("contact_phone", staging.PHONE_COLUMNS, "".join(part.phones[at] for at in to_be.new))
        await self._copy("contact_import_error", staging.ERROR_COLUMNS, part.errors)
        updated = await self._tell_of_found(part, to_be, names)
        await self._consent(part, names)
        await self.save(
            rows=part.last,
            created=ContactImport.created + len(to_be.new),
            updated=ContactImport.updated + updated,
            duplicates=ContactImport.duplicates + len(part.accepted) - len(to_be.new) - updated,
            rejected=ContactImport.rejected + part.rejected,
        )

    async def put_on_list(self, owner: Owner, list_id: uuid.UUID) -> Counts:
        """The file is read: all of its contacts become members, with the next `save`. Raises `Gone`."""
        list_is_there = select(ContactList.id).where(ContactList.id == list_id).with_for_update(read=True, key_share=True)
        if await self._connection.scalar(list_is_there) is None:
            raise Gone
        for statement in (_INSERT_ENTRIES, _FORGET_FOUND):
            await self._connection.execute(text(statement), {"import_id": owner.import_id, "list_id": list_id})
        row = await self.load()
        return Counts(row.rows, row.created, row.updated, row.rejected)

    async def _known(self, part: Part, names: Mapping[str, Any]) -> dict[str, Match]:
        numbers = list({row.phones[0] for row in part.accepted})
        rows: Sequence[Any] = (await self._connection.execute(text(_KNOWN), {**names, "numbers": numbers})).all() if numbers else ()
        return {row.e164: Match(row.contact_id, row.is_taken) for row in rows}

    async def _tell_of_found(self, part: Part, to_be: Sorted, names: Mapping[str, Any]) -> int:
        """Returns of how many contacts the rows say something new."""
        if not to_be.found:
            return 0
        said, phones = staging.found_lines(part, to_be)
        await self._copy("import_found", staging.FOUND_COLUMNS, said)
        await self._copy("import_found_phone", staging.FOUND_PHONE_COLUMNS, phones)
        for statement in _FIND:
            await self._connection.execute(text(statement), names)
        return await self._connection.scalar(text(_COUNT_CHANGED)) or 0

    async def _consent(self, part: Part, names: Mapping[str, Any]) -> None:
        if part.consents:
            await self._copy("import_consent", staging.CONSENT_COLUMNS, part.consents)
            await self._connection.execute(text(_INSERT_CONSENTS), names)

    async def _copy(self, table: str, columns: Sequence[str], lines: str) -> None:
        if lines:
            raw = await self._connection.get_raw_connection()
            assert raw.driver_connection is not None
            async with raw.driver_connection.cursor() as cursor, cursor.copy(f"copy {table} ({', '.join(columns)}) from stdin") as copy:
                await copy.write(lines)
