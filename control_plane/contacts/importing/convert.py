"""One row of cells becomes a contact, or a reason in words why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from control_plane.contacts.importing.columns import ATTRIBUTE, Column
from control_plane.contacts.importing.consents import SaidConsent, read_consent
from control_plane.contacts.places import is_zone
from control_plane.domain import phone

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Rejected:
    """`row` counts from 1 behind the header; `text` is the row's own text, possibly cut."""

    row: int
    message: str
    text: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """A contact with at least one number. Empty values mean that the file says nothing."""

    row: int
    phones: tuple[str, ...]
    """E.164, in the order of the columns."""
    name: str = ""
    email: str = ""
    language: str = ""
    time_zone: str = ""
    score: int | None = None
    attributes: dict[str, str] = field(default_factory=dict)
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

    def convert(self, row: int, cells: Sequence[str], text: str) -> Accepted | Rejected:
        if any(cells[len(self.columns) :]):
            return Rejected(row, f"The row has {len(cells)} cells, but the header has {len(self.columns)} columns.", text)
        filled = [(column, cell) for column, cell in zip(self.columns, cells, strict=False) if cell and column.target != "ignore"]
        attributes = {column.attribute: cell for column, cell in filled if column.target.startswith(ATTRIBUTE)}
        phones = self._phones(filled, attributes)
        if not phones:
            return Rejected(row, self._no_phone(filled), text)
        plain = {column.target: cell for column, cell in filled}
        zone = plain.get("time_zone", "")
        if zone and not is_zone(zone):
            return Rejected(row, f"The time zone {zone[:60]!r} is not known; write it like America/New_York.", text)
        consent = read_consent({**self._said, **plain}, self._latest)
        if isinstance(consent, str):
            return Rejected(row, consent, text)
        return Accepted(
            row,
            phones,
            name=_name(plain)[:_LONGEST_NAME],
            email=_kept(plain, "email", "@" in plain.get("email", ""), attributes),
            language=plain.get("language", ""),
            time_zone=zone,
            score=_score(plain, attributes),
            attributes=attributes,
            consent=consent,
        )

    def _phones(self, filled: list[tuple[Column, str]], attributes: dict[str, str]) -> tuple[str, ...]:
        """The valid numbers; what cannot be dialled is kept as an attribute, so that nothing of the file is lost."""
        found: dict[str, None] = {}
        for column, cell in filled:
            if column.target == "phone":
                e164 = phone.parse(cell, self._country)
                if e164 is None:
                    attributes[column.attribute] = cell
                else:
                    found[e164] = None
        return tuple(found)

    def _no_phone(self, filled: list[tuple[Column, str]]) -> str:
        given = [cell for column, cell in filled if column.target == "phone"]
        if not given:
            return "The row has no phone number."
        return f"{given[0][:60]!r} is not a phone number that can be dialled (numbers without a country code are read as {self._country})."


def _name(plain: dict[str, str]) -> str:
    return plain.get("name") or " ".join(part for part in (plain.get("first_name"), plain.get("last_name")) if part)


def _kept(plain: dict[str, str], target: str, is_good: bool, attributes: dict[str, str]) -> str:
    """The value, or nothing when it is not what the column promises; it stays among the attributes then."""
    value = plain.get(target, "")
    if value and not is_good:
        attributes.setdefault(target, value)
        return ""
    return value


def _score(plain: dict[str, str], attributes: dict[str, str]) -> int | None:
    value = _kept(plain, "score", plain.get("score", "").removeprefix("-").isdecimal() and len(plain.get("score", "")) < 9, attributes)
    return int(value) if value else None
