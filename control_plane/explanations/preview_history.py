"""What earlier calls add to what the gate knows of somebody in a preview. Pure.

People who are alike but for their earlier calls share everything else: the facts of one of them serve all, with each one's own calls put
in, and what the gate objects to whatever calls were made is asked once for all of them. Most histories change nothing, and equal ones
change the same, so few have to be decided anew. Times are counted as integers: there are many, and few are ever told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from msgspec.structs import replace

from control_plane.calls.gate import ROLLING, Dialled, counted_day
from control_plane.domain.decision import Decision, Never, Wait
from control_plane.domain.eligibility import decide_after, standing
from control_plane.domain.facts import EarlierCall, Facts
from control_plane.domain.frequency import counted
from control_plane.domain.rule_values import ends_of
from control_plane.domain.rules import Rules
from control_plane.explanations.alike import Person
from control_plane.explanations.obstacles import best

Said = Mapping[int, str]
"""`time|number|purpose|network_result|answered_by|outcome` of each call to some people, newest first and separated by commas, by the
integers of the people's ids (they hash many times faster than the ids). `Person.others_called` has the same words, each behind a `1|` or,
where nobody was known behind the number, a `0|`."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PastCall(NamedTuple):
    """A counting call that was dialled, at a time in microseconds."""

    at: int
    e164: str
    purpose: str
    ends: tuple[str, ...]

    @classmethod
    def read(cls, words: str) -> "PastCall":
        at, e164, purpose, network_result, answered_by, outcome = words.split("|")
        return cls(int(at), e164, purpose, ends_of(network_result or None, answered_by or None, outcome or None))


def times_of(person: Person) -> Sequence[int]:
    """Newest first: of calls to the person, and of those to their numbers of before anybody was known behind them."""
    own = _own_times(person)
    before = [call.at for is_known, call in _calls_of_others(person) if not is_known] if person.others_called else ()
    return sorted([*own, *before], reverse=True) if before else own


def calls_of(person: Person, e164: str, said: Said) -> Sequence[PastCall]:
    """Newest first: calls to the person, on whatever number, and to the number, whoever was meant."""
    told = said.get(person.id.int)
    own = [PastCall.read(words) for words in told.split(",")] if told else []
    others = [call for _, call in _calls_of_others(person) if call.e164 == e164]
    return sorted([*own, *others], key=lambda call: call.at, reverse=True) if others else own


def _most_since(person: Person, e164: str, since: int) -> int:
    """No fewer than `calls_of` has after that moment."""
    own = sum(at > since for at in _own_times(person))
    return own + sum(call.e164 == e164 for _, call in _calls_of_others(person)) if person.others_called else own


def _own_times(person: Person) -> list[int]:
    return [int(at) for at in person.called.split(",")] if person.called else []


def _calls_of_others(person: Person) -> Iterator[tuple[bool, PastCall]]:
    """Each with whether somebody was known behind the number."""
    for words in person.others_called.split(",") if person.others_called else ():
        is_known, _, call = words.partition("|")
        yield is_known == "1", PastCall.read(call)


def micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _moment(at: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at)


_Counts = tuple[int, int, int | None]
"""Calls of the day, calls of the last 24 hours, and the one that must leave these before another one fits in."""


@dataclass(frozen=True, slots=True)
class Base:
    """All that the gate knows at `now` about one number of people who are alike, but for their earlier calls, and what it objects to
    without them. In microseconds `day_start`, of their calendar day, and `since`, how far back the rules look; `least`: fewer calls than
    these change nothing to them."""

    facts: Facts
    rules: Rules
    now: datetime
    stands: Sequence[Wait | Never]
    day_start: int
    since: int
    least: int | None

    @classmethod
    def of(cls, gathered: Facts, rules: Rules, now: datetime) -> "Base":
        facts = replace(gathered, earlier=(), **Dialled()._asdict())
        counts = [limit.count for limit in rules.limits]
        least = 1 if rules.cool_downs else min(counts, default=None)
        since = micros(now - rules.reach)
        return cls(facts, rules, now, standing(facts, now, rules), micros(counted_day(facts, now)), since, least)

    def looks_at(self, person: Person, e164: str) -> bool:
        """Whether enough calls were made for the rules to look at them."""
        return self.least is not None and _most_since(person, e164, self.since) >= self.least

    def earlier(self, person: Person, e164: str, said: Said) -> tuple[EarlierCall, ...]:
        """The calls that the rules look at; none where there are too few to matter."""
        if not self.looks_at(person, e164):
            return ()
        calls = (call for call in calls_of(person, e164, said) if call.at > self.since)
        return tuple(EarlierCall(_moment(call.at), call.e164 == e164, call.purpose, call.ends) for call in calls)

    def decided(self, counts: _Counts = (0, 0, None), earlier: tuple[EarlierCall, ...] = ()) -> Decision:
        """The gate's word after these calls."""
        today, rolling, last = counts
        dialled = Dialled(today, rolling, None if last is None else _moment(last) + ROLLING)
        facts = replace(self.facts, earlier=earlier, **dialled._asdict())
        return decide_after(self.stands, facts, self.now, self.rules)


@dataclass(slots=True)
class Kind:
    """People who are alike but for their earlier calls: the gate's word on those without any, and where their first number is. In
    microseconds `day_ago`, when the last 24 hours began."""

    bases: Sequence[Base]
    decision: Decision
    zone: str
    day_ago: int
    looks_back: bool
    """Whether calls can change anything for them beside the caps of a day and of 24 hours."""
    _known: dict[tuple[_Counts, ...], Decision] = field(default_factory=dict)

    @classmethod
    def of(cls, gathered: Sequence[tuple[Facts, Rules]], now: datetime) -> "Kind":
        """From what was gathered of one of them, whose own calls are left out."""
        bases = [Base.of(facts, rules, now) for facts, rules in gathered]
        zone = next((base.facts.time_zones[0] for base in bases if base.facts.time_zones), "")
        decision = best([base.decided() for base in bases])
        looks_back = not isinstance(decision, Never) and any(base.least is not None for base in bases)
        return cls(bases, decision, zone, micros(now - ROLLING), looks_back)

    def looks_at(self, person: Person) -> bool:
        """Whether the word on one of them depends on what their calls were, and not on when they were alone."""
        return any(base.looks_at(person, e164) for base, e164 in zip(self.bases, person.e164s, strict=True))

    def decision_on(self, person: Person, said: Said) -> Decision:
        """The gate's word on one of them. Calls only put off, so what may never be stays so."""
        if isinstance(self.decision, Never) or not (person.called or person.others_called):
            return self.decision
        times = times_of(person)
        counts = tuple([counted(times, base.day_start, self.day_ago, base.facts.max_per_24h) for base in self.bases])
        if self.looks_back and (earlier := self._earlier(person, said)) is not None:
            return best([base.decided(of, calls) for base, of, calls in zip(self.bases, counts, earlier, strict=True)])
        known = self._known.get(counts)
        if known is None:
            known = best([base.decided(of) for base, of in zip(self.bases, counts, strict=True)])
            # Mere counts are few; times of calls are everybody's own, and would only be kept for nobody.
            if all(last is None for _, _, last in counts):
                self._known[counts] = known
        return known

    def _earlier(self, person: Person, said: Said) -> list[tuple[EarlierCall, ...]] | None:
        """By number the calls that rules look at; None where no rule does."""
        earlier = [base.earlier(person, e164, said) for base, e164 in zip(self.bases, person.e164s, strict=True)]
        return earlier if any(earlier) else None
