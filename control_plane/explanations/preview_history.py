"""What earlier calls add to what the gate knows of somebody in a preview. Pure.

People who are alike but for their earlier calls share everything else: the facts of one of them serve all, with each one's own calls put
in. Most histories change nothing, and equal ones change the same, so few have to be decided anew.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import is_ as _is_same
from typing import NamedTuple

from control_plane.calls.gate import Dialled, counted_day
from control_plane.domain.decision import Decision, Never
from control_plane.domain.eligibility import decide
from control_plane.domain.facts import EarlierCall, Facts
from control_plane.domain.rules import Rules
from control_plane.explanations.obstacles import best


class PastCall(NamedTuple):
    """A counting call that was dialled."""

    contact_id: uuid.UUID | None
    e164: str
    at: datetime
    purpose: str
    ends: tuple[str, ...]


class Past:
    """Earlier calls of some people, by person and by number, newest first. By the integers of the ids, which hash many times faster."""

    def __init__(self, calls: Iterable[PastCall]) -> None:
        of_contact: dict[int, list[PastCall]] = {}
        of_number: dict[str, list[PastCall]] = {}
        of_nobody: dict[str, list[PastCall]] = {}
        for call in calls:
            found = of_number.get(call.e164)
            if found is None:
                of_number[call.e164] = [call]
            else:
                found.append(call)
            if call.contact_id is not None:
                key = call.contact_id.int
                if key in of_contact:
                    of_contact[key].append(call)
                else:
                    of_contact[key] = [call]
            else:
                of_nobody.setdefault(call.e164, []).append(call)
        self._of_contact, self._of_number, self._of_nobody = of_contact, of_number, of_nobody

    def of_contact(self, contact_id: uuid.UUID, numbers: Sequence[str]) -> Sequence[PastCall]:
        """Calls to the person, and those to their numbers of before anybody was known behind them."""
        theirs = self._of_contact.get(contact_id.int, ())
        before = [call for e164 in numbers for call in self._of_nobody.get(e164, ())] if self._of_nobody else []
        return sorted([*theirs, *before], key=lambda call: call.at, reverse=True) if before else theirs

    def of_either(self, contact_id: uuid.UUID, e164: str) -> Sequence[PastCall]:
        """Calls to the person, on whatever number, and to the number, whoever was meant."""
        theirs = self._of_contact.get(contact_id.int, ())
        to_number = self._of_number.get(e164, ())
        # Mostly everybody has a number of their own, and one look tells.
        if len(to_number) <= len(theirs) and all(map(_is_same, to_number, theirs)):
            return theirs
        others = [call for call in to_number if call.contact_id != contact_id]
        return sorted([*theirs, *others], key=lambda call: call.at, reverse=True) if others else theirs

    def is_called(self, contact_id: uuid.UUID, numbers: Sequence[str]) -> bool:
        return contact_id.int in self._of_contact or any(e164 in self._of_number for e164 in numbers)


@dataclass(frozen=True, slots=True)
class Base:
    """All that the gate knows about one number of people who are alike, but for their earlier calls. `day_start`: of their calendar day;
    `since`: how far back the rules look, None when they look at no calls."""

    facts: Facts
    rules: Rules
    day_start: datetime
    since: datetime | None


_History = tuple[Dialled, tuple[EarlierCall, ...]]


@dataclass(slots=True)
class Kind:
    """People who are alike but for their earlier calls: the gate's word on those without any, and where their first number is."""

    bases: Sequence[Base]
    decision: Decision
    zone: str
    _known: dict[tuple[_History, ...], Decision] = field(default_factory=dict)

    @classmethod
    def of(cls, gathered: Sequence[tuple[Facts, Rules]], now: datetime) -> "Kind":
        """From what was gathered of one of them, whose own calls are left out."""
        bases = [
            Base(_without_calls(facts), rules, counted_day(facts, now), now - rules.reach if rules.reach else None)
            for facts, rules in gathered
        ]
        zone = next((base.facts.time_zones[0] for base in bases if base.facts.time_zones), "")
        return cls(bases, best([decide(base.facts, now, base.rules) for base in bases]), zone)

    def decision_on(self, contact_id: uuid.UUID, numbers: Sequence[str], past: Past, now: datetime) -> Decision:
        """The gate's word on one of them. Calls only put off, so what may never be stays so."""
        if isinstance(self.decision, Never) or not past.is_called(contact_id, numbers):
            return self.decision
        history = tuple(_history(base, contact_id, e164, numbers, past, now) for base, e164 in zip(self.bases, numbers, strict=True))
        known = self._known.get(history)
        if known is None:
            known = best([_decided(base, *own, now) for base, own in zip(self.bases, history, strict=True)])
            # Mere counts are few; times of calls are everybody's own, and would only be kept for nobody.
            if all(dialled.frees_24h_at is None and not earlier for dialled, earlier in history):
                self._known[history] = known
        return known


def _without_calls(facts: Facts) -> Facts:
    return replace(facts, earlier=(), **Dialled()._asdict())


def _history(base: Base, contact_id: uuid.UUID, e164: str, numbers: Sequence[str], past: Past, now: datetime) -> _History:
    times = [call.at for call in past.of_contact(contact_id, numbers)]
    dialled = Dialled.seen(times, base.day_start, base.facts.max_per_24h, now)
    since = base.since
    if since is None:
        return dialled, ()
    calls = past.of_either(contact_id, e164)
    return dialled, tuple(EarlierCall(call.at, call.e164 == e164, call.purpose, call.ends) for call in calls if call.at > since)


def _decided(base: Base, dialled: Dialled, earlier: tuple[EarlierCall, ...], now: datetime) -> Decision:
    return decide(replace(base.facts, earlier=earlier, **dialled._asdict()), now, base.rules)
