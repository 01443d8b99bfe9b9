"""How many calls may start now, in which order, and when each INVITE may leave. Pure arithmetic over counted facts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from math import floor
from uuid import UUID

import msgspec


class Priority(IntEnum):
    """Lower goes first (facts/dialer §2.5). Priority orders calls; it never passes the gate."""

    CRISIS = 0
    SINGLE = 5
    CALLBACK = 10
    RETRY = 20
    FRESH = 30


URGENT = Priority.CALLBACK
"""Up to here calls were promised to somebody: they go before all others, whichever campaign they belong to."""


@dataclass(frozen=True, slots=True)
class WorkerReport:
    """One agent worker's last heartbeat; `calls` are those that it has."""

    slots: int
    draining: bool
    registered: bool
    age: timedelta
    calls: int = 0


HEARTBEAT_TTL = timedelta(seconds=10)
"""Five missed heartbeats of 2 s: the worker is gone or cannot be relied on."""
WARM_UP = timedelta(seconds=3)
"""From dispatch to a ready agent, with room for a busy machine (facts/voice §2: 0.6–3 s)."""


def slots_offered(workers: Iterable[WorkerReport]) -> int:
    """Slots of the workers that can take a new job now."""
    return sum(w.slots for w in workers if w.registered and not w.draining and w.age <= HEARTBEAT_TTL)


def slots_there(workers: Sequence[WorkerReport]) -> int:
    """What all calls under way are held against: the slots offered, and those that calls with a draining worker keep until they end."""
    return slots_offered(workers) + sum(w.calls for w in workers if w.draining and w.age <= HEARTBEAT_TTL)


class Room(msgspec.Struct, frozen=True):
    """What is left to start within one scope; None is no limit."""

    limit: int | None
    live: int

    @property
    def left(self) -> int | None:
        return None if self.limit is None else max(0, self.limit - self.live)


def startable(*rooms: Room) -> int | None:
    """The least of what the scopes leave, or None when none of them limits."""
    lefts = [room.left for room in rooms if room.left is not None]
    return min(lefts) if lefts else None


RAMP = timedelta(seconds=30)
"""Fresh ramps lost 30 % of their INVITEs in the first 30 s at 50 calls at once, and none later (facts/dialer §2.3)."""
COLD_START = 4
"""A cold campaign begins with the slots of one agent worker."""


def slow_start(limit: int, warm_since: datetime | None, now: datetime, ramp: timedelta = RAMP) -> int:
    """How many of `limit` calls a campaign may have at once that began to warm up at `warm_since` (None: it is cold)."""
    elapsed = now - warm_since if warm_since is not None else timedelta(0)
    if elapsed >= ramp:
        return limit
    return min(limit, max(COLD_START, int(limit * (elapsed / ramp))))


def most_waiting_for_token(calls_per_second: float) -> int:
    """How many calls of a trunk may be on their way to `ready` or wait there: what it can send during one warm-up, and one more."""
    return int(calls_per_second * WARM_UP.total_seconds()) + 1


