"""What earlier calls add to what the gate knows of somebody in a preview. Pure.

People who are alike but for their earlier calls share everything else: the facts of one of them serve all, with each one's own calls put
in. Most histories change nothing, and equal ones change the same, so few have to be decided anew.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from control_plane.calls.gate import Dialled, counted_day
from control_plane.domain.decision import Decision, Never
from control_plane.domain.eligibility import decide
from control_plane.domain.facts import EarlierCall, Facts
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
    separated by commas, and in the same order `number|purpose|network_result|answered_by|outcome`. Most are never read.
    `others`: calls to the people's numbers that were meant for somebody else, or for nobody known.
    """

    def __init__(self, own: Mapping[int, tuple[str, str]], others: Iterable[PastCall]) -> None:
        self._own = own
        self._others: dict[str, list[PastCall]] = {}
        for call in others:
            self._others.setdefault(call.e164, []).append(call)

    def is_called(self, contact_id: uuid.UUID, numbers: Sequence[str]) -> bool:
        return contact_id.int in self._own or any(e164 in self._others for e164 in numbers)

    def times(self, contact_id: uuid.UUID, numbers: Sequence[str]) -> Sequence[datetime]:
        """Of calls to the person, and of those to their numbers of before anybody was known behind them."""
        theirs = self._times(contact_id)
        before = [call.at for e164 in numbers for call in self._others.get(e164, ()) if call.contact_id is None] if self._others else []
        return sorted([*theirs, *before], reverse=True) if before else theirs

    def calls(self, contact_id: uuid.UUID, e164: str) -> Sequence[PastCall]:
        """Calls to the person, on whatever number, and to the number, whoever was meant."""
        theirs = list(self._own_calls(contact_id))
        others = [call for call in self._others.get(e164, ()) if call.contact_id != contact_id]
        return sorted([*theirs, *others], key=lambda call: call.at, reverse=True) if others else theirs

    def _times(self, contact_id: uuid.UUID) -> list[datetime]:
        own = self._own.get(contact_id.int)
        return [_EPOCH + timedelta(microseconds=int(at)) for at in own[0].split(",")] if own else []

    def _own_calls(self, contact_id: uuid.UUID) -> Iterable[PastCall]:
        own = self._own.get(contact_id.int)
        for at, said in zip(self._times(contact_id), own[1].split(",") if own else (), strict=True):
            e164, purpose, *end = said.split("|")
            yield PastCall(contact_id, e164, at, purpose, _ends(*end))


def _ends(network_result: str, answered_by: str, outcome: str) -> tuple[str, ...]:
    return ends_of(network_result or None, answered_by or None, outcome or None)


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
    dialled = Dialled.seen(past.times(contact_id, numbers), base.day_start, base.facts.max_per_24h, now)
    since = base.since
    if since is None:
        return dialled, ()
    calls = past.calls(contact_id, e164)
    return dialled, tuple(EarlierCall(call.at, call.e164 == e164, call.purpose, call.ends) for call in calls if call.at > since)


def _decided(base: Base, dialled: Dialled, earlier: tuple[EarlierCall, ...], now: datetime) -> Decision:
    return decide(replace(base.facts, earlier=earlier, **dialled._asdict()), now, base.rules)
