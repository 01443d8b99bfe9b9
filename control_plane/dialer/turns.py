"""Whose INVITE leaves next, and when. Turns are given out by the trunk's row (and the campaign's, if it has a pace of its own) on the
database's clock, a little ahead; each process waits for its turn on its own clock, and never sends too early or unpunctually.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from structlog import get_logger

from control_plane.calls.repository import database_now
from control_plane.db.models import Campaign, Trunk
from control_plane.dialer.context import Dialer
from control_plane.dialer.database_clock import DatabaseClock
from control_plane.dialer.protection import pace_of
from control_plane.dialer.repository import DialerRepository, Line
from control_plane.domain.call_state import CallState
from control_plane.domain.pacing import STARTS_WITHIN, Turn, ahead, are_close, asked_ahead, moved_turn, patience_after, spacing, take_turn
from control_plane.kit.clock import monotonic

log = get_logger(__name__)
_Sent = TypeVar("_Sent")


@dataclass(frozen=True, slots=True)
class NotYet:
    """Ask again after `wait`. Behind the trunk, everybody else of the trunk waits as well; behind a slower campaign they need not."""

    wait: timedelta
    is_behind_trunk: bool


@dataclass(frozen=True, slots=True)
class Start:
    """The same turn in the line of a campaign that has its own pace, whose next one is at `next_at`."""

    campaign_id: uuid.UUID
    next_at: datetime


@dataclass(frozen=True, slots=True)
class MyTurn:
    """A turn that is ours once it is committed; `read_at` is this process's monotonic clock at the database's `now`."""

    trunk_id: uuid.UUID
    turn: Turn
    now: datetime
    read_at: float
    start: Start | None = None
    """None for a campaign without a pace of its own, and outside campaigns."""

    def seconds_left(self) -> float:
        """Negative when it has passed."""
        return (self.turn.at - self.now).total_seconds() - (monotonic() - self.read_at)


@asynccontextmanager
async def _at_once(dialer: Dialer) -> AsyncIterator[DialerRepository]:
    """For single statements that need no transaction around them."""
    async with dialer.sessions() as session:
        await session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        yield DialerRepository(session)


async def line_up(dialer: Dialer, call_id: uuid.UUID) -> Line | None:
    """As `line_of`, for one of many."""
    async with dialer.lining_up:
        return await line_of(dialer, call_id)


async def line_of(dialer: Dialer, call_id: uuid.UUID) -> Line | None:
    """What the call waits in; None when it is no longer ready."""
    async with _at_once(dialer) as repository:
        asked_at = monotonic()
        line = await repository.line(call_id)
        answered_at = monotonic()
    if line is None or line.state != CallState.READY:
        return None
    return replace(line, read_at=dialer.database_clock.when(line.now, asked_at, answered_at))


async def until_near(dialer: Dialer, line: Line) -> None:
    """Sleep until the trunk's next turn may be asked for, as far as this process knows."""
    pace = pace_of(line, line.now)
    turn = take_turn(line.next_send_at, line.now, pace)
    asks_at = line.read_at + turn.total_seconds() if isinstance(turn, timedelta) else line.read_at
    last = dialer.last_turns.get(line.trunk_id)
    if last is not None:
        asks_at = max(asks_at, last.read_at + (last.turn.next_at - asked_ahead(spacing(pace)) - last.now).total_seconds())
    await asyncio.sleep(asks_at - monotonic())


async def take(repository: DialerRepository, line: Line, clock: DatabaseClock) -> MyTurn | NotYet:
    """The next turn, if it is near and the trunk's pace is still as `line` has it. The trunk's row is locked until the transaction ends."""
    if line.calls_per_minute is not None:
        return await _take_both(repository, line, clock)
    asked_at = monotonic()
    taken = await repository.next_turn(line, spacing(pace_of(line, line.now)))
    if taken is None:
        return NotYet(timedelta(0), is_behind_trunk=True)
    turn, now = taken
    return MyTurn(line.trunk_id, turn, now, clock.when(now, asked_at, monotonic()))


async def _take_both(repository: DialerRepository, line: Line, clock: DatabaseClock) -> MyTurn | NotYet:
    """As `take`, when the campaign has turns of its own. Both rows are locked, the campaign's first."""
    campaign = await repository.paced_campaign(line.campaign_id)
    trunk = await repository.trunk(line.trunk_id, lock=True)
    asked_at = monotonic()
    now = await repository.now_locked()
    mine = ask_turn(trunk, campaign, now, clock.when(now, asked_at, monotonic()))
    if isinstance(mine, MyTurn):
        await repository.send_no_sooner(trunk.id, mine.turn.next_at)
        if mine.start is not None:
            await repository.start_no_sooner(mine.start.campaign_id, mine.start.next_at)
    return mine


