"""Rows on their way into the tables: lines of PostgreSQL's COPY in its text format, put together without an object per cell."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec

from control_plane.contacts.importing.convert import Accepted, Rejected
from control_plane.kit.ids import new_id_texts

_SAID = ("name", "email", "language", "time_zone", "score", "attributes")
CONTACT_COLUMNS = ("id", "workspace_id", "import_id", *_SAID)
PHONE_COLUMNS = ("id", "workspace_id", "contact_id", "e164", "priority", "time_zones")
CONSENT_COLUMNS = ("id", "e164", "purpose", "basis", "text", "source", "granted_at", "evidence")
ERROR_COLUMNS = ("id", "import_id", "row_number", "message", "row_text")
FOUND_COLUMNS = ("contact_id", *_SAID)
FOUND_PHONE_COLUMNS = ("id", "contact_id", "e164", "priority", "time_zones")
_NULL = "\\N"
# What has a meaning in COPY's text format (PostgreSQL, COPY, "File Formats").
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose rows they are, and of which import."""

    workspace_id: uuid.UUID
    import_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Part:
    """Consecutive rows of a file. `contacts` and `phones` have the lines of each accepted row for the case that it is a new contact;
    `last` is the number of the last row."""

    accepted: Sequence[Accepted]
    contacts: Sequence[str]
    phones: Sequence[str]
    consents: str
    errors: str
    rejected: int
    last: int


@dataclass(frozen=True, slots=True)
class Match:
    """The contact that has a row's first number; `is_taken` when an earlier row of the file counts for it."""

    contact_id: uuid.UUID
    is_taken: bool


@dataclass(slots=True)
class Sorted:
    """What becomes of accepted rows, by their places: contacts that are new, and rows that tell of one known before. The others are
    duplicates."""

    new: list[int] = field(default_factory=list)
    found: list[tuple[int, uuid.UUID]] = field(default_factory=list)


def part_of(owner: Owner, rows: Iterable[Accepted | Rejected]) -> Part | None:
    """All of `rows`, with identifiers for what they may become; None when there are none."""
    accepted: list[Accepted] = []
    rejected: list[Rejected] = []
    for row in rows:
        (accepted if isinstance(row, Accepted) else rejected).append(row)  # pyright: ignore[reportArgumentType]
    if not accepted and not rejected:
        return None
    # Identifiers sort as the rows do, so that a list is called in the order of its file.
    ids = new_id_texts(len(accepted))
    phone_ids = iter(new_id_texts(sum(len(row.phones) for row in accepted)))
    whose, space = f"\t{owner.workspace_id}\t{owner.import_id}\t", f"\t{owner.workspace_id}\t"
    return Part(
        accepted,
        [f"{contact_id}{whose}{_said(row)}\n" for row, contact_id in zip(accepted, ids, strict=True)],
        [_phones(row, f"{space}{contact_id}\t", phone_ids) for row, contact_id in zip(accepted, ids, strict=True)],
        _consents(accepted),
        _errors(owner, rejected),
        len(rejected),
        max(last[-1].row for last in (accepted, rejected) if last),
    )


def sort_out(rows: Sequence[Accepted], known: Mapping[str, Match]) -> Sorted:
    """Of the rows with one first number the first counts, and of those that tell of one contact; `known` has the contacts by number."""
    to_be, seen, told_of = Sorted(), set[str](), set[uuid.UUID]()
    for at, row in enumerate(rows):
        first = row.phones[0]
        match = known.get(first)
        if first in seen or (match is not None and (match.is_taken or match.contact_id in told_of)):
            continue
        seen.add(first)
        if match is None:
            to_be.new.append(at)
        else:
            to_be.found.append((at, match.contact_id))
            told_of.add(match.contact_id)
            # Its further numbers are that contact's from here on.
            seen.update(row.phones)
    return to_be


def found_lines(part: Part, to_be: Sorted) -> tuple[str, str]:
    """What is said of contacts known before, and their numbers."""
    rows = [(part.accepted[at], contact_id) for at, contact_id in to_be.found]
    ids = iter(new_id_texts(sum(len(row.phones) for row, _ in rows)))
    said = "".join(f"{contact_id}\t{_said(row)}\n" for row, contact_id in rows)
    return said, "".join(_phones(row, f"\t{contact_id}\t", ids) for row, contact_id in rows)


def _said(row: Accepted) -> str:
    name, email = _escaped(row.name), _escaped(row.email) if row.email else _NULL
    language, zone = row.language or _NULL, row.time_zone or _NULL
    score = _NULL if row.score is None else row.score
    return f"{name}\t{email}\t{language}\t{zone}\t{score}\t{_json(row.attributes) if row.attributes else '{}'}"


def _phones(row: Accepted, whose: str, ids: Iterator[str]) -> str:
    if len(row.phones) == 1:
        return f"{next(ids)}{whose}{row.phones[0]}\t0\t{_array(row.time_zones[0])}\n"
    return "".join(f"{next(ids)}{whose}{e164}\t{i}\t{_array(row.time_zones[i])}\n" for i, e164 in enumerate(row.phones))


def _consents(accepted: Sequence[Accepted]) -> str:
    """Every row counts here, also one whose number stood in the file before: each may tell of another consent."""
    rows = [(row, consent) for row in accepted if (consent := row.consent) is not None]
    ids = iter(new_id_texts(sum(len(row.phones) for row, _ in rows)))
    return "".join(
        f"{next(ids)}\t{e164}\t{said.purpose}\t{said.basis}\t{_escaped(said.text)}\t{_escaped(said.source)}\t"
        f"{said.granted_at.isoformat()}\t{_escaped(said.evidence)}\n"
        for row, said in rows
        for e164 in row.phones
    )


def _errors(owner: Owner, rejected: Sequence[Rejected]) -> str:
    return "".join(
        f"{error_id}\t{owner.import_id}\t{row.row}\t{_escaped(row.message)}\t{_escaped(row.text)}\n"
        for row, error_id in zip(rejected, new_id_texts(len(rejected)), strict=True)
    )


def _escaped(text: str) -> str:
    return text if text.isprintable() and "\\" not in text else text.translate(_ESCAPES)


def _json(value: Any) -> str:
    # JSON has no control characters of its own.
    return msgspec.json.encode(value).decode().replace("\\", "\\\\")


@lru_cache(maxsize=4096)
def _array(zones: tuple[str, ...]) -> str:
    """Names of zones need no quotes within an array."""
    return "{" + ",".join(zones) + "}"
