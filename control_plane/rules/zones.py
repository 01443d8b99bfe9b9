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
def agreed(witnesses: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """Where the witnesses say that somebody may be: each narrows what those before it have left open. One that has nothing in common with
    any of them is wrong or they are, and nobody knows which, so it stands beside them: more than one group is a contradiction. A witness
    without zones says nothing."""
    groups: list[tuple[str, ...]] = []
    for zones in filter(None, witnesses):
        named = set(map(_canonical, zones))
        common = [tuple(zone for zone in group if _canonical(zone) in named) for group in groups]
        narrowed = [some or group for some, group in zip(common, groups, strict=True)]
        groups = narrowed if any(common) else [*groups, zones]
    return tuple(groups)


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
