"""Which time zones a country has, and which names are one zone, from the tables that come with the time zone database (tzdata, zone.tab and
the links of tzdata.zi; public domain)."""

from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files

_TABLES = files("tzdata") / "zoneinfo"


@cache
def of_countries() -> dict[str, tuple[str, ...]]:
    """The zones of each country by its two letters."""
    found: dict[str, list[str]] = {}
    for line in (_TABLES / "zone.tab").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            found.setdefault(country, []).append(zone)
    return {country: tuple(sorted(zones)) for country, zones in found.items()}


@lru_cache(maxsize=65536)
def narrowed(zones: tuple[str, ...], hint: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the zones that the hint names as well. Where they have none in common one of the two is wrong and nobody knows which: then
    all of both, so that a call has to fit into the hours of either."""
    named = set(map(_canonical, hint))
    return tuple(zone for zone in zones if _canonical(zone) in named) or tuple(sorted({*zones, *hint}))


def first(zone: str, zones: Iterable[str]) -> tuple[str, ...]:
    """The zones with this one before the others, under the name that is given here."""
    return (zone, *(other for other in zones if _canonical(other) != _canonical(zone)))


def _canonical(zone: str) -> str:
    """Asia/Calcutta and Asia/Kolkata are the same."""
    return _links().get(zone, zone)


@cache
def _links() -> dict[str, str]:
    lines = (_TABLES / "tzdata.zi").read_text(encoding="utf-8").splitlines()
    return {name: target for _, target, name in (line.split() for line in lines if line.startswith("L "))}
