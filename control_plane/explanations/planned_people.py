"""People as they would be after a change that nobody has made yet, as previews count them. Pure."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from control_plane.domain import phone
from control_plane.explanations.alike import Person
from control_plane.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class PlannedPerson:
    """Somebody whom the workspace does not know. `values`: what prompts would know; `attributes` may hold an address."""

    name: str
    numbers: Sequence[str]
    time_zone: str | None
    attributes: Mapping[str, str]
    values: Mapping[str, str]

    def as_person(self, variables: Sequence[str], spoken_of: set[str], called: Mapping[str, str]) -> Person:
        """`spoken_of`: numbers that suppressions or consents name, and dead ones; whoever has one is like nobody else, and is asked about
        alone. `called`: the calls to each number, all of which were meant for others."""
        zones = "|".join(",".join(phone.time_zones(e164)) for e164 in self.numbers)
        said = ",".join(e164 for e164 in self.numbers if e164 in spoken_of) or None
        return Person(
            id=new_id(),
            name=self.name,
            time_zone=self.time_zone,
            attributes=self.attributes or None,
            state=None,
            due_at=None,
            numbers=",".join(self.numbers),
            zones=zones,
            said=said,
            lacking=_lacking(variables, self.values),
            others_called=",".join(called[e164] for e164 in self.numbers if e164 in called) or None,
        )


def as_planned(people: Sequence[Person], values: Mapping[uuid.UUID, Mapping[str, str]], without: frozenset[uuid.UUID]) -> list[Person]:
    """The people without those who would be called no more, lacking only what would not be known of them either."""
    if not values and not without:
        return list(people)
    return [_completed(person, values.get(person.id)) for person in people if person.id not in without]


def _completed(person: Person, values: Mapping[str, str] | None) -> Person:
    if not person.lacking or values is None:
        return person
    return person._replace(lacking=_lacking(person.lacking.split(","), values))


def _lacking(variables: Sequence[str], values: Mapping[str, str]) -> str | None:
    return ",".join(name for name in variables if not values.get(name)) or None
