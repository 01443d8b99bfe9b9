"""What an import of a whole file would change on a list, and who stands on the list and not in the file. Nothing is stored.

The file is read by what imports it, so that this and the import cannot disagree.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from control_plane.contacts.comparison_repository import ComparisonRepository
from control_plane.contacts.import_preview import RejectionOut
from control_plane.contacts.importing.convert import Accepted, Rejected
from control_plane.contacts.importing.encoding import EncodingProbe, Unreadable
from control_plane.contacts.importing.reader import ContactReader, FileSettings
from control_plane.contacts.importing.staging import Match, sort_out
from control_plane.db.unit import Unit
from control_plane.domain.errors import Invalid

LARGEST = 10_000_000
"""Bytes of a file that is compared; some 150,000 rows. All of it is in memory at once."""
MOST_NAMED = 10_000
_SHOWN_REJECTIONS = 10


class PersonInFile(Struct):
    """Somebody as they would be known after the import. `contact_id` is null for a contact that it would create."""

    contact_id: uuid.UUID | None
    name: str
    numbers: list[str]
    email: str
    language: str
    time_zone: str
    attributes: dict[str, str]


class Member(Struct):
    contact_id: uuid.UUID
    name: str
    e164: str | None


class ComparisonOut(Struct, kw_only=True):
    """`rows` = added + changed + kept + duplicates + rejected. `removed`: members who are not in the file; an import leaves them there."""

    rows: int
    added: int
    changed: int
    kept: int
    duplicates: int
    rejected: int
    removed: int
    consents: int
    """Contacts for whom the file states a consent that is not known yet."""
    newcomers: list[PersonInFile]
    """The first 10,000 of those who would be added."""
    changes: list[PersonInFile]
    """The first 10,000 of whom the file says something new."""
    leavers: list[Member]
    """The first 10,000 members who are not in the file."""
    rejections: list[RejectionOut]


async def compare(
    unit: Unit, workspace_id: uuid.UUID, list_id: uuid.UUID | None, settings: FileSettings, chunks: AsyncIterator[bytes]
) -> ComparisonOut:
    """Without a list everybody would be added. `settings.encoding` may be empty. Raises `Invalid` for a file that cannot be imported."""
    content = b"".join([chunk async for chunk in chunks])
    if not content:
        raise Invalid.field("file", "The file is empty.")
    try:
        rows = await asyncio.to_thread(_read, content, settings)
    except Unreadable as error:
        raise Invalid.field("file", str(error)) from error
    accepted = [row for row in rows if isinstance(row, Accepted)]
    rejected = [row for row in rows if isinstance(row, Rejected)]
    return await _compared(ComparisonRepository(unit.session, workspace_id, list_id), accepted, rejected)


def _read(content: bytes, settings: FileSettings) -> list[Accepted | Rejected]:
    probe = EncodingProbe(settings.encoding)
    probe.feed(content)
    known = FileSettings(probe.encoding(), settings.mapping, settings.default_country, latest=settings.latest)
    reader = ContactReader(known)
    return [*reader.feed(content), *reader.finish()]


async def _compared(repository: ComparisonRepository, accepted: Sequence[Accepted], rejected: Sequence[Rejected]) -> ComparisonOut:
    known = {row.e164: row for row in await repository.known(list({row.phones[0] for row in accepted}))}
    to_be = sort_out(accepted, {e164: Match(row.id, False) for e164, row in known.items()})
    found = [(accepted[at], known[accepted[at].phones[0]]) for at, _ in to_be.found]
    comers = [(row, contact) for row, contact in found if not contact.is_member]
    changes = [(row, contact) for row, contact in found if contact.is_member and says_new(row, contact)]
    removed, leavers = await repository.others([contact.id for _, contact in found if contact.is_member], MOST_NAMED)
    newcomers = sorted([*((accepted[at], None) for at in to_be.new), *comers], key=lambda pair: pair[0].row)
    return ComparisonOut(
        rows=len(accepted) + len(rejected),
        added=len(newcomers),
        changed=len(changes),
        kept=len(found) - len(comers) - len(changes),
        duplicates=len(accepted) - len(to_be.new) - len(found),
        rejected=len(rejected),
        removed=removed,
        consents=await _new_consents(repository, accepted),
        newcomers=[_person(row, contact) for row, contact in newcomers[:MOST_NAMED]],
        changes=[_person(row, contact) for row, contact in changes[:MOST_NAMED]],
        leavers=[Member(row.id, row.name, row.e164) for row in leavers],
        rejections=[RejectionOut(row.row, row.message, row.text) for row in rejected[:_SHOWN_REJECTIONS]],
    )


def says_new(row: Accepted, contact: Any) -> bool:
    """Whether an import of the row would change the contact: the same question as `import_run_repository` asks in SQL."""
    plain = ("name", "email", "language", "time_zone")
    return (
        any(getattr(row, name) not in ("", getattr(contact, name)) for name in plain)
        or row.score not in (None, contact.score)
        or any(contact.attributes.get(key) != value for key, value in row.attributes.items())
        or not set(row.phones) <= set(contact.numbers)
    )


async def _new_consents(repository: ComparisonRepository, accepted: Sequence[Accepted]) -> int:
    stated = [(row, row.consent) for row in accepted if row.consent is not None]
    if not stated:
        return 0
    known = await repository.consents(list({e164 for row, _ in stated for e164 in row.phones}))
    return sum(any((e164, c.purpose, c.basis, c.granted_at, c.source) not in known for e164 in row.phones) for row, c in stated)


def _person(row: Accepted, contact: Any) -> PersonInFile:
    """As the gate and the prompts would know them after the import: what the file does not say stays as it was."""
    attributes: Mapping[str, Any] = {} if contact is None else contact.attributes
    said = {name: getattr(row, name) or getattr(contact, name, "") or "" for name in ("name", "email", "language", "time_zone")}
    return PersonInFile(
        contact_id=None if contact is None else contact.id,
        numbers=list(row.phones),
        attributes={**{key: str(value) for key, value in attributes.items()}, **row.attributes},
        **said,
    )
