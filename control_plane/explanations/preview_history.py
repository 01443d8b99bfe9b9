"""What earlier calls add to what the gate knows of somebody in a preview. Pure.

People who are alike but for their earlier calls share everything else: the facts of one of them serve all, with each one's own calls put
in. Most histories change nothing, and equal ones change the same, so few have to be decided anew. Times are counted as integers: there
are many, and few are ever told.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from control_plane.calls.gate import ROLLING, Dialled, counted_day
from control_plane.domain.decision import Decision, Never
from control_plane.domain.eligibility import decide
from control_plane.domain.facts import EarlierCall, Facts
from control_plane.domain.frequency import counted
from control_plane.domain.rule_values import ends_of
from control_plane.domain.rules import Rules
from control_plane.explanations.obstacles import best

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PastCall(NamedTuple):
    """A counting call that was dialled."""

    contact_id: uuid.UUID | None
    e164: str
    at: datetime
    purpose: str
    ends: tuple[str, ...]


class Past:
    """Earlier calls of some people, newest first.

    `own`: by the integers of the people's ids (they hash many times faster than the ids) the times in microseconds of all calls to each,
    separated by commas. `others`: calls to the people's numbers that were meant for somebody else, or for nobody known.
    """

    def __init__(self, own: Mapping[int, str], others: Iterable[PastCall]) -> None:
        self._own = own
        self.said: Mapping[int, str] = {}
        """`time|number|purpose|network_result|answered_by|outcome` of each call, of those in whose case rules ask for that."""
        self._others: dict[str, list[PastCall]] = {}
        for call in others:
            self._others.setdefault(call.e164, []).append(call)

    def is_called(self, contact_id: uuid.UUID, numbers: Sequence[str]) -> bool:
        return contact_id.int in self._own or any(e164 in self._others for e164 in numbers)

    def times(self, contact_id: uuid.UUID, numbers: Sequence[str]) -> Sequence[int]:
        """In microseconds: of calls to the person, and of those to their numbers of before anybody was known behind them."""
        theirs = self._times(contact_id)
        if not self._others:
            return theirs
        before = [micros(call.at) for e164 in numbers for call in self._others.get(e164, ()) if call.contact_id is None]
        return sorted([*theirs, *before], reverse=True) if before else theirs

    def most_since(self, contact_id: uuid.UUID, e164: str, since: int) -> int:
        """No fewer than `calls` has after that moment."""
        others = len(self._others.get(e164, ())) if self._others else 0
        return sum(at > since for at in self._times(contact_id)) + others

    def calls(self, contact_id: uuid.UUID, e164: str) -> Sequence[PastCall]:
        """Calls to the person, on whatever number, and to the number, whoever was meant."""
        theirs = list(self._own_calls(contact_id))
        others = [call for call in self._others.get(e164, ()) if call.contact_id != contact_id]
        return sorted([*theirs, *others], key=lambda call: call.at, reverse=True) if others else theirs

    def _times(self, contact_id: uuid.UUID) -> list[int]:
        own = self._own.get(contact_id.int)
        return [int(at) for at in own.split(",")] if own else []

    def _own_calls(self, contact_id: uuid.UUID) -> Iterable[PastCall]:
        told = self.said.get(contact_id.int)
        for said in told.split(",") if told else ():
            at, e164, purpose, *end = said.split("|")
            yield PastCall(contact_id, e164, _moment(int(at)), purpose, _ends(*end))


def micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _moment(at: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at)


def _ends(network_result: str, answered_by: str, outcome: str) -> tuple[str, ...]:
    return ends_of(network_result or None, answered_by or None, outcome or None)


@dataclass(frozen=True, slots=True)
class Base:
    """All that the gate knows about one number of people who are alike, but for their earlier calls. In microseconds `day_start`, of their
    calendar day, and `since`, how far back the rules look; `least`: fewer calls than these change nothing to them."""

    facts: Facts
    rules: Rules
    day_start: int
    since: int
    least: int | None

    @classmethod
    def of(cls, facts: Facts, rules: Rules, now: datetime) -> "Base":
        counts = [limit.count for limit in rules.limits]
        least = 1 if rules.cool_downs else min(counts, default=None)
        return cls(_without_calls(facts), rules, micros(counted_day(facts, now)), micros(now - rules.reach), least)

    def looks_at(self, contact_id: uuid.UUID, e164: str, past: Past) -> bool:
        """Whether enough calls were made for the rules to look at them."""
        return self.least is not None and past.most_since(contact_id, e164, self.since) >= self.least

    def earlier(self, contact_id: uuid.UUID, e164: str, past: Past) -> tuple[EarlierCall, ...]:
        """The calls that the rules look at; none where there are too few to matter."""
        if not self.looks_at(contact_id, e164, past):
            return ()
        since = _moment(self.since)
        calls = past.calls(contact_id, e164)
        return tuple(EarlierCall(call.at, call.e164 == e164, call.purpose, call.ends) for call in calls if call.at > since)


_Counts = tuple[tuple[int, int, int | None], ...]


@dataclass(slots=True)
class Kind:
    """People who are alike but for their earlier calls: the gate's word on those without any, and where their first number is."""

    bases: Sequence[Base]
    decision: Decision
    zone: str
    _known: dict[_Counts, Decision] = field(default_factory=dict)

    @classmethod
    def of(cls, gathered: Sequence[tuple[Facts, Rules]], now: datetime) -> "Kind":
        """From what was gathered of one of them, whose own calls are left out."""
        bases = [Base.of(facts, rules, now) for facts, rules in gathered]
        zone = next((base.facts.time_zones[0] for base in bases if base.facts.time_zones), "")
        return cls(bases, best([decide(base.facts, now, base.rules) for base in bases]), zone)

    @property
    def looks_back(self) -> bool:
        """Whether calls can change anything for them beside the caps of a day and of 24 hours."""
        return not isinstance(self.decision, Never) and any(base.least is not None for base in self.bases)

    def looks_at(self, contact_id: uuid.UUID, numbers: Sequence[str], past: Past) -> bool:
        """Whether the word on one of them depends on what their calls were, and not on when they were alone."""
        return any(base.looks_at(contact_id, e164, past) for base, e164 in zip(self.bases, numbers, strict=True))

    def decision_on(self, contact_id: uuid.UUID, numbers: Sequence[str], past: Past, now: datetime) -> Decision:
        """The gate's word on one of them. Calls only put off, so what may never be stays so."""
        if isinstance(self.decision, Never) or not past.is_called(contact_id, numbers):
            return self.decision
        times, after = past.times(contact_id, numbers), micros(now - ROLLING)
        counts = tuple(counted(times, base.day_start, after, base.facts.max_per_24h) for base in self.bases)
        earlier = [base.earlier(contact_id, e164, past) for base, e164 in zip(self.bases, numbers, strict=True)]
        known = self._known.get(counts) if not any(earlier) else None
        if known is None:
            known = best([_decided(*each, now) for each in zip(self.bases, counts, earlier, strict=True)])
            # Mere counts are few; times of calls are everybody's own, and would only be kept for nobody.
            if not any(earlier) and all(last is None for _, _, last in counts):
                self._known[counts] = known
        return known


def _without_calls(facts: Facts) -> Facts:
    return replace(facts, earlier=(), **Dialled()._asdict())


def _decided(base: Base, counts: tuple[int, int, int | None], earlier: tuple[EarlierCall, ...], now: datetime) -> Decision:
    today, rolling, last = counts
    dialled = Dialled(today, rolling, None if last is None else _moment(last) + ROLLING)
    return decide(replace(base.facts, earlier=earlier, **dialled._asdict()), now, base.rules)
