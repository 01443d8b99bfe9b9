"""Somebody says no while calls to that very number are due or on their way: from the commit on no INVITE leaves."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from control_plane.calls.agent_service import AgentService
from control_plane.calls.service import CallService
from control_plane.calls.tasks import stop_listed, stop_suppressed
from control_plane.contacts.number_import_repository import NumberImportRepository
from control_plane.contacts.schemas import SuppressionIn
from control_plane.contacts.suppressions import SuppressionService, suppress
from control_plane.db.models import Call, NumberImport, ScheduleRun, Suppression, Trunk
from control_plane.db.session import Sessions
from control_plane.dialer import place
from control_plane.kit.ids import new_id
from control_plane.schedules import running
from control_plane.schedules.schemas import NewSchedule
from control_plane.schedules.service import ScheduleService
from control_plane.schedules.tasks import call_runs, claim_schedules, follow_runs
from control_plane.telephony.port import Answered, Dial, DialResult, Leg, PermittedDial, Refused
from sip_config.codec import decode
from sip_config.contract import DispatchTicket, EventKind
from sip_config.naming import room_name
from tests.factories import rows
from tests.fakes.telephony import FakeTelephony
from tests.integration.dialer import stations
from tests.integration.dialer.conftest import Bench

NUMBER, OTHER = "+12025550101", "+12025550102"
ADA = {"name": "Ada"}
ON_THE_LIST = "The number is on the suppression list: asked not to be called again."
STEPS = ("queued", "dispatched", "ready", "waits for the trunk's turn", "dialing is committed")


RACES = 8
OptOut = Callable[[Bench, rows.World, Call, DispatchTicket], Awaitable[None]]


class Slow(FakeTelephony):
    """Stands still where the test says, between the commit of `dialing` and the INVITE."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived, self.go = asyncio.Event(), asyncio.Event()
        self.stops_at = ""

    async def legs(self, room: str) -> tuple[Leg, ...]:
        if self.stops_at == "legs":
            self.arrived.set()
            await self.go.wait()
        return await super().legs(room)

    async def dial(self, order: PermittedDial) -> DialResult:
        if self.stops_at == "dial":
            self.arrived.set()
            await self.go.wait()
        return await super().dial(order)


async def _opts_out(bench: Bench, world: rows.World) -> None:
    async with bench.dialer.unit() as unit:
        await suppress(unit, world.workspace.id, NUMBER, reason="said so", source="call")


def _ctx(bench: Bench) -> dict[str, Any]:
    return {"sessions": bench.dialer.sessions, "queue": bench.queue, "clock": bench.dialer.clock}


async def _schedules_fall_due(bench: Bench, world: rows.World, many: int) -> None:
    due = datetime.now(UTC) - timedelta(seconds=1)
    for _ in range(many):
        async with bench.dialer.unit() as unit:
            asked = NewSchedule(name="Yearly", assistant_id=world.assistant.id, phone_number=NUMBER, cron="0 0 1 1 *", variables=ADA)
            (await ScheduleService(unit, world.workspace.id).create(asked)).next_run_at = due


async def _schedules_go_on(bench: Bench) -> None:
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(ScheduleRun).where(ScheduleRun.state == "due").values(due_at=datetime(2026, 1, 1, tzinfo=UTC)))
    for task in (claim_schedules, call_runs, follow_runs):
        await task(_ctx(bench))


async def _tidy(bench: Bench) -> None:
    """Every nudge that was sent about suppressions is delivered."""
    for nudge in [n for n in bench.queue.sent if n.task == "stop_suppressed"]:
        await stop_suppressed(_ctx(bench), nudge.subject)


