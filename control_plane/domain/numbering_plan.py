"""The numbering plan in its compiled form (`rphonenumbers`), some fifteen times as fast as the reference, as far as both say the same.

The reference is `phonenumbers`. The compiled plan is two releases older: the plans of the countries in `_OTHERWISE` have changed since, so
numbers there are the reference's to judge, and so is every no, because a range may have been opened. Where one of the two is another
version than those that were compared (tests/unit/domain/test_numbering_plan.py), the compiled plan is not used at all.
"""

import re
from typing import Any

import phonenumbers

try:
    import rphonenumbers as _rphonenumbers
except ImportError:  # There is no build for this machine.
    _rphonenumbers = None

COMPARED = ("9.0.41", "9.0.43")
"""Metadata of the compiled plan, version of the reference."""
# Country codes whose plans differ between the two; those of Germany and Australia have only grown.
_OTHERWISE = frozenset(
    (
        *(7, 34, 40, 45, 57, 86, 91, 229, 233, 238, 251, 254, 263, 267, 290),
        *(358, 506, 592, 593, 595, 675, 856, 965, 995),
    )
)
# The way numbers are written nearly always; letters, digits of other scripts and extensions are the reference's to read.
_PLAIN = re.compile(r"[0-9+() ./-]+")
compiled: Any = _rphonenumbers
"""None where there is none."""
_is_compared = compiled is not None and (compiled.__phonenumbers_version__, phonenumbers.__version__) == COMPARED


def read(text: str, default_country: str | None) -> tuple[Any, int] | None:
    """The valid number that `text` is, as the compiled plan's object, with its type; None where the reference has to be asked."""
    if not _is_compared or _PLAIN.fullmatch(text) is None:
        return None
    try:
        number = compiled.parse(text, default_country)
    except compiled.NumberParseException:
        return None
    if number.country_code in _OTHERWISE:
        return None
    kind = compiled.number_type(number)
    return None if kind == phonenumbers.PhoneNumberType.UNKNOWN else (number, kind)


def e164_of(number: Any) -> str:
    """E.164 of a number that `read` gave."""
    return compiled.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def region_of(number: Any) -> str | None:
    """Two letters of the country of a number that `read` gave, `001` for those without one."""
    return compiled.region_code_for_number(number)
