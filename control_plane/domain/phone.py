"""Phone numbers: one normal form (E.164), one judgement of what can be dialled, and the time zones a number may be in.

The numbering plan comes from `phonenumbers` (Google's libphonenumber). The fictional range +1 NPA 555-01xx counts as valid: rehearsals
live there. Nothing here raises except `require`, which speaks to the person who typed the number.
"""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import timezone

from control_plane.domain.errors import Invalid

try:
    import rphonenumbers as _compiled
except ImportError:  # There is no build for this machine.
    _compiled = None

_FICTIONAL = re.compile(r"\+1[2-9][0-9]{2}55501[0-9]{2}")
# ITU-T E.164: at most 15 digits after the plus; the shortest geographic numbers in use have 7 with their country code.
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_UNKNOWN_ZONE = "Etc/Unknown"
# Longer than any written number; a cell of a broken file may be megabytes.
_MAX_INPUT = 40


def parse(text: str, default_country: str | None = None) -> str | None:
    """`text` as E.164, or None when it is no number that can be dialled. Without a country code it is read as of `default_country`."""
    if len(text) > _MAX_INPUT:
        return None
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
    number = phonenumbers.parse(e164)
    is_national = is_e164(reader) and phonenumbers.parse(reader).country_code == number.country_code
    form = phonenumbers.PhoneNumberFormat.NATIONAL if is_national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def is_fictional(e164: str) -> bool:
    """Whether it lies in the range that is reserved for fiction, which only rehearsals call (+1 NPA 555-0100 to 555-0199)."""
    return _FICTIONAL.fullmatch(e164) is not None


def is_e164(text: str) -> bool:
    """Whether it has the shape of E.164, dialable or not."""
    return _E164.fullmatch(text) is not None


def is_valid(e164: str) -> bool:
    """Whether it is in E.164 and can be dialled by the numbering plan, or is fictional."""
    return is_fictional(e164) or (is_e164(e164) and (_is_surely_valid(e164) or parse(e164) == e164))


def _is_surely_valid(e164: str) -> bool:
    """The same question to the compiled numbering plan, some fifteen times as fast. It may be older: its no is asked again."""
    if _compiled is None:
        return False
    try:
        number = _compiled.parse(e164, None)
    except _compiled.NumberParseException:
        return False
    return _compiled.is_valid_number(number) and _compiled.format_number(number, _compiled.PhoneNumberFormat.E164) == e164


@lru_cache(maxsize=65536)
def time_zones(e164: str) -> tuple[str, ...]:
    """Every zone the number may be in, sorted; empty when the plan does not say. Toll-free numbers give dozens (facts/stack §8)."""
    if not is_e164(e164):
        return ()
    found = timezone.time_zones_for_number(phonenumbers.parse(e164))
    return tuple(sorted(zone for zone in found if zone != _UNKNOWN_ZONE))


def is_country(code: str) -> bool:
    """Whether two letters are a country with a numbering plan."""
    return code in phonenumbers.SUPPORTED_REGIONS