def ask_turn(trunk: Trunk, campaign: Campaign | None, now: datetime, read_at: float) -> MyTurn | NotYet:
    """The next turn of the trunk (and campaign), whose rows are locked. It is taken by writing down when the one after is."""
    turn = take_turn(trunk.next_send_at, now, pace_of(trunk, now))
    if isinstance(turn, timedelta):
        return NotYet(turn, is_behind_trunk=True)
    if campaign is None or campaign.calls_per_minute is None:
        return MyTurn(trunk.id, turn, now, read_at)
    start = take_turn(max(campaign.next_start_at, turn.at), now, campaign.calls_per_minute / 60)
    if isinstance(start, timedelta):
        return NotYet(start, is_behind_trunk=False)
    return MyTurn(trunk.id, _put_off(turn, start.at), now, read_at, Start(campaign.id, start.next_at))


def _put_off(turn: Turn, at: datetime) -> Turn:
    """The turn, taken at `at` only."""
    return Turn(at, turn.next_at + (at - turn.at))


LOOK = timedelta(milliseconds=30)
"""Before the turn: the last look into the database (5 to 20 ms on a busy machine) is over when the turn comes."""
EARLY_LOOK = 2 * LOOK
"""The same where turns are close: others have the next ones then, so that a turn that is missed for a look of 50 ms is lost."""


async def keep(dialer: Dialer, mine: MyTurn, leave: Callable[["Watch"], Awaitable[_Sent | None]]) -> _Sent | None:
    """Let `leave` send at the turn. It is called a little before, makes ready, awaits `is_on_time`, and sends at once; None: it was late.
    Who oversleeps the turn moves it first, so that trunk and campaign never see more than their pace, and makes ready again. None when
    there is no turn near any more: others of a slow campaign have come first.

    Each miss but the first makes the next turn wider. On a machine so busy that nobody is ever punctual, calls would otherwise move their
    turns until the gate's word is too old, and none would be sent.
    """
    interval, patience, has_missed = mine.turn.next_at - mine.turn.at, dialer.punctual, False
    look = EARLY_LOOK if are_close(interval) else LOOK
    while True:
        await asyncio.sleep(max(0.0, mine.seconds_left() - look.total_seconds()))
        watch = Watch(mine, patience)
        if (sent := await leave(watch)) is not None:
            return sent
        log.info("turn_missed", trunk_id=str(mine.trunk_id), late_ms=round(watch.late.total_seconds() * 1000))
        patience, has_missed = patience_after(watch.late, patience) if has_missed else patience, True
        moved = await _moved(dialer, mine, interval, patience - dialer.punctual)
        if moved is None:
            return None
        mine = moved


@dataclass(slots=True)
class Watch:
    """Watches a turn, and how late somebody was for it."""

    mine: MyTurn
    patience: timedelta
    late: timedelta = timedelta(0)

    async def is_on_time(self) -> bool:
        """Sleep until the turn. False when it was overslept: nothing may be sent."""
        await asyncio.sleep(self.seconds_left())
        return self._is_within(self.patience)

    def seconds_left(self) -> float:
        """Until the turn; none when it has come."""
        return max(0.0, self.mine.seconds_left())

    def is_leaving_on_time(self) -> bool:
        """Asked where the INVITE's first byte leaves: a process may have been stopped since it woke up."""
        return self._is_within(self.patience + STARTS_WITHIN)

    def _is_within(self, patience: timedelta) -> bool:
        self.late = timedelta(seconds=max(0.0, -self.mine.seconds_left()))
        return self.late <= patience


async def _moved(dialer: Dialer, mine: MyTurn, interval: timedelta, wider: timedelta) -> MyTurn | None:
    async with dialer.sessions() as session, session.begin():
        repository = DialerRepository(session)
        campaign = await repository.paced_campaign(mine.start.campaign_id) if mine.start is not None else None
        trunk = await repository.trunk(mine.trunk_id, lock=True)
        asked_at = monotonic()
        now = await database_now(session)
        read_at = dialer.database_clock.when(now, asked_at, monotonic())
        # After the look that is made once more.
        turn, start = moved_turn(mine.turn, trunk.next_send_at, now + LOOK, interval, wider), None
        if campaign is not None and campaign.calls_per_minute is not None and mine.start is not None:
            apart = spacing(campaign.calls_per_minute / 60)
            own = moved_turn(Turn(mine.turn.at, mine.start.next_at), campaign.next_start_at, turn.at, apart, wider)
            if own.at - turn.at > ahead(apart):
                return None
            turn, start = _put_off(turn, own.at), Start(campaign.id, own.next_at)
            await repository.start_no_sooner(campaign.id, own.next_at)
        await repository.send_no_sooner(trunk.id, turn.next_at)
    return MyTurn(mine.trunk_id, turn, now, read_at, start)
