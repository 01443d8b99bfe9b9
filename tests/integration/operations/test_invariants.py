"""What must never be is found, and a platform that does what it should is never accused."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from control_plane.dialer import place
from control_plane.health.metrics import metrics_page
from control_plane.kit.ids import new_id
from control_plane.operations.figures import WINDOW
from control_plane.operations.invariants import Watch, violations
from control_plane.operations.repository import INVARIANTS, OperationsRepository
from control_plane.operations.tasks import tidy_rooms
from control_plane.telephony.port import Answered, Dispatch, TelephonyError
from sip_config.contract import EventKind
from sip_config.naming import room_name
from tests.fakes.telephony import FakeTelephony
from tests.integration.dialer.conftest import Bench, bench

__all__ = ["bench"]

ONE, TWO = "+12025550101", "+12025550102"
OF_ROOMS = {"room_without_call", "call_without_room"}


class Hanging(FakeTelephony):
    """A LiveKit that takes a question and never answers."""

    async def rooms(self) -> tuple[str, ...]:
        await asyncio.Event().wait()
        raise AssertionError("nobody answers")


async def talking(bench: Bench):
    await bench.make_world(ONE)
    call, ticket = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Answered())
    await place.place(bench.dialer, call.id)
    bench.telephony.agent_joins(room_name(str(call.id)))
    return call, ticket


async def broken(bench: Bench) -> set[str]:
    found = await violations(bench.dialer.sessions, bench.telephony)
    assert set(found) == {*INVARIANTS, *OF_ROOMS}
    return {name for name, ids in found.items() if ids}


async def change(bench: Bench, statement: str) -> None:
    async with bench.dialer.sessions.begin() as session:
        await session.execute(text(statement))


async def test_nothing_is_broken_at_any_station_of_a_call(bench: Bench) -> None:
    await bench.make_world(ONE, TWO)
    assert await broken(bench) == set()
    call, ticket = await bench.ready_call()
    assert await broken(bench) == set()
    bench.telephony.answer(room_name(str(call.id)), Answered())
    await place.place(bench.dialer, call.id)
    assert await broken(bench) == set()
    await bench.agent_says(ticket, EventKind.HANGING_UP, end_cause="agent_hangup")
    await bench.let_leases_expire()
    await bench.sweep()
    assert await broken(bench) == set()


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("update call set dialing_at = now() - interval '1 day', answered_at = now()", "call_beyond_its_limit"),
        ("update gate_verdict set decision = 'wait'", "call_begun_without_leave"),
        ("update gate_verdict set decided_at = decided_at - interval '1 hour'", "call_begun_without_leave"),
        ("update call set enrollment_id = null", "claimed_and_forgotten"),
        ("update call set lease_until = null", "live_call_without_lease"),
        ("update call set state = 'ended', lease_until = null, enrollment_id = null", "slot_never_given_back"),
    ],
)
async def test_what_must_never_be_is_found(bench: Bench, statement: str, name: str) -> None:
    await talking(bench)
    await change(bench, statement)
    assert name in await broken(bench)


async def test_two_live_calls_to_one_number_are_found(bench: Bench) -> None:
    """The database itself refuses them, unless somebody has taken a number from a call that goes on."""
    await bench.make_world(ONE, TWO)
    await bench.claim_all()
    assert await broken(bench) == set()
    await change(bench, f"update call set holds_number = to_e164 = '{ONE}', to_e164 = '{ONE}'")
    assert await broken(bench) == {"two_live_calls_to_a_number"}


async def test_a_call_without_its_room_is_found(bench: Bench) -> None:
    await talking(bench)
    await change(bench, "update call set answered_at = now() - interval '1 minute'")
    assert await broken(bench) == set()
    bench.telephony.room_of.clear()
    assert await broken(bench) == {"call_without_room"}


async def test_metrics_tell_of_rooms_without_calls_and_calls_without_rooms(bench: Bench) -> None:
    call, _ = await talking(bench)
    assert await _figures(bench) == {"room_without_call": 0, "call_without_room": 0}
    await change(bench, "update call set answered_at = now() - interval '1 minute'")
    del bench.telephony.room_of[room_name(str(call.id))]
    for _ in range(2):
        await bench.telephony.dispatch(Dispatch(room_name(str(new_id())), "", 60, 5))
    assert await _figures(bench) == {"room_without_call": 2, "call_without_room": 1}


async def test_while_livekit_cannot_be_asked_metrics_say_nothing_of_rooms_and_everything_else(bench: Bench) -> None:
    await talking(bench)
    bench.telephony.is_down = True
    assert await _figures(bench) == {}
    found = await violations(bench.dialer.sessions, Hanging(), patience_s=0.01)
    assert set(found) == set(INVARIANTS)


async def _figures(bench: Bench) -> dict[str, float]:
    """How often each invariant about rooms is broken, as Prometheus reads it."""
    page = (await metrics_page(bench.dialer.sessions, 4, Watch(bench.dialer.sessions, bench.telephony))).decode()
    named = {name: f'callwright_invariant_violations{{invariant="{name}"}} ' for name in OF_ROOMS}
    return {n: float(line.removeprefix(start)) for line in page.splitlines() for n, start in named.items() if line.startswith(start)}


async def test_rooms_whose_call_is_over_are_closed_and_no_others(bench: Bench) -> None:
    call, _ = await talking(bench)
    never, other = room_name(str(new_id())), "call-me-maybe"
    for room in (never, other):
        await bench.telephony.dispatch(Dispatch(room, "", 60, 5))
    assert await broken(bench) == {"room_without_call"}
    ctx = {"sessions": bench.dialer.sessions, "telephony": bench.telephony}
    await tidy_rooms(ctx)
    assert set(bench.telephony.room_of) == {room_name(str(call.id)), other}
    await change(bench, "update call set state = 'ended', ended_at = now() - interval '10 minutes'")
    await tidy_rooms(ctx)
    assert set(bench.telephony.room_of) == {other}
    bench.telephony.is_down = True
    await tidy_rooms(ctx)


class Stuck(FakeTelephony):
    """One room cannot be closed."""

    stuck = ""

    async def close_room(self, room: str) -> None:
        if room == self.stuck:
            raise TelephonyError("the node of this room does not answer")
        await super().close_room(room)


async def test_a_room_that_cannot_be_closed_keeps_no_other_open(bench: Bench) -> None:
    stuck = Stuck()
    rooms = sorted(room_name(str(new_id())) for _ in range(3))
    for room in rooms:
        await stuck.dispatch(Dispatch(room, "", 60, 5))
    stuck.stuck = rooms[0]
    await tidy_rooms({"sessions": bench.dialer.sessions, "telephony": stuck})
    assert set(stuck.room_of) == {rooms[0]}


async def test_figures_count_claims_dials_answers_delays_and_reconciliations(bench: Bench) -> None:
    await talking(bench)
    await bench.let_leases_expire()
    bench.telephony.room_of.clear()
    await bench.sweep()
    async with bench.dialer.sessions() as session:
        repository, since = OperationsRepository(session), datetime.now(UTC) - WINDOW
        assert await repository.claims_since(since) == 1
        assert await repository.dials_since(since) == {"answered": 1}
        assert await repository.answers_since(since) == {"uncertain": 1}
        assert await repository.reconciliations_since(since) == {"finished_without_report": 1}
        median, p95 = await repository.pacing_delays_since(since)
        assert 0 <= median <= p95 < 30
        assert await repository.claims_since(datetime.now(UTC) + timedelta(seconds=1)) == 0
