"""Where a person may be, by the number and by what the contact's address says: jurisdictions and time zones. In doubt, everywhere.

A number says where it was given out and not where its owner is, so the address adds jurisdictions and takes none away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import phonenumbers

from control_plane.domain import phone
from control_plane.rules import zones
from control_plane.rules.yaml_text import read_yaml

_STATES = Path(__file__).parent / "us_states.yaml"
_STATE_KEYS = ("state", "address_state", "us_state", "region", "province")
_COUNTRY_KEYS = ("country", "address_country", "country_code")
ADDRESS_KEYS = frozenset((*_STATE_KEYS, *_COUNTRY_KEYS))
"""Attributes of a contact that say where they live."""
ANY_STATE = "US-*"
_NORTH_AMERICA = ("US", "CA")


@dataclass(frozen=True, slots=True)
class Address:
    """What the contact's attributes say of where they live."""

    country: str | None = None
    state: str | None = None
    """A state of the US, in two letters."""

    @classmethod
    def of(cls, attributes: Mapping[str, Any]) -> "Address":
        if ADDRESS_KEYS.isdisjoint(attributes):
            return NOWHERE
        country = next((word.upper() for key in _COUNTRY_KEYS if (word := _word(attributes.get(key)))), None)
        state = next((found for key in _STATE_KEYS if (found := _state_codes().get(_word(attributes.get(key)).lower()))), None)
        is_american = country is None or country in ("US", "USA", "UNITED STATES")
        return cls(country if country is not None and phone.is_country(country) else None, state if is_american else None)


NOWHERE = Address()


def jurisdictions(e164: str, address: Address = NOWHERE) -> tuple[str, ...]:
    """Countries and states whose rules may bind a call to this number, sorted; empty when nothing is known."""
    return _of_both(_of_number(e164), address)


@lru_cache(maxsize=65536)
def _of_both(of_number: tuple[str, ...], address: Address) -> tuple[str, ...]:
    places = set(of_number)
    if address.country is not None:
        places.add(address.country)
    if address.state is not None and ("US" in places or not places):
        places |= {"US", f"US-{address.state}"}
        places.discard(ANY_STATE)
    return tuple(sorted(places))


class Whereabouts(NamedTuple):
    """Every zone the person may be in, the likeliest first. `is_contradictory`: what is known of them cannot all be true.
    `is_confirmed`: somebody has said with evidence where they are."""

    time_zones: tuple[str, ...]
    is_contradictory: bool = False
    is_confirmed: bool = False


def whereabouts(
    e164: str, stored: tuple[str, ...], address: Address = NOWHERE, given: str | None = None, confirmed: str | None = None
) -> Whereabouts:
    """The zones of the number, narrowed by those stored with it, by the address and by the zone that a list gives. None of them replaces
    the number's: where they contradict it, all count, so that a call has to fit into the hours of each. A zone that was confirmed with
    evidence stands for all of them."""
    if confirmed:
        return Whereabouts((confirmed,), is_confirmed=True)
    groups = zones.agreed((phone.time_zones(e164), stored, _zones_of(address), (given,) if given else ()))
    everywhere = groups[0] if len(groups) == 1 else tuple(sorted({zone for group in groups for zone in group}))
    likeliest = given or (stored[0] if len(stored) == 1 else None)
    return Whereabouts(zones.first(likeliest, everywhere) if likeliest else everywhere, len(groups) > 1)


def _zones_of(address: Address) -> tuple[str, ...]:
    if address.state is not None:
        return us_states()[address.state].zones
    return zones.of_countries().get(address.country, ()) if address.country is not None else ()


def _of_number(e164: str) -> tuple[str, ...]:
    if e164.startswith("+1") and len(e164) == 12:
        return _of_area_code(e164[2:5])
    return _of_other(e164)


@lru_cache(maxsize=65536)
def _of_other(e164: str) -> tuple[str, ...]:
    if not phone.is_e164(e164):
        return ()
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(e164))
    except phonenumbers.NumberParseException:  # A country code that nobody has.
        return ()
    # 001 and its like are services without a place (satellite, international freephone).
    return (region,) if region is not None and region.isalpha() else ()


@lru_cache(maxsize=1024)
def _of_area_code(code: str) -> tuple[str, ...]:
    """All numbers of an area code are in the same country (tests/unit/rules)."""
    state = _states_by_area_code().get(code)
    if state is not None:
        return ("US", f"US-{state}")
    region = phonenumbers.region_code_for_number(phonenumbers.parse(f"+1{code}2345678"))
    if region == "US" or region is None:
        # Freephone and personal numbers reach all of North America; a new area code may be anywhere in the country.
        return (*_NORTH_AMERICA, ANY_STATE)
    return (region,)


@dataclass(frozen=True, slots=True)
class State:
    name: str
    zones: tuple[str, ...]
    area_codes: tuple[str, ...]


@cache
def us_states() -> dict[str, State]:
    """The states of the US by their two letters."""
    plain = read_yaml(_STATES)
    return {code: State(s["name"], tuple(s["zones"]), tuple(map(str, s["area_codes"]))) for code, s in plain.items()}


@cache
def _states_by_area_code() -> dict[str, str]:
    return {code: name for name, state in us_states().items() for code in state.area_codes}


@cache
def _state_codes() -> dict[str, str]:
    """Names and abbreviations in lower case."""
    return {word: code for code, state in us_states().items() for word in (code.lower(), f"us-{code.lower()}", state.name.lower())}


def _word(value: Any) -> str:
    return value.strip()[:60] if isinstance(value, str) else ""
