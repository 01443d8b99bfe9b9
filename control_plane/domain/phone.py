"""Phone numbers: one normal form (E.164), one judgement of what can be dialled, and the time zones a number may be in.

The numbering plan comes from `phonenumbers` (Google's libphonenumber), and from its compiled form where that says the same. The fictional
range +1 NPA 555-01xx counts as valid: rehearsals live there. Nothing here raises except `require`, which speaks to the person who typed the
number.
"""

import re
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import timezone
from phonenumbers.tzdata import TIMEZONE_DATA

from control_plane.domain import numbering_plan
from control_plane.domain.errors import Invalid

_FICTIONAL = re.compile(r"\+1[2-9][0-9]{2}55501[0-9]{2}")
_FIRST_FICTIONAL = "00"
# ITU-T E.164: at most 15 digits after the plus; the shortest geographic numbers in use have 7 with their country code.
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_DIGITS = re.compile(r"[1-9][0-9]*")
_SHORTEST = 8
_UNKNOWN_ZONE = "Etc/Unknown"
# ANONYMOUS, BLOCKED, PRIVATE, RESTRICTED, UNAVAILABLE and UNKNOWN on the keys of a phone: so some carriers write a number that is withheld.
_WITHHELD = frozenset(("266696687", "2562533", "7748283", "7378742833", "86282452253", "8656696"))
_HEAD = 4
_DEEPEST: dict[str, int] = {}
"""Of the prefixes with zones that begin with the same four digits the length of the longest: a few look-ups instead of nine."""
for _prefix in TIMEZONE_DATA:
    _DEEPEST[_prefix[:_HEAD]] = max(len(_prefix), _DEEPEST.get(_prefix[:_HEAD], _HEAD))
# Longer than any written number; a cell of a broken file may be megabytes.
_MAX_INPUT = 40


class Dialable(NamedTuple):
    """A number in E.164 with every zone it may be in, sorted."""

    e164: str
    time_zones: tuple[str, ...]


def parse(text: str, default_country: str | None = None) -> str | None:
    """`text` as E.164, or None when it is no number that can be dialled. Without a country code it is read as of `default_country`."""
    if len(text) > _MAX_INPUT:
        return None
    known = numbering_plan.read(text, default_country)
    return _parsed(text, default_country) if known is None else numbering_plan.e164_of(known[0])


def find(text: str, default_country: str | None = None) -> Dialable | None:
    """`parse` and `time_zones` in one, for files of a million numbers that are asked about once each."""
    known = numbering_plan.read(text, default_country) if len(text) <= _MAX_INPUT else None
    if known is None:
        e164 = parse(text, default_country)
        return None if e164 is None else Dialable(e164, time_zones(e164))
    e164 = numbering_plan.e164_of(known[0])
    return Dialable(e164, _zones(e164, known[0].country_code, known[1]))


def _parsed(text: str, default_country: str | None) -> str | None:
    """What the reference says."""
    try:
        number = phonenumbers.parse(text, default_country)
    except phonenumbers.NumberParseException:
        return None
    if number.extension:
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return e164 if is_fictional(e164) or phonenumbers.is_valid_number(number) else None


def require(text: str, default_country: str | None = None, *, field: str = "e164") -> str:
    """`text` as E.164. Raises `Invalid` on `field` with a sentence."""
    e164 = parse(text, default_country)
    if e164 is None:
        hint = f" (numbers without a country code are read as {default_country})" if default_country else ""
        raise Invalid.field(field, f"{text[:_MAX_INPUT]!r} is not a phone number that can be dialled{hint}; write it like +14155552671.")
    return e164


