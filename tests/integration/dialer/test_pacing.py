"""Several task workers on one trunk: which turns they are given, and that no INVITE leaves before its turn.

How punctual they are on a machine of their own is measured by `make bench`; here a machine that stands still must change nothing.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from sqlalchemy import event, text, update

from control_plane.db.models import Call, Campaign, Trunk
from control_plane.dialer import place
from control_plane.dialer.context import LINING_UP, Dialer
from control_plane.dialer.departure import depart
from control_plane.dialer.protection import pace_of
from control_plane.dialer.repository import DialerRepository
from control_plane.dialer.turns import MyTurn, Start, Watch, keep, line_of, line_up, take, until_near
from control_plane.domain.pacing import PUNCTUAL, Turn, spacing
from control_plane.kit.clock import monotonic
from control_plane.telephony.port import Answered, DialResult, Leg, PermittedDial
from sip_config.contract import EventKind
from sip_config.naming import ATTRIBUTE_CALL_ID, room_name
from tests.fakes.telephony import FakeTelephony
from tests.integration.dialer.conftest import Bench
from tests.integration.dialer.test_claim import numbers

PER_SECOND, CALLS, WORKERS = 5, 32, 3
A_SECOND, A_MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HELD_UP = timedelta(milliseconds=100)


class Watched(FakeTelephony):
    """Notes when the INVITE of each call is sent; everybody answers at once."""

    def __init__(self) -> None:
        super().__init__()
        self.sent_at: dict[str, datetime] = {}

    async def legs(self, room: str) -> tuple[Leg, ...]:
        return (Leg("agent", is_agent=True, is_phone=False, call_status=""),)

    async def dial(self, order: PermittedDial) -> DialResult:
        assert order.door.passes()
        self.sent_at[order.attributes[ATTRIBUTE_CALL_ID]] = datetime.now(UTC)
        self.sent.append(order)
        return Answered()


async def ready_calls(bench: Bench, **columns: object) -> None:
    """As many calls as there are contacts, each with its agent ready."""
    await bench.make_world(*numbers(CALLS), slots=CALLS, **columns)
    while await bench.tick():
        for call in await bench.calls():
            if call.state == "queued":
                await bench.agent_says(await bench.dispatch(call), EventKind.READY)


async def place_all(bench: Bench) -> list[Call]:
    """The calls in the order of their turns, each sent once and not before its turn. Turns stand, however late their INVITEs leave."""
    telephony, patience = Watched(), {"ramp": timedelta(0), "punctual": A_MINUTE, "send_within": A_MINUTE}
    made = [Dialer(bench.dialer.sessions, bench.queue, bench.dialer.clock, telephony, **patience) for _ in range(WORKERS)]
    ready = [call for call in await bench.calls() if call.state == "ready"]
    await asyncio.gather(*(place.place(made[i % WORKERS], call.id) for i, call in enumerate(ready)))
    calls = sorted(await bench.calls(), key=turn_of)
    assert len(telephony.sent) == len(telephony.sent_at) == len(calls)
    assert all(telephony.sent_at[str(call.id)] >= turn_of(call) for call in calls)
    return calls


def turn_of(call: Call) -> datetime:
    assert call.dialing_at is not None
    return call.dialing_at


async def test_no_sliding_second_holds_more_turns_than_the_trunks_pace(bench: Bench) -> None:
    await ready_calls(bench, calls_per_second=100)
    async with bench.dialer.sessions.begin() as session:
        (trunk,) = {call.trunk_id for call in await bench.calls()}
        row = await session.get_one(Trunk, trunk)
        row.calls_per_second = PER_SECOND
    turns = [turn_of(call) for call in await place_all(bench)]
    assert len(turns) == CALLS
    assert min(later - earlier for earlier, later in zip(turns, turns[PER_SECOND:], strict=False)) > A_SECOND
    assert min(later - earlier for earlier, later in pairwise(turns)) >= spacing(PER_SECOND)


async def test_a_campaigns_own_pace_spaces_its_turns_on_a_faster_trunk(bench: Bench) -> None:
    await bench.make_world(*numbers(4), slots=4, calls_per_minute=120)
    await bench.tick()
    for call in await bench.calls():
        await bench.agent_says(await bench.dispatch(call), EventKind.READY)
    turns = [turn_of(call) for call in await place_all(bench)]
    assert len(turns) == 4
    assert min(later - earlier for earlier, later in zip(turns, turns[2:], strict=False)) > A_SECOND


@pytest.mark.parametrize("calls_per_minute", [None, 120])
async def test_whoever_takes_a_turn_and_then_stands_still_loses_the_trunks_row(bench: Bench, calls_per_minute: int | None) -> None:
    """Everybody who dials by the trunk waits for it. That PostgreSQL ends such a transaction is shown with the claim's."""
    await bench.make_world(*numbers(1), calls_per_minute=calls_per_minute)
    call, _ = await bench.ready_call()
    async with bench.dialer.sessions.begin() as session:
        line = await line_of(bench.dialer, call.id)
        assert line is not None
        assert isinstance(await take(DialerRepository(session), line, bench.dialer.database_clock), MyTurn)
        assert await session.scalar(text("show idle_in_transaction_session_timeout")) == "5s"


