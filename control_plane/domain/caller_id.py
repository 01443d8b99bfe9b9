"""Which of a campaign's numbers calls a contact, and how a number's reputation is judged. Pure: facts in, a choice with its reasons out.

Analytics companies score a number by its pace, its short calls and how seldom it is answered, and carriers block by that score
(facts/dialer §2.6). So a number has a daily cap that grows over its first days, a contact is always called by the same number where
that is possible, a blocked number rests, and one that nobody picks up any more is put aside until a person has looked at it.
"""

import math
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

DEFAULT_DAILY_CAP = 60
FIRST_DAY_CAP = 15
WARM_UP_DAYS = 5
"""15 calls on the first day, 60 from the fifth on (facts/dialer §2.6). A cap that a person has set is taken as it is."""


@dataclass(frozen=True, slots=True)
class Rests:
    """How long a block keeps number and contact apart, and the contact from being called at all."""

    number: timedelta
    contact: timedelta


RESTS = Rests(timedelta(days=7), timedelta(days=1))
REHEARSAL_RESTS = Rests(timedelta(seconds=10), timedelta(seconds=2))
"""The same shape in seconds, like the rehearsal's retry ladder."""
LOOK_AGAIN = timedelta(minutes=10)
"""When the end of an obstacle is not known, because a person has to remove it."""
BLOCKS_PER_DAY = 2
"""So many blocks within a day are no accident of one callee's phone: the number is quarantined."""


class CallerNumber(msgspec.Struct, frozen=True):
    """One of a campaign's numbers, as it is now. It belongs to the campaign's workspace, on a trunk of the campaign's kind."""

    id: uuid.UUID
    trunk_id: uuid.UUID
    is_rehearsal: bool
    health: str
    rests_until: datetime | None
    cap: int | None
    calls_today: int

    @property
    def share_used(self) -> float:
        return self.calls_today / self.cap if self.cap else 0.0


class ContactHistory(msgspec.Struct, frozen=True):
    """What earlier calls to a contact mean for who may call now."""

    last_number_id: uuid.UUID | None = None
    failed_trunk_id: uuid.UUID | None = None
    """The trunk in whose network the last call got lost."""
    blocked_at: Mapping[uuid.UUID, datetime] = msgspec.field(default_factory=dict)
    """Numbers whose last call to this contact was blocked by analytics, and when."""


class Choice(msgspec.Struct, frozen=True):
    """This number calls. `why` is a stable code, `sentence` for people, `passed_over` what kept the others."""

    number_id: uuid.UUID
    why: str
    sentence: str
    passed_over: Mapping[uuid.UUID, str]

    def plain(self, number: CallerNumber) -> dict[str, Any]:
        """As it is stored on the call."""
        others = [{"number_id": str(number_id), "sentence": sentence} for number_id, sentence in self.passed_over.items()]
        today = {"calls_today": number.calls_today, "daily_cap": number.cap}
        return {"why": self.why, "sentence": self.sentence, **today, "passed_over": others}


@dataclass(frozen=True, slots=True)
class NoCaller:
    """None of the numbers may call. `until` is None when only a line of a trunk is lacking, which may come at any moment."""

    until: datetime | None
    sentences: tuple[str, ...]


def daily_cap(daily_cap: int | None, first_used_at: datetime | None, now: datetime, *, is_rehearsal: bool) -> int | None:
    """Calls that a number may make today; None is no limit, which only rehearsals have."""
    if daily_cap is not None:
        return daily_cap
    if is_rehearsal:
        return None
    day = 0 if first_used_at is None else max(0, (now - first_used_at).days)
    if day >= WARM_UP_DAYS - 1:
        return DEFAULT_DAILY_CAP
    return FIRST_DAY_CAP + (DEFAULT_DAILY_CAP - FIRST_DAY_CAP) * day // (WARM_UP_DAYS - 1)


def choose(
    numbers: Sequence[CallerNumber],
    contact_id: uuid.UUID,
    history: ContactHistory,
    now: datetime,
    *,
    day_ends_at: datetime,
    has_room: Callable[[uuid.UUID], bool],
) -> Choice | NoCaller:
    """The number that calls this contact now.

    The one that called last, unless its trunk has just failed; else the one whose day is least used up. `has_room` says of a trunk
    whether another call may start on it.
    """
    obstacles = {n.id: obstacle for n in numbers if (obstacle := _obstacle(n, history, now, day_ends_at)) is not None}
    pause = _contact_pause(numbers, history, now)
    if pause is not None:
        return NoCaller(pause, ("A call to this contact was blocked; the next one waits, and comes from another number.",))
    free = [number for number in numbers if number.id not in obstacles]
    able = [number for number in free if has_room(number.trunk_id)]
    passed_over = {number_id: sentence for number_id, (_, sentence) in obstacles.items()}
    passed_over |= {number.id: "Its trunk has no line free." for number in free if number not in able}
    if able:
        return _best(able, contact_id, history, passed_over)
    if free:
        return NoCaller(None, ("No trunk has a line free.",))
    until = min((until for until, _ in obstacles.values()), default=now + LOOK_AGAIN)
    return NoCaller(until, tuple(dict.fromkeys(passed_over.values())) or ("The campaign has no number to call from.",))


