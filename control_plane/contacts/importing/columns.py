"""What each column of a file means: as the uploader says, else guessed from its header."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from control_plane.contacts.importing.consents import CONSENT_TARGETS
from control_plane.contacts.importing.encoding import Unreadable

PLAIN_TARGETS = ("phone", "name", "first_name", "last_name", "email", "time_zone", "language", "score", *CONSENT_TARGETS, "ignore")
ATTRIBUTE = "attributes."
MAX_COLUMNS = 200

_PHONE_WORDS = frozenset(
    (
        *("phone", "phones", "phonenumber", "mobile", "cell", "cellphone", "tel", "telephone", "e164", "msisdn"),
        *("telefon", "handy", "telefono", "teléfono", "movil", "móvil", "celular"),
    )
)
_NOT_A_PHONE = frozenset(
    (
        "type",
        "kind",
        "label",
        "country",
        "code",
        "ext",
        "extension",
        "consent",
        "note",
        "notes",
        "verified",
        "carrier",
        "zone",
        "model",
        "os",
    )
)
_EXACT = {
    "number": "phone",
    **dict.fromkeys(("name", "full_name", "fullname", "contact", "contact_name", "customer_name", "nombre"), "name"),
    **dict.fromkeys(("first_name", "firstname", "first", "given_name", "forename", "vorname", "prénom"), "first_name"),
    **dict.fromkeys(("last_name", "lastname", "last", "surname", "family_name", "nachname", "nom"), "last_name"),
    **dict.fromkeys(("email", "e_mail", "mail", "email_address"), "email"),
    **dict.fromkeys(("time_zone", "timezone", "tz"), "time_zone"),
    **dict.fromkeys(("language", "lang", "locale"), "language"),
    "score": "score",
    **{target: target for target in CONSENT_TARGETS},
}


@dataclass(frozen=True, slots=True)
class Column:
    header: str
    target: str
    """One of `PLAIN_TARGETS`, or `attributes.<key>`."""

    @property
    def attribute(self) -> str:
        """The key under which a value of this column is kept among the attributes."""
        return self.target.removeprefix(ATTRIBUTE) if self.target.startswith(ATTRIBUTE) else slug(self.header)


def slug(header: str) -> str:
    """A header as a variable name: `Order Date` → `order_date`."""
    return re.sub(r"\W+", "_", header.strip().lower()).strip("_") or "column"


def is_target(target: str) -> bool:
    return target in PLAIN_TARGETS or (target.startswith(ATTRIBUTE) and slug(target.removeprefix(ATTRIBUTE)) == target[len(ATTRIBUTE) :])


def resolve(headers: Sequence[str], mapping: Mapping[str, str]) -> tuple[Column, ...]:
    """A column for every header. Raises `Unreadable` when the mapping names none of them or no column holds phone numbers."""
    if len(headers) > MAX_COLUMNS:
        raise Unreadable(f"The file has {len(headers)} columns; at most {MAX_COLUMNS} can be imported.")
    unknown = [name for name in mapping if name not in headers]
    if unknown:
        raise Unreadable(f"The mapping names the column {unknown[0]!r}, but the file has {_listed(headers)}.")
    taken: set[str] = set()
    columns = tuple(Column(header, mapping.get(header) or _guess(header, taken)) for header in headers)
    if not any(column.target == "phone" for column in columns):
        raise Unreadable(f"No column of the file is known to hold phone numbers; name one of them phone. It has {_listed(headers)}.")
    return columns


def headerless(width: int, phone_at: int) -> tuple[Column, ...]:
    """Columns for a file that begins with a contact at once."""
    return tuple(Column(f"column_{i + 1}", "phone" if i == phone_at else f"{ATTRIBUTE}column_{i + 1}") for i in range(width))


def _guess(header: str, taken: set[str]) -> str:
    if header.startswith(ATTRIBUTE) and is_target(header) and header not in taken:
        # As our own exports name them.
        taken.add(header)
        return header
    key = slug(header)
    words = {word.rstrip("0123456789") for word in key.split("_")} | {key}
    if words & _PHONE_WORDS and not words & _NOT_A_PHONE:
        return "phone"
    target = _EXACT.get(key)
    if target is None or (target in taken and target != "phone"):
        target = ATTRIBUTE + _free(key, taken)
    taken.add(target)
    return target


def _free(key: str, taken: set[str]) -> str:
    """The key itself, or with a number behind it when an earlier column has it already."""
    number, candidate = 1, key
    while ATTRIBUTE + candidate in taken:
        number += 1
        candidate = f"{key}_{number}"
    return candidate


def _listed(headers: Sequence[str]) -> str:
    shown = ", ".join(repr(header[:40]) for header in headers[:10])
    return f"{shown} and {len(headers) - 10} more" if len(headers) > 10 else shown