async def test_whoever_misses_a_turn_moves_it_and_all_that_follow(bench: Bench) -> None:
    world = await bench.make_world()
    async with bench.dialer.unit() as unit:
        now = unit.now
    missed = Turn(now - A_SECOND, now - A_SECOND + spacing(PER_SECOND))
    hasty = Dialer(bench.dialer.sessions, bench.queue, bench.dialer.clock, bench.telephony)
    on_time: list[bool] = []

    async def leave(watch: Watch) -> str | None:
        on_time.append(await watch.is_on_time())
        return "sent" if on_time[-1] else None

    assert await keep(hasty, MyTurn(world.trunk.id, missed, now, monotonic()), leave) == "sent"
    assert (on_time[0], on_time[-1]) == (False, True)
    async with bench.dialer.sessions() as session:
        assert (await session.get_one(Trunk, world.trunk.id)).next_send_at >= now + spacing(PER_SECOND)


async def test_nothing_else_of_the_process_comes_between_the_look_at_the_clock_and_the_invite(bench: Bench) -> None:
    await bench.make_world(*numbers(1))
    call, _ = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Answered())
    await place.place(bench.dialer, call.id)
    (sent,) = bench.telephony.sent
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Call).values(state="dialing"))
    happened: list[str] = []

    class Noting(Watched):
        async def dial(self, order: PermittedDial) -> DialResult:
            happened.append("sent")
            return await super().dial(order)

    class Now(Watch):
        async def is_on_time(self) -> bool:
            asyncio.get_running_loop().call_soon(happened.append, "something else")
            happened.append("on time")
            return True

    async with bench.dialer.unit() as unit:
        turn = MyTurn(call.trunk_id, Turn(unit.now, unit.now), unit.now, monotonic())
    assert await depart(replace(bench.dialer, telephony=Noting()), sent, Now(turn, A_MINUTE)) == Answered()
    assert happened[:2] == ["on time", "sent"]


