"""People about whom the gate would say the same, because they differ in nothing that it looks at: each group is asked about once. Pure.

A likeness is finer than the gate's facts, never coarser: what it leaves out (names, digits that no rule looks at, which consent it was)
no rule can see. Earlier calls, of which limits and pauses see the minute, are no part of it: preview_history adds them to each one's facts.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from control_plane.domain import phone
from control_plane.domain.destinations import destination
from control_plane.rules.places import Address, jurisdictions

MOST_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class PersonPhone:
    e164: str
    time_zones: list[str]


class Person(NamedTuple):
    """A contact as far as the gate and the prompts care, with the numbers of which nobody has said that they are dead, best first."""

    id: uuid.UUID
    name: str
    time_zone: str | None
    attributes: Mapping[str, Any] | None
    """None when they say nothing of an address."""
    state: str | None
    """Of the enrollment; None before there is one."""
    due_at: Any
    numbers: str | None
    """Separated by commas; None without any."""
    zones: str | None
    """For each number those stored with it, separated by commas; the numbers' are separated by bars."""
    said: str | None
    """What suppressions, consents and the network say of each number, in words that are equal when they are: a consent by its age in
    days."""
    lacking: str | None
    """Variables of the prompts without a value, separated by commas."""
    quiet: str | None = None
    """Their quiet times as JSON; None without any."""
    confirmed_zone: str | None = None
    called: str | None = None
    """When counting calls to them were dialled, newest first: in microseconds, separated by commas; None without any."""
    others_called: str | None = None
    """Such calls to their numbers that were meant for somebody else or for nobody known, in the words of preview_history; None without
    any."""
    attempts: int | None = None
    """Counting calls of the campaign to them so far; None before they are enrolled."""

    @property
    def quiet_times(self) -> list[dict[str, Any]]:
        return msgspec.json.decode(self.quiet) if self.quiet else []

    @property
    def e164s(self) -> list[str]:
        return self.numbers.split(",") if self.numbers else []

    @property
    def phones(self) -> list[PersonPhone]:
        if not self.numbers:
            return []
        pairs = zip(self.e164s, (self.zones or "").split("|"), strict=True)
        return [PersonPhone(e164, zones.split(",") if zones else []) for e164, zones in pairs]


def grouped(people: Iterable[Person], erased: Mapping[str, str]) -> dict[object, list[Person]]:
    """People by their likeness. `erased`: why a number is suppressed that is only known by its hash."""
    groups: dict[object, list[Person]] = {}
    for person in people:
        groups.setdefault(_likeness(person, erased), []).append(person)
    return groups


def _likeness(person: Person, erased: Mapping[str, str]) -> object:
    numbers = person.e164s
    address = Address.of(person.attributes) if person.attributes else None
    gone = tuple(map(erased.get, numbers)) if erased else None
    return (person.said, person.zones, person.time_zone, person.confirmed_zone, person.quiet, address, gone, *map(_kind, numbers))


def _kind(e164: str) -> tuple[object, ...]:
    """What the gate reads off the digits."""
    return (phone.is_fictional(e164), jurisdictions(e164), destination(e164), *phone.judged(e164))
