"""Whose INVITE leaves next, and when. Turns are given out by the trunk's row (and the campaign's, if it has a pace of its own) on the
database's clock, a little ahead; each process waits for its turn on its own clock, and never sends too early or unpunctually.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from structlog import get_logger

from control_plane.calls.repository import database_now
from control_plane.db.models import Campaign, Trunk
from control_plane.dialer.context import Dialer
from control_plane.dialer.protection import pace_of
from control_plane.dialer.repository import DialerRepository, Line
from control_plane.domain.call_state import CallState
from control_plane.domain.pacing import AHEAD, Turn, moved_turn, patience_after, spacing, take_turn
from control_plane.kit.clock import monotonic

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NotYet:
    """Ask again after `wait`. Behind the trunk, everybody else of the trunk waits as well; behind a slower campaign they need not."""

    wait: timedelta
    is_behind_trunk: bool


@dataclass(frozen=True, slots=True)
class MyTurn:
    """A turn that is ours once it is committed; `read_at` is this process's monotonic clock at the database's `now`."""

    trunk_id: uuid.UUID
    turn: Turn
    now: datetime
    read_at: float

    def seconds_left(self) -> float:
        """Negative when it has passed."""
        return (self.turn.at - self.now).total_seconds() - (monotonic() - self.read_at)


@asynccontextmanager
async def _at_once(dialer: Dialer) -> AsyncIterator[DialerRepository]:
    """For single statements that need no transaction around them."""
    async with dialer.sessions() as session:
        await session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        yield DialerRepository(session)


async def line_of(dialer: Dialer, call_id: uuid.UUID) -> Line | None:
    """What the call waits in; None when it is no longer ready."""
    async with _at_once(dialer) as repository:
        line = await repository.line(call_id)
    return line if line is not None and line.state == CallState.READY else None


async def until_near(dialer: Dialer, line: Line) -> None:
    """Sleep until the trunk's next turn may be asked for, as far as this process knows."""
    turn = take_turn(line.next_send_at, line.now, pace_of(line, line.now))
    left = turn.total_seconds() if isinstance(turn, timedelta) else 0.0
    last = dialer.last_turns.get(line.trunk_id)
    if last is not None:
        left = max(left, (last.turn.next_at - AHEAD - last.now).total_seconds() - (monotonic() - last.read_at))
    await asyncio.sleep(left)


async def take(repository: DialerRepository, line: Line) -> MyTurn | NotYet:
    """The next turn, if it is near and the trunk's pace is still as `line` has it. The trunk's row is locked until the transaction ends."""
    if line.calls_per_minute is not None:
        return await _take_both(repository, line)
    taken = await repository.next_turn(line, spacing(pace_of(line, line.now)))
    return NotYet(timedelta(0), is_behind_trunk=True) if taken is None else MyTurn(line.trunk_id, *taken, monotonic())


async def _take_both(repository: DialerRepository, line: Line) -> MyTurn | NotYet:
    """As `take`, when the campaign has turns of its own. Both rows are locked, the campaign's first."""
    campaign = await repository.paced_campaign(line.campaign_id)
    trunk = await repository.trunk(line.trunk_id, lock=True)
    mine = ask_turn(trunk, campaign, await repository.now())
    if isinstance(mine, MyTurn):
        await repository.send_no_sooner(trunk.id, mine.turn.next_at)
        if campaign is not None and campaign.calls_per_minute is not None:
            await repository.start_no_sooner(campaign.id, mine.turn.at + spacing(campaign.calls_per_minute / 60))
    return mine


def ask_turn(trunk: Trunk, campaign: Campaign | None, now: datetime) -> MyTurn | NotYet:
    """The next turn of the trunk (and campaign), whose rows are locked. It is taken by writing down when the one after is."""
    read_at = monotonic()
    turn = take_turn(trunk.next_send_at, now, pace_of(trunk, now))
    if isinstance(turn, timedelta):
        return NotYet(turn, is_behind_trunk=True)
    if campaign is not None and campaign.calls_per_minute is not None:
        start = take_turn(max(campaign.next_start_at, turn.at), now, campaign.calls_per_minute / 60)
        if isinstance(start, timedelta):
            return NotYet(start, is_behind_trunk=False)
        turn = Turn(start.at, turn.next_at + (start.at - turn.at))
    return MyTurn(trunk.id, turn, now, read_at)


async def keep(dialer: Dialer, mine: MyTurn) -> None:
    """Sleep until the turn. Who oversleeps it moves it first, so that the trunk never sees more than its pace.

    Each miss makes the next turn wider. On a machine so busy that nobody is ever punctual, calls would otherwise move their turns until the
    gate's word is too old, and none would be sent.
    """
    interval, patience = mine.turn.next_at - mine.turn.at, dialer.punctual
    while True:
        await asyncio.sleep(max(0.0, mine.seconds_left()))
        late = timedelta(seconds=-mine.seconds_left())
        if late <= patience:
            return
        log.info("turn_missed", trunk_id=str(mine.trunk_id), late_ms=round(late.total_seconds() * 1000))
        patience = patience_after(late, patience)
        mine = await _moved(dialer, mine, interval, patience)


async def _moved(dialer: Dialer, mine: MyTurn, interval: timedelta, patience: timedelta) -> MyTurn:
    async with dialer.sessions() as session, session.begin():
        repository = DialerRepository(session)
        trunk = await repository.trunk(mine.trunk_id, lock=True)
        now, read_at = await database_now(session), monotonic()
        turn = moved_turn(mine.turn, trunk.next_send_at, now, interval, patience)
        await repository.send_no_sooner(trunk.id, turn.next_at)
    return MyTurn(mine.trunk_id, turn, now, read_at)