class HeldUp(FakeTelephony):
    """A process that is stopped between its turn and the first byte of its request, the first time."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    async def dial(self, order: PermittedDial) -> DialResult:
        self.asked += 1
        if self.asked == 1:
            await asyncio.sleep(HELD_UP.total_seconds())
        return await super().dial(order)


async def test_an_invite_that_is_held_up_behind_its_turn_stays_and_leaves_at_a_later_one(bench: Bench) -> None:
    telephony = bench.telephony = bench.dialer.telephony = HeldUp()
    bench.dialer.punctual = PUNCTUAL
    world = await bench.make_world(*numbers(1))
    call, _ = await bench.ready_call()
    telephony.answer(room_name(str(call.id)), Answered())
    await place.place(bench.dialer, call.id)
    (called,) = await bench.calls()
    assert (len(telephony.sent), called.state, telephony.asked > 1) == (1, "in_progress", True)
    async with bench.dialer.sessions() as session:
        assert (await session.get_one(Trunk, world.trunk.id)).next_send_at > turn_of(called) + HELD_UP


async def test_a_campaigns_next_invite_keeps_its_distance_from_one_that_was_held_up(bench: Bench) -> None:
    telephony = bench.telephony = bench.dialer.telephony = HeldUp()
    bench.dialer.punctual = PUNCTUAL
    world = await bench.make_world(*numbers(1), calls_per_minute=60)
    call, _ = await bench.ready_call()
    telephony.answer(room_name(str(call.id)), Answered())
    await place.place(bench.dialer, call.id)
    (called,) = await bench.calls()
    assert (len(telephony.sent), called.state) == (1, "in_progress")
    async with bench.dialer.sessions() as session:
        assert (await session.get_one(Campaign, world.campaign.id)).next_start_at >= turn_of(called) + HELD_UP + spacing(1)


async def test_who_misses_a_turn_of_a_slow_campaign_after_which_others_come_first_sends_nothing_and_delays_nobody(bench: Bench) -> None:
    world = await bench.make_world(calls_per_minute=6)
    async with bench.dialer.unit() as unit:
        now = unit.now
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Campaign).values(next_start_at=now + timedelta(seconds=20)))
    missed = Turn(now - A_SECOND, now - A_SECOND + spacing(PER_SECOND))
    mine = MyTurn(world.trunk.id, missed, now, monotonic(), Start(world.campaign.id, now + timedelta(seconds=10)))
    hasty = Dialer(bench.dialer.sessions, bench.queue, bench.dialer.clock, bench.telephony)

    async def leave(watch: Watch) -> str | None:
        return "sent" if await watch.is_on_time() else None

    assert await keep(hasty, mine, leave) is None
    async with bench.dialer.sessions() as session:
        assert (await session.get_one(Trunk, world.trunk.id)).next_send_at <= now


async def test_no_turn_is_taken_at_a_pace_that_the_trunk_has_lost_meanwhile(bench: Bench) -> None:
    world = await bench.make_world(*numbers(1), calls_per_second=4)
    call, _ = await bench.ready_call()
    async with bench.dialer.sessions() as session, session.begin():
        repository = DialerRepository(session)
        line = await repository.line(call.id)
        assert line is not None
        await session.execute(update(Trunk).where(Trunk.id == world.trunk.id).values(rate_factor=Decimal("0.5"), throttled_at=line.now))
        assert await repository.next_turn(line, spacing(pace_of(line, line.now))) is None
        slower = await repository.line(call.id)
        assert slower is not None
        assert pace_of(slower, slower.now) < 4
        taken = await repository.next_turn(slower, spacing(pace_of(slower, slower.now)))
    assert taken is not None
    turn, now = taken
    assert turn.at > now
    assert turn.next_at - turn.at == spacing(pace_of(slower, slower.now))


async def test_who_was_told_long_ago_how_long_to_wait_does_not_wait_for_that_once_more(bench: Bench) -> None:
    """It waits behind others of its process: once it is the first of them, what was true when it lined up is past."""
    world = await bench.make_world(*numbers(1), calls_per_second=PER_SECOND)
    call, _ = await bench.ready_call()
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Trunk).where(Trunk.id == world.trunk.id).values(next_send_at=datetime.now(UTC) + A_MINUTE))
    line = await line_of(bench.dialer, call.id)
    assert line is not None
    assert line.next_send_at - line.now > A_MINUTE - HELD_UP * 50
    await asyncio.wait_for(until_near(bench.dialer, replace(line, read_at=line.read_at - A_MINUTE.total_seconds())), 10)


async def test_however_many_line_up_at_once_they_leave_connections_to_those_whose_turn_is_near(bench: Bench) -> None:
    await ready_calls(bench)
    most, pool = 0, bench.engine.sync_engine.pool

    def note(*_: object) -> None:
        nonlocal most
        most = max(most, pool.checkedout())  # type: ignore[attr-defined]

    event.listen(bench.engine.sync_engine, "checkout", note)
    lines = await asyncio.gather(*(line_up(bench.dialer, call.id) for call in await bench.calls()))
    event.remove(bench.engine.sync_engine, "checkout", note)
    assert (len(lines), None in lines, most) == (CALLS, False, LINING_UP)
