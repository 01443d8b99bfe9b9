"""One row of cells becomes a contact, or a reason in words why not."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from control_plane.contacts.importing import cells as meaning
from control_plane.contacts.importing.columns import ATTRIBUTE, Column
from control_plane.contacts.importing.consents import CONSENT_TARGETS, SaidConsent, read_consent
from control_plane.contacts.places import is_zone

_LONGEST_NAME = 200
_LONGEST_EMAIL = 320


class Rejected(NamedTuple):
    """`row` counts from 1 behind the header; `text` is the row's own text, possibly cut."""

    row: int
    message: str
    text: str


class Accepted(NamedTuple):
    """A contact with at least one number. Empty values mean that the file says nothing."""

    row: int
    phones: tuple[str, ...]
    """E.164, in the order of the columns."""
    time_zones: tuple[tuple[str, ...], ...]
    """For each number every zone it may be in."""
    attributes: Mapping[str, str]
    name: str = ""
    email: str = ""
    language: str = ""
    time_zone: str = ""
    score: int | None = None
    consent: SaidConsent | None = None
    """For all of the row's numbers."""


class Converter:
    """`said` is what the uploader says for every row about consents, by target; `latest` the time after which none can have been given."""

    def __init__(
        self, columns: tuple[Column, ...], default_country: str, said: Mapping[str, str] | None = None, latest: datetime | None = None
    ) -> None:
        self.columns = columns
        self._country = default_country
        self._said = said or {}
        self._latest = latest
        # Sorted out once: a file may have a million rows.
        self._at_phones = [(i, c.attribute) for i, c in enumerate(columns) if c.target == "phone"]
        self._at_attributes = [(i, c.attribute) for i, c in enumerate(columns) if c.target.startswith(ATTRIBUTE)]
        self._at_others = [
            (i, c.target) for i, c in enumerate(columns) if c.target not in ("phone", "ignore") and not c.target.startswith(ATTRIBUTE)
        ]
        self._tells_of_consents = bool(self._said) or any(target in CONSENT_TARGETS for _, target in self._at_others)

    def convert(self, row: int, cells: list[str], text: str) -> Accepted | Rejected:
        width = len(self.columns)
        if len(cells) != width:
            if any(cells[width:]):
                return Rejected(row, f"The row has {len(cells)} cells, but the header has {width} columns.", text)
            cells = [*cells[:width], *[""] * (width - len(cells))]
        attributes = {key: cells[i] for i, key in self._at_attributes if cells[i]}
        phones = self._phones(cells, attributes)
        if not phones:
            return Rejected(row, self._no_phone(cells), text)
        plain = {target: cells[i] for i, target in self._at_others if cells[i]}
        zone = plain.get("time_zone", "")
        if zone and not is_zone(zone):
            return Rejected(row, f"The time zone {zone[:60]!r} is not known; write it like America/New_York.", text)
        consent = read_consent({**self._said, **plain}, self._latest) if self._tells_of_consents else None
        if isinstance(consent, str):
            return Rejected(row, consent, text)
        return Accepted(
            row,
            tuple(phones),
            tuple(phones.values()),
            attributes,
            _name(plain)[:_LONGEST_NAME],
            _email(plain, attributes),
            _language(plain, attributes),
            zone,
            _score(plain, attributes),
            consent,
        )

    def _phones(self, cells: Sequence[str], attributes: dict[str, str]) -> dict[str, tuple[str, ...]]:
        """The valid numbers with their zones; what cannot be dialled is kept as an attribute, so that nothing of the file is lost."""
        found: dict[str, tuple[str, ...]] = {}
        for i, key in self._at_phones:
            cell = cells[i]
            if cell:
                numbers = [] if meaning.is_shortened(cell) else meaning.numbers(cell, self._country)
                if not numbers:
                    attributes[key] = cell
                for number in numbers:
                    found.setdefault(number.e164, number.time_zones)
        return found

    def _no_phone(self, cells: Sequence[str]) -> str:
        given = next((cells[i] for i, _ in self._at_phones if cells[i]), "")
        if not given:
            return "The row has no phone number."
        if meaning.is_shortened(given):
            return f"{given!r} is what a spreadsheet has left of a long number; make the column one of text, and save the file again."
        return f"{given[:60]!r} is not a phone number that can be dialled (numbers without a country code are read as {self._country})."


def _name(plain: Mapping[str, str]) -> str:
    return plain.get("name") or " ".join(part for part in (plain.get("first_name"), plain.get("last_name")) if part)


def _email(plain: Mapping[str, str], attributes: dict[str, str]) -> str:
    return _kept(plain, "email", "@" in plain.get("email", "") and len(plain["email"]) <= _LONGEST_EMAIL, attributes)


def _language(plain: Mapping[str, str], attributes: dict[str, str]) -> str:
    if "language" not in plain:
        return ""
    tag = meaning.language(plain["language"])
    return tag if _kept(plain, "language", bool(tag), attributes) else ""


def _kept(plain: Mapping[str, str], target: str, is_good: bool, attributes: dict[str, str]) -> str:
    """The value, or nothing when it is not what the column promises; it stays among the attributes then."""
    value = plain.get(target, "")
    if value and not is_good:
        attributes.setdefault(target, value)
        return ""
    return value


def _score(plain: Mapping[str, str], attributes: dict[str, str]) -> int | None:
    given = plain.get("score", "")
    value = given and _kept(plain, "score", given.removeprefix("-").isdecimal() and len(given) < 9, attributes)
    return int(value) if value else None
