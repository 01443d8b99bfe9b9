"""Where a number leads and whether calling it can cost more than a call does: premium, shared-cost, satellite and other special numbers.

Toll fraud lives of such numbers, so the list is one of what may be called (ordinary lines, mobiles, VoIP, freephone) and not of what may
not. Types are those of `phonenumbers`; what it takes for ordinary and is not stands in `_OURS`. +1 is twenty-five countries: an area code
of the Caribbean is dialled like one of the United States and billed like a call across the sea.
"""

from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberType

from control_plane.domain import numbering_plan, phone

SERVICE = "an international service, which is in no country (satellite, shared-cost, premium-rate, personal or freephone)"
_PREMIUM, _SHARED, _SATELLITE = "a premium-rate number", "a shared-cost number", "a satellite or maritime number"
_PERSONAL, _PAGER = "a personal number, whose cost depends on where it is forwarded", "a pager"
_COMPANY, _SPECIAL = "a company access number (UAN)", "a special number that is no ordinary line"

_ORDINARY = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.VOIP,
    }
)
_WORDS = {
    PhoneNumberType.PREMIUM_RATE: _PREMIUM,
    PhoneNumberType.SHARED_COST: _SHARED,
    PhoneNumberType.PERSONAL_NUMBER: _PERSONAL,
    PhoneNumberType.PAGER: _PAGER,
    PhoneNumberType.UAN: _COMPANY,
    PhoneNumberType.VOICEMAIL: "the access to a voicemail box",
}
# National plans: ITU-T E.164 country pages and the regulators' own lists. Only what ends up costing more, or reaches no person.
_OURS: dict[str, str] = {
    **dict.fromkeys(("1900",), _PREMIUM),
    **dict.fromkeys(("1600", "1622", "1633", "1644", "1655", "1677", "1688"), "a Canadian number without a place (satellite, data)"),
    **dict.fromkeys(("1456", "1700", "1710"), _SPECIAL),
    **dict.fromkeys(("449", "4484", "4487"), _SHARED),
    **dict.fromkeys(("4470",), _PERSONAL),
    **dict.fromkeys(("49118", "4912", "49137", "49138", "49190", "49900"), _PREMIUM),
    **dict.fromkeys(("49180",), _SHARED),
    **dict.fromkeys(("3381", "3382", "33836", "3389"), _PREMIUM),
    **dict.fromkeys(("3914", "3916", "39178", "39199", "3984", "3989"), _PREMIUM),
    **dict.fromkeys(("34118", "34803", "34806", "34807", "34901", "34902", "34905", "34907"), _PREMIUM),
    **dict.fromkeys(("3190", "3166", "3167", "3184", "3187"), _SPECIAL),
    **dict.fromkeys(("41840", "41842", "41844", "41848", "4190"), _PREMIUM),
    **dict.fromkeys(("43810", "43820", "43821", "43828", "4390", "4393"), _PREMIUM),
    **dict.fromkeys(("3270", "3290"), _PREMIUM),
    **dict.fromkeys(("6113", "6119"), _SHARED),
    **dict.fromkeys(("6114", "62868", "7954", "861349", "861749"), _SATELLITE),
    **dict.fromkeys(("7803", "7809", "81990", "55900", "55300", "55500"), _PREMIUM),
}
# Mobiles of the Crown dependencies, billed as abroad by many carriers, whose ranges the plan of Great Britain covers too.
_ISLANDS = {"447524": "IM", "447624": "IM", "447924": "IM", "447781": "GG", "447839": "GG", "447509": "JE", "447797": "JE", "447937": "JE"}
_LONGEST = max(map(len, _OURS))
_HOME_OF_ONE = frozenset({"US", "CA"})


@dataclass(frozen=True, slots=True)
class Destination:
    """`country` is two letters, None for services without one; `prefix` is what velocity and spend are counted by; `refused` says what
    kind of number it is that nobody may call, and is empty for ordinary ones."""

    country: str | None
    prefix: str
    refused: str = ""


NOWHERE = Destination(None, "", "no number of any country")


@lru_cache(maxsize=65536)
def destination(e164: str) -> Destination:
    """Where `e164` leads. Never raises; what is no number of any known plan is refused."""
    if not phone.is_e164(e164):
        return NOWHERE
    if e164.startswith("+1"):
        found = _of_area(e164[2:5]) if len(e164) == 12 else NOWHERE
        found = found if found is not None else _looked_up(e164)
        # 976 behind any area code is pay-per-call; 950 reaches carriers and 555 fiction and directories.
        return found if e164[5:8] not in ("976", "950") else Destination(found.country, found.prefix, found.refused or _PREMIUM)
    return _looked_up(e164)


@lru_cache(maxsize=1024)
def _of_area(code: str) -> Destination | None:
    """What is the same for all numbers of an area code of +1; None where the exchange matters."""
    example = f"+1{code}2345678"
    found = _looked_up(example)
    return found if found.country in _HOME_OF_ONE or found.refused in (_PREMIUM, _PERSONAL) else None


def _looked_up(e164: str) -> Destination:
    country, kind, calling_code = _plan(e164)
    if country is None or not country.isalpha():
        return Destination(None, f"+{calling_code}", SERVICE)
    prefix = e164[:5] if calling_code == 1 and country not in _HOME_OF_ONE else f"+{calling_code}"
    digits = e164[1:]
    country = _ISLANDS.get(digits[:6], country)
    ours = next((word for n in range(_LONGEST, 2, -1) if (word := _OURS.get(digits[:n]))), "")
    refused = ours or ("" if kind in _ORDINARY else _WORDS.get(kind, _SPECIAL))
    return Destination(country, prefix, refused)


def _plan(e164: str) -> tuple[str | None, int, int]:
    """Region, type and calling code by the numbering plan; the compiled one is some twenty times as fast."""
    known = numbering_plan.read(e164, None)
    if known is not None and (region := numbering_plan.region_of(known[0])) is not None:
        return region, known[1], known[0].country_code
    return _plan_by_reference(e164)


def _plan_by_reference(e164: str) -> tuple[str | None, int, int]:
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return None, PhoneNumberType.UNKNOWN, 0
    return phonenumbers.region_code_for_number(number), phonenumbers.number_type(number), number.country_code or 0