async def _everything_goes_on(bench: Bench) -> None:
    """Whatever a dialer does with what it finds: claims, dispatches, agents that are ready, dials, sweeps."""
    for _ in range(2):
        await bench.make_due()
        await bench.tick()
        for call in await bench.calls():
            await place.dispatch(bench.dialer, call.id)
            room = bench.telephony.room_of.get(room_name(str(call.id)))
            if room is not None and call.state in ("queued", "dispatched"):
                await bench.agent_says(decode(DispatchTicket, room.agent_metadata), EventKind.READY)
            await place.place(bench.dialer, call.id)
        await bench.sweep()


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("is_tidied", [True, False], ids=["the task comes", "the task is lost"])
async def test_an_opt_out_at_any_step_before_the_send_means_no_invite(bench: Bench, step: str, is_tidied: bool) -> None:
    slow = bench.telephony = bench.dialer.telephony = Slow()
    world = await bench.make_world(NUMBER)
    await _brought_to(bench, step)
    placing = None
    if step in STEPS[3:]:
        slow.stops_at = "legs"
        placing = asyncio.create_task(place.place(bench.dialer, (await bench.calls())[0].id))
        await (slow.arrived.wait() if step == STEPS[-1] else asyncio.sleep(0))
    await _opts_out(bench, world)
    if is_tidied:
        await _tidy(bench)
    slow.go.set()
    if placing is not None:
        await placing
    await _everything_goes_on(bench)
    assert slow.sent == []
    assert {call.state for call in await bench.calls()} <= {"released"}
    assert [e.state for e in await bench.enrollments()] == ["suppressed"]


async def test_an_invite_that_is_leaving_has_left_before_the_opt_out_is_committed(bench: Bench) -> None:
    slow, world, placing = await _on_its_way(bench)
    opting_out = asyncio.create_task(_opts_out(bench, world))
    await _until_somebody_waits_for_a_lock(bench)
    assert not opting_out.done()
    slow.go.set()
    await opting_out
    assert len(slow.sent) == 1
    slow.answer(slow.sent[0].room, Answered())
    await placing


async def test_an_invite_whose_lock_went_with_its_connection_stays_when_somebody_has_opted_out_meanwhile(bench: Bench) -> None:
    """The database was restarted between the last look and the first byte: nobody waits for a lock that is gone."""
    slow, world, placing = await _on_its_way(bench)
    async with bench.dialer.sessions() as session:
        assert await session.scalar(text(f"select bool_and(pg_terminate_backend(pid)) from pg_locks where {DIALS}"))
        while await session.scalar(text(f"select count(*) from pg_locks where {DIALS}")):
            await session.rollback()
    await _opts_out(bench, world)
    slow.go.set()
    await placing
    assert slow.sent == []
    assert {call.state for call in await bench.calls()} == {"released"}


async def test_an_invite_that_cannot_leave_keeps_nobody_from_opting_out_and_never_leaves(bench: Bench) -> None:
    """LiveKit takes no connection."""
    slow, world, placing = await _on_its_way(bench, send_within=timedelta(seconds=2))
    await _opts_out(bench, world)
    await placing
    slow.go.set()
    await _everything_goes_on(bench)
    assert slow.sent == []


async def test_a_process_that_stands_still_between_look_and_invite_keeps_nobody_from_opting_out_and_sends_nothing(bench: Bench) -> None:
    slow, world, placing = await _on_its_way(bench)
    async with asyncio.timeout(20):
        await _opts_out(bench, world)
    slow.go.set()
    await placing
    assert slow.sent == []
    assert {call.state for call in await bench.calls()} == {"released"}


@pytest.mark.parametrize("is_lost", [False, True], ids=["the task comes", "the task is lost"])
@pytest.mark.parametrize("rang", [True, False])
async def test_a_phone_that_we_stop_ringing_for_an_opt_out_did_not_ring_out(bench: Bench, rang: bool, is_lost: bool) -> None:
    await bench.make_world(NUMBER)
    at = await stations.dialled_and_suppressed(bench)
    if rang:
        await stations.agent_hears_it_ring(at)
    if is_lost:
        await stations.look_around(at)
    else:
        await stations.heed_the_suppression(at)
        await stations.hang_up(at)
    assert at.placing is not None
    await at.placing
    (call,) = await bench.calls()
    assert (call.state, call.network_result, call.ended_by_request) == ("ended", "canceled", False)


