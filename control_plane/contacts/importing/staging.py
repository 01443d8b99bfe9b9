"""Rows on their way into the staging tables: lines of PostgreSQL's COPY in its text format, put together without an object per cell."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from control_plane.contacts.importing.convert import Accepted, Rejected
from control_plane.kit.ids import new_id_texts

CONTACT_COLUMNS = ("row_number", "contact_id", "e164", "name", "email", "language", "time_zone", "score", "attributes", "consent")
PHONE_COLUMNS = ("row_number", "priority", "id", "consent_id", "e164", "time_zones")
ERROR_COLUMNS = ("id", "import_id", "row_number", "message", "row_text")
_NULL = "\\N"
# What has a meaning in COPY's text format (PostgreSQL, COPY, "File Formats").
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a file as COPY takes it, by table; `rows` counts all of it, `rejected` those among them."""

    contacts: str
    phones: str
    errors: str
    rows: int
    rejected: int


EMPTY = Part("", "", "", 0, 0)


def part_of(import_id: uuid.UUID, rows: Iterable[Accepted | Rejected]) -> Part:
    """All of `rows`, with identifiers for what they may become."""
    accepted: list[Accepted] = []
    rejected: list[Rejected] = []
    for row in rows:
        (accepted if isinstance(row, Accepted) else rejected).append(row)  # pyright: ignore[reportArgumentType]
    # Identifiers sort as the rows do, so that a list is called in the order of its file.
    contacts = "".join([_contact(row, contact_id) for row, contact_id in zip(accepted, new_id_texts(len(accepted)), strict=True)])
    phones = iter(new_id_texts(sum(len(row.phones) for row in accepted)))
    consents = iter(new_id_texts(sum(len(row.phones) for row in accepted if row.consent is not None)))
    numbers = [
        f"{row.row}\t{i}\t{next(phones)}\t{next(consents) if row.consent is not None else _NULL}\t{e164}\t{_array(row.time_zones[i])}\n"
        for row in accepted
        for i, e164 in enumerate(row.phones)
    ]
    errors = [
        f"{error_id}\t{import_id}\t{row.row}\t{_escaped(row.message)}\t{_escaped(row.text)}\n"
        for row, error_id in zip(rejected, new_id_texts(len(rejected)), strict=True)
    ]
    return Part(contacts, "".join(numbers), "".join(errors), len(accepted) + len(rejected), len(rejected))


def _contact(row: Accepted, contact_id: str) -> str:
    name, email, language = _escaped(row.name), _escaped(row.email), row.language
    score = _NULL if row.score is None else row.score
    attributes = _json(row.attributes) if row.attributes else "{}"
    consent = _NULL if row.consent is None else _json(row.consent)
    return f"{row.row}\t{contact_id}\t{row.phones[0]}\t{name}\t{email}\t{language}\t{row.time_zone}\t{score}\t{attributes}\t{consent}\n"


def _escaped(text: str) -> str:
    return text if text.isprintable() and "\\" not in text else text.translate(_ESCAPES)


def _json(value: Any) -> str:
    # JSON has no control characters of its own.
    return msgspec.json.encode(value).decode().replace("\\", "\\\\")


@lru_cache(maxsize=4096)
def _array(zones: tuple[str, ...]) -> str:
    """Names of zones need no quotes within an array."""
    return "{" + ",".join(zones) + "}"