def wanted_workers(wanted_slots: int, slots_per_worker: int, least: int, most: int) -> int:
    """Workers needed for `wanted_slots` (live calls and calls that could start now), within bounds."""
    needed = -(-wanted_slots // max(1, slots_per_worker))
    return max(least, min(most, needed))


SPARE = 0.02
"""Turns are this much further apart than the pace says. A carrier counts what arrives within any second, and an INVITE leaves a little
after its turn: with 20 ms to spare in each second, `PUNCTUAL` sends never show it one call too many, and 98 % of the pace are used."""
PUNCTUAL = timedelta(milliseconds=15)
"""Whoever wakes up no later than this after its turn is on time."""
STARTS_WITHIN = timedelta(milliseconds=4)
"""From then to the INVITE's first byte, which takes about a millisecond. With `PUNCTUAL` it is what `SPARE` spares, but for a millisecond
by which this clock and the database's may be misread."""
LEAD = timedelta(milliseconds=60)
"""From the grant of a turn to the turn: the dial's commit (10 to 30 ms on a busy machine) and the last look lie between."""
AHEAD = 4 * LEAD
"""Turns are given out up to this long before: whoever wakes up a little late to ask, or whose last gate takes a while, does not delay those
behind. Short enough that the gate's word is fresh when the INVITE leaves."""
FAR_AHEAD = 6 * LEAD
"""The same where turns are close: half of it is left to whoever gets the last of the turns that several processes ask for at once."""


def ahead(apart: timedelta) -> timedelta:
    """How long before a turn it is given out, with turns `apart`.

    Where turns are far apart, nobody is given the next one before this one's INVITE should have left: who is late then takes the turn late,
    and it is not lost. Where they are close, a lost one costs little, and to be asked for late would cost more.
    """
    return FAR_AHEAD if are_close(apart) else min(AHEAD, max(2 * LEAD, apart - LEAD))


def asked_ahead(apart: timedelta) -> timedelta:
    """How long before a turn whoever has to wait asks for it.

    Before each question the gate is asked. Where turns are close, several processes that ask at once are given one turn after the other,
    because those that follow may be given out too; had they asked as soon as one may be, all but one would ask in vain.
    """
    return FAR_AHEAD / 2 if are_close(apart) else ahead(apart)


def are_close(apart: timedelta) -> bool:
    """Whether several turns are given out at a time."""
    return apart < 2 * LEAD


@dataclass(frozen=True, slots=True)
class Turn:
    """The INVITE leaves at `at`; the next one not before `next_at`."""

    at: datetime
    next_at: datetime


def spacing(calls_per_second: float) -> timedelta:
    """Between two turns."""
    return timedelta(seconds=(1 + SPARE) / calls_per_second)


def take_turn(next_at: datetime, now: datetime, calls_per_second: float) -> Turn | timedelta:
    """GCRA with burst 1: the next turn if it is near enough to be given out, else how long to wait before asking again."""
    at, apart = max(next_at, now + LEAD), spacing(calls_per_second)
    if at - now > ahead(apart):
        return at - now - asked_ahead(apart)
    return Turn(at, at + apart)


MOST_PATIENCE = timedelta(milliseconds=400)


def patience_after(late: timedelta, patience: timedelta) -> timedelta:
    """How late an INVITE may leave after its next turn, having missed one more by `late`: a machine that was late twice will be again."""
    return max(patience, min(2 * late, MOST_PATIENCE))


def moved_turn(turn: Turn, next_at: datetime, now: datetime, interval: timedelta, wider: timedelta = timedelta(0)) -> Turn:
    """The turn of somebody who missed it, with `next_at` as it is by now. The INVITE may leave later than is punctual by `wider`.

    While nobody has the turn after it, it is taken late, and all that follow move back; else it goes to the end of the line. The next turn
    keeps its `interval` from the latest moment that this INVITE may leave, so that patience costs throughput and never breaks the pace.
    """
    at = now if turn.next_at == next_at else max(next_at, now)
    return Turn(at, at + interval + wider)


def may_be_claimed(next_start_at: datetime, now: datetime, calls_per_second: float, on_their_way: int) -> int:
    """How many calls of a paced campaign may be claimed now, so that none waits for its turn longer than an agent takes to warm up.

    `on_their_way` were claimed and are not dialled yet: they take the turns before.
    """
    first = max(next_start_at, now)
    turns = floor((now + WARM_UP - first) / spacing(calls_per_second)) + 1
    return max(0, turns - on_their_way)


@dataclass(frozen=True, slots=True)
class Claimant:
    """A campaign that has calls due. `served` are the calls it was given, per unit of its weight; `urgent` and `others` what is due."""

    id: UUID
    weight: int
    served: float
    urgent: int
    others: int
    room: int


@dataclass(frozen=True, slots=True)
class Share:
    """How many calls of a campaign go next."""

    urgent: int = 0
    others: int = 0

    @property
    def total(self) -> int:
        return self.urgent + self.others


def caught_up(claimants: Sequence[Claimant]) -> list[Claimant]:
    """Whoever had nothing to call for a while saved nothing up: nobody lags more than one call of weight 1 behind the foremost."""
    foremost = max((c.served for c in claimants), default=0.0)
    return [replace(c, served=max(c.served, foremost - 1.0)) for c in claimants]


def shares(claimants: Sequence[Claimant], slots: int) -> Mapping[UUID, Share]:
    """Who gets the next `slots` calls: promised ones first, then by weight (stride scheduling).

    The campaign with the fewest calls per weight goes next, so each waits for at most one round of the others.
    """
    accounts = [_Account(c, c.served, c.room) for c in sorted(claimants, key=lambda c: c.id)]
    for is_urgent in (True, False):
        able = [a for a in accounts if a.left(is_urgent) > 0]
        while slots > 0 and able:
            # Who has one only is asked about all at once; of equals the first goes.
            calls = min(slots, able[0].left(is_urgent)) if len(able) == 1 else 1
            chosen = min(able, key=lambda a: a.served + 1 / a.claimant.weight)
            chosen.take(calls, is_urgent)
            slots -= calls
            able = [a for a in able if a.left(is_urgent) > 0]
    return {a.claimant.id: share for a in accounts if (share := Share(a.urgent, a.others)).total}


@dataclass(slots=True)
class _Account:
    """What a claimant is given while calls are shared out."""

    claimant: Claimant
    served: float
    room: int
    urgent: int = 0
    others: int = 0

    def left(self, is_urgent: bool) -> int:
        due = self.claimant.urgent - self.urgent if is_urgent else self.claimant.others - self.others
        return min(self.room, due)

    def take(self, calls: int, is_urgent: bool) -> None:
        self.urgent += calls if is_urgent else 0
        self.others += 0 if is_urgent else calls
        self.room -= calls
        self.served += calls / self.claimant.weight