DIALS = "locktype = 'advisory' and mode = 'ShareLock' and database = (select oid from pg_database where datname = current_database())"


async def _on_its_way(bench: Bench, send_within: timedelta | None = None) -> tuple[Slow, rows.World, asyncio.Task[None]]:
    """A call whose last look is over and whose first byte has not left."""
    slow = bench.telephony = bench.dialer.telephony = Slow()
    slow.stops_at = "dial"
    bench.dialer.send_within = send_within or bench.dialer.send_within
    world = await bench.make_world(NUMBER)
    call, _ = await bench.ready_call()
    placing = asyncio.create_task(place.place(bench.dialer, call.id))
    await slow.arrived.wait()
    return slow, world, placing


async def _until_somebody_waits_for_a_lock(bench: Bench) -> None:
    waiting = text("select count(*) from pg_locks where locktype = 'advisory' and not granted")
    async with bench.dialer.sessions() as session:
        while not await session.scalar(waiting):
            await session.rollback()


async def test_of_five_hundred_due_contacts_single_calls_and_schedules_with_one_number_none_is_called_after_the_opt_out(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Later than their latest start, so that none of the runs gives way to another call.
    monkeypatch.setattr(running, "LOOK_AGAIN", timedelta(hours=2))
    world = await bench.make_world(slots=50)
    await _schedules_fall_due(bench, world, 5)
    await _schedules_go_on(bench)
    assert "schedule" in {call.purpose for call in await bench.calls()}
    async with bench.dialer.sessions.begin() as session:
        for _ in range(500):
            await rows.enrollment(session, world, NUMBER)
        session.add_all([_single(world) for _ in range(5)])
    await bench.tick()
    (call,) = [c for c in await bench.calls() if c.claimed_at is not None]
    ticket = await bench.dispatch(call)
    await bench.agent_says(ticket, EventKind.READY)
    await _schedules_fall_due(bench, world, 5)
    # The caller's side of an earlier call says it: whoever holds the ticket of a call to this number.
    async with bench.dialer.unit() as unit:
        await AgentService(unit, call.id, ticket.token).opt_out("Take me off.", 3.0)
    await _tidy(bench)
    await _everything_goes_on(bench)
    await _schedules_go_on(bench)
    await _everything_goes_on(bench)
    assert bench.telephony.sent == []
    states = {state: sum(e.state == state for e in await bench.enrollments()) for state in ("suppressed", "waiting", "claimed")}
    assert (states["suppressed"], states["waiting"]) == (500, 0)
    assert [c.state for c in await bench.calls() if c.purpose == "single"] == ["released"] * 5
    # Some runs had made their calls before, others fell due afterwards.
    assert {c.state for c in await bench.calls() if c.purpose == "schedule"} == {"released"}
    async with bench.dialer.sessions() as session:
        runs = (await session.scalars(select(ScheduleRun))).all()
    assert (len(runs), {run.state for run in runs} <= {"due", "refused"}) == (10, True)
    assert ON_THE_LIST in {reason for run in runs for reason in run.reasons}


class Watching(FakeTelephony):
    """Notes each INVITE that leaves although a suppression of its number is committed."""

    def __init__(self, sessions: Sessions) -> None:
        super().__init__()
        self._sessions = sessions
        self.wrongly_sent: list[Dial] = []

    async def dial(self, order: PermittedDial) -> DialResult:
        self.answer(order.room, Refused(486, "Busy Here", "resource_exhausted"))
        # The connection of whoever sends is another one: this sees what is committed.
        async with self._sessions() as session:
            if await session.scalar(select(Suppression.id).where(Suppression.e164 == order.to)):
                self.wrongly_sent.append(order)
        return await super().dial(order)


async def _presses_nine(bench: Bench, world: rows.World, call: Call, ticket: DispatchTicket) -> None:
    """As the agent tells it of a call whose number this is."""
    async with bench.dialer.unit() as unit:
        await AgentService(unit, call.id, ticket.token).opt_out("pressed 9", 3.0)


async def _by_api(bench: Bench, world: rows.World, call: Call, ticket: DispatchTicket) -> None:
    async with bench.dialer.unit() as unit:
        await SuppressionService(unit, world.workspace.id).create(SuppressionIn(e164=call.to_e164))


async def _by_a_person(bench: Bench, world: rows.World, call: Call, ticket: DispatchTicket) -> None:
    """Who has heard it in any other way: marks the call."""
    async with bench.dialer.unit() as unit:
        await CallService(unit, world.workspace.id).set_outcome(call.id, "do_not_call", "")


@pytest.mark.parametrize("opts_out", [_presses_nine, _by_api, _by_a_person], ids=["key 9", "API", "a person"])
async def test_no_invite_leaves_after_the_commit_however_an_opt_out_races_with_a_ready_call(bench: Bench, opts_out: OptOut) -> None:
    watching = bench.telephony = bench.dialer.telephony = Watching(bench.dialer.sessions)
    numbers = [f"+120255501{last:02d}" for last in range(RACES)]
    world = await bench.make_world(*numbers, slots=RACES)
    await bench.claim_all()
    calls = await bench.calls()
    tickets = [await bench.dispatch(call) for call in calls]
    for yields, (call, ticket) in enumerate(zip(calls, tickets, strict=True)):
        await bench.agent_says(ticket, EventKind.READY)
        placing = asyncio.create_task(place.place(bench.dialer, call.id))
        # The dial has come a little further each time when somebody says no.
        for _ in range(8 * yields):
            await asyncio.sleep(0)
        await opts_out(bench, world, call, ticket)
        await placing
    sent = len(watching.sent)
    await _tidy(bench)
    await _everything_goes_on(bench)
    assert (watching.wrongly_sent, len(watching.sent)) == ([], sent)
    assert [e.state for e in await bench.enrollments() if e.state in ("waiting", "claimed")] == []


async def test_calls_to_a_number_that_comes_onto_an_imported_list_are_given_up_at_once(bench: Bench) -> None:
    world = await bench.make_world(OTHER)
    call, _ = await bench.ready_call()
    imported = NumberImport(id=new_id(), workspace_id=world.workspace.id, kind="suppressions", source="us_national")
    imported.file_key, imported.default_country, imported.state = "imports/list.csv", "US", "completed"
    async with bench.dialer.sessions.begin() as session:
        session.add_all([imported, _single(world)])
        await session.flush()
        await NumberImportRepository(session).put_on_list(imported, [NUMBER, OTHER])
    await stop_listed(_ctx(bench), str(imported.id))
    assert [c.state for c in await bench.calls()] == ["released", "released"]
    assert [e.state for e in await bench.enrollments()] == ["suppressed"]
    await place.place(bench.dialer, call.id)
    assert bench.telephony.sent == []


async def _brought_to(bench: Bench, step: str) -> None:
    await bench.tick()
    (call,) = await bench.calls()
    if step == "queued":
        return
    ticket = await bench.dispatch(call)
    if step == "dispatched":
        return
    await bench.agent_says(ticket, EventKind.READY)
    if step == "waits for the trunk's turn":
        async with bench.dialer.sessions.begin() as session:
            await session.execute(update(Trunk).values(next_send_at=datetime.now(UTC) + timedelta(seconds=2)))


def _single(world: rows.World) -> Call:
    return Call(**_columns(world))


def _columns(world: rows.World) -> dict[str, Any]:
    return {
        "id": new_id(),
        "workspace_id": world.workspace.id,
        "purpose": "single",
        "assistant_id": world.assistant.id,
        "assistant_version_id": world.version.id,
        "trunk_id": world.trunk.id,
        "is_rehearsal": True,
        "from_number_id": world.number.id,
        "from_e164": world.number.e164,
        "to_e164": NUMBER,
        "request": {},
        "usage": [],
        "due_at": datetime(2026, 1, 1, tzinfo=UTC),
        "ringing_timeout_s": 15,
        "max_duration_s": 60,
    }