def _best(able: Sequence[CallerNumber], contact_id: uuid.UUID, history: ContactHistory, passed_over: Mapping[uuid.UUID, str]) -> Choice:
    elsewhere = [number for number in able if number.trunk_id != history.failed_trunk_id]
    usual = next((number for number in elsewhere or able if number.id == history.last_number_id), None)
    if usual is not None:
        return Choice(usual.id, "sticky", "It called this contact the last time.", passed_over)
    # Ties go by the contact, so that a contact without history meets the same number whatever the order of claims.
    best = min(elsewhere or able, key=lambda number: (number.share_used, (number.id.int ^ contact_id.int) % 9973))
    if history.failed_trunk_id is not None and elsewhere:
        return Choice(best.id, "other_trunk", "The last call got lost in the network of another trunk.", passed_over)
    if history.last_number_id is not None:
        return Choice(best.id, "replacement", "The number that called this contact the last time cannot call now.", passed_over)
    return Choice(best.id, "least_used", "Of the numbers that may call, the least of its day is used.", passed_over)


def _obstacle(number: CallerNumber, history: ContactHistory, now: datetime, day_ends_at: datetime) -> tuple[datetime, str] | None:
    """Until when, and why, this number may not call this contact."""
    if number.health == "quarantined":
        return now + LOOK_AGAIN, "It is quarantined until a person has looked at it."
    if number.health == "resting" and number.rests_until is not None and number.rests_until > now:
        return number.rests_until, "It rests after a block."
    blocked = history.blocked_at.get(number.id)
    if blocked is not None and now < blocked + _rests(number).number:
        return blocked + _rests(number).number, "Its last call to this contact was blocked."
    if number.cap is not None and number.calls_today >= number.cap:
        return day_ends_at, f"Its {number.cap} calls of the day are made."
    return None


def _contact_pause(numbers: Sequence[CallerNumber], history: ContactHistory, now: datetime) -> datetime | None:
    """A block is not to be evaded by calling at once from somewhere else."""
    if not history.blocked_at or not numbers:
        return None
    until = max(history.blocked_at.values()) + _rests(numbers[0]).contact
    return until if until > now else None


def _rests(number: CallerNumber) -> Rests:
    return REHEARSAL_RESTS if number.is_rehearsal else RESTS


ENOUGH_CALLS = 40
LEAST_SHARE_OF_POOL = 0.6
MOST_SHORT_CALLS = 0.10
SHORT_CALL = timedelta(seconds=12)
REVIEW_WINDOW = timedelta(days=2)
"""facts/dialer §2.6: an answer rate under 60 % of the pool's over two days, or more than a tenth of calls of 12 s or less."""
_Z = 1.96  # 95 %


@dataclass(frozen=True, slots=True)
class NumberRecord:
    """What a number's calls of the review window met. `reached` counts calls that the callee's network had a say in."""

    id: uuid.UUID
    reached: int
    answered: int
    short: int
    """Answered calls that were over within `SHORT_CALL`."""


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson's, which also holds for few trials and shares near 0)."""
    if trials == 0:
        return 0.0, 1.0
    share, z2 = successes / trials, _Z * _Z
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = _Z / (1 + z2 / trials) * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials))
    return max(0.0, middle - half), min(1.0, middle + half)


def quarantines(pool: Iterable[NumberRecord]) -> dict[uuid.UUID, str]:
    """The numbers of a pool that must not call any more, with the reason as a sentence.

    The answer rate must lie under the limit with its whole interval: a few unlucky calls are no reputation.
    """
    pool = list(pool)
    reached, answered = sum(n.reached for n in pool), sum(n.answered for n in pool)
    limit = LEAST_SHARE_OF_POOL * answered / reached if reached else 0.0
    found: dict[uuid.UUID, str] = {}
    for number in pool:
        if number.reached >= ENOUGH_CALLS and wilson(number.answered, number.reached)[1] < limit:
            found[number.id] = (
                f"{_percent(number.answered, number.reached)} of its calls of two days were answered, of all {_percent(answered, reached)}."
            )
        elif number.answered >= ENOUGH_CALLS and number.short > MOST_SHORT_CALLS * number.answered:
            found[number.id] = f"{_percent(number.short, number.answered)} of its answered calls were over within {SHORT_CALL.seconds} s."
    return found


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %"