def written_for(e164: str, reader: str) -> str:
    """`e164` as people write it where `reader` (E.164) is: without the country code in its own country; "" for what is no number."""
    if not is_e164(e164):
        return ""
    try:
        number = phonenumbers.parse(e164)
        is_national = is_e164(reader) and phonenumbers.parse(reader).country_code == number.country_code
    except phonenumbers.NumberParseException:  # A country code that nobody has.
        return ""
    form = phonenumbers.PhoneNumberFormat.NATIONAL if is_national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def of_caller(said: str, called: str, written: str = "") -> tuple[str, ...]:
    """What the caller's number may be as a carrier says it, in E.164, the likeliest first; empty where it is withheld or no number.

    Digits alone may be somebody's in the country of `called` (E.164), or somebody's anywhere without the plus. `written` is `called` as
    the same carrier has written it with the same call: who leaves out that plus leaves out the other, too. Else most callers are from
    the number's own country.
    """
    plain = said.strip()
    if plain.removeprefix("+") in _WITHHELD:
        return ()
    country = phonenumbers.region_code_for_country_code(phonenumbers.parse(called).country_code or 0) if is_e164(called) else None
    readings = [parse(plain, country), parse(f"+{plain}") if _DIGITS.fullmatch(plain) else None]
    if is_e164(called) and written.strip() == called.removeprefix("+"):
        readings.reverse()
    return tuple(dict.fromkeys(filter(None, readings)))


def is_fictional(e164: str) -> bool:
    """Whether it lies in the range that is reserved for fiction, which only rehearsals call (+1 NPA 555-0100 to 555-0199)."""
    return _FICTIONAL.fullmatch(e164) is not None


def is_e164(text: str) -> bool:
    """Whether it has the shape of E.164, dialable or not."""
    return _E164.fullmatch(text) is not None


def is_valid(e164: str) -> bool:
    """Whether it is in E.164 and can be dialled by the numbering plan, or is fictional."""
    return is_fictional(e164) or (is_e164(e164) and parse(e164) == e164)


def judged(e164: str) -> tuple[bool, tuple[str, ...]]:
    """`is_valid` and `time_zones` in one, for very many numbers that are asked about once each."""
    known = numbering_plan.read(e164, None) if is_e164(e164) and not is_fictional(e164) else None
    if known is None:
        return is_valid(e164), time_zones(e164)
    return numbering_plan.e164_of(known[0]) == e164, _zones(e164, known[0].country_code, known[1])


@lru_cache(maxsize=65536)
def time_zones(e164: str) -> tuple[str, ...]:
    """Every zone the number may be in, sorted; empty when the plan does not say. Toll-free numbers give dozens (facts/stack §8)."""
    if not is_e164(e164):
        return ()
    if is_fictional(e164) and not e164.endswith(_FIRST_FICTIONAL):
        # The compiled plan does not know them, and what is true of an area's first is true of them all.
        return time_zones(e164[: -len(_FIRST_FICTIONAL)] + _FIRST_FICTIONAL)
    known = numbering_plan.read(e164, None)
    if known is not None:
        return _zones(e164, known[0].country_code, known[1])
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:  # A country code that nobody has.
        return ()
    return _known_zones(tuple(timezone.time_zones_for_number(number)))


def _zones(e164: str, country_code: int, kind: int) -> tuple[str, ...]:
    """What `timezone.time_zones_for_number` says of a valid number of this type: by its longest known prefix, or by its country."""
    if len(e164) < _SHORTEST:
        return ()
    digits = e164[1:] if phonenumbers.is_number_type_geographical(kind, country_code) else str(country_code)
    return _zones_of(digits[: _DEEPEST.get(digits[:_HEAD], _HEAD)])


@lru_cache(maxsize=65536)
def _zones_of(digits: str) -> tuple[str, ...]:
    """By the longest known prefix of the digits."""
    for length in range(len(digits), 0, -1):
        found = TIMEZONE_DATA.get(digits[:length])
        if found:
            return _known_zones(found)
    return ()


@lru_cache(maxsize=4096)
def _known_zones(found: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(zone for zone in found if zone != _UNKNOWN_ZONE))


def is_country(code: str) -> bool:
    """Whether two letters are a country with a numbering plan."""
    return code in phonenumbers.SUPPORTED_REGIONS
