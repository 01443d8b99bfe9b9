"""A campaign's call, and one that waited, give way to what is planned for the same person; nobody is called twice in a row."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from control_plane.calls.giving_way import A_PLANNED_CALL, ANOTHER_CALL
from control_plane.campaigns.enrollment_repository import EnrollmentRepository, Waiting
from control_plane.db.models import Call, CallEventRecord, Campaign, Enrollment, FollowUp, FollowUpStep, Schedule, ScheduleRun
from control_plane.dialer.giving_way_repository import GivingWayRepository
from control_plane.domain.pacing import Priority
from control_plane.explanations.repository import ExplanationRepository
from control_plane.kit.ids import new_id
from tests.factories import rows
from tests.integration.dialer.conftest import Bench

ADA, BOB = "+12025550101", "+12025550102"
MINUTES = timedelta(minutes=1)


async def _schedule(bench: Bench, contact_id: UUID, ahead: timedelta) -> None:
    now = datetime.now(UTC)
    async with bench.dialer.sessions.begin() as session:
        campaign = await session.scalar(select(Campaign).limit(1))
        assert campaign is not None
        of = {"workspace_id": campaign.workspace_id, "assistant_id": campaign.assistant_id, "contact_id": contact_id}
        plan = {"time_zone": "UTC", "cron": "0 9 * * *"}
        session.add(Schedule(id=new_id(), **of, name="Talk", plan=plan, attempts={}, request={}, next_run_at=now + ahead))


async def test_a_campaign_waits_for_a_planned_call_of_the_same_person_and_says_so(bench: Bench) -> None:
    await bench.make_world(ADA, BOB)
    ada, bob = await bench.enrollments()
    await _schedule(bench, ada.contact_id, 20 * MINUTES)
    await _schedule(bench, bob.contact_id, 40 * MINUTES)
    assert await bench.tick() == 1
    waiting, _ = await bench.enrollments()
    assert waiting.due_at is not None
    assert (waiting.state, list(waiting.waiting_reasons)) == ("waiting", [A_PLANNED_CALL])
    assert 20 * MINUTES < waiting.due_at - datetime.now(UTC) <= 21 * MINUTES
    assert waiting.gives_way_since is not None
    assert [call.contact_id for call in await bench.calls()] == [bob.contact_id]


async def test_a_promised_call_of_a_campaign_is_made_before_a_planned_one_and_after_a_crisis(bench: Bench) -> None:
    await bench.make_world(ADA, BOB)
    ada, bob = await bench.enrollments()
    for each in (ada, bob):
        await _schedule(bench, each.contact_id, 5 * MINUTES)
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Enrollment).values(priority=Priority.CALLBACK))
        step = FollowUpStep(id=new_id(), workspace_id=bob.workspace_id, place=1, after_s=0, due_at=datetime.now(UTC) + 5 * MINUTES)
        of = {"workspace_id": bob.workspace_id, "contact_id": bob.contact_id}
        session.add(FollowUp(id=new_id(), **of, reason="A crisis was flagged.", steps=[step]))
    assert await bench.tick() == 1
    assert [call.contact_id for call in await bench.calls()] == [ada.contact_id]


async def test_a_campaign_leaves_half_an_hour_after_another_call_to_the_person(bench: Bench) -> None:
    world = await bench.make_world(ADA)
    (ada,) = await bench.enrollments()
    await _called(bench, world, ada, datetime.now(UTC) - 10 * MINUTES)
    assert await bench.tick() == 0
    (waiting,) = await bench.enrollments()
    assert list(waiting.waiting_reasons) == [ANOTHER_CALL]


@pytest.mark.parametrize(("since", "claimed"), [(200 * MINUTES, 0), (250 * MINUTES, 1)])
async def test_a_contact_between_many_plans_gives_way_no_longer_than_four_hours(bench: Bench, since: timedelta, claimed: int) -> None:
    world = await bench.make_world(ADA)
    (ada,) = await bench.enrollments()
    began = datetime.now(UTC) - since
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Enrollment).values(gives_way_since=began))
    await _schedule(bench, ada.contact_id, 20 * MINUTES)
    await _called(bench, world, ada, datetime.now(UTC) - 10 * MINUTES)
    assert await bench.tick() == claimed
    (ada,) = await bench.enrollments()
    assert ada.gives_way_since == (None if claimed else began)


async def test_what_the_gate_makes_a_contact_wait_does_not_count_as_giving_way(bench: Bench) -> None:
    await bench.make_world(ADA, BOB)
    ada, bob = await bench.enrollments()
    now = datetime.now(UTC)
    began, until = now - 60 * MINUTES, now + 10 * 60 * MINUTES
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Enrollment).where(Enrollment.id == ada.id).values(gives_way_since=began))
        await EnrollmentRepository(session).wait_all([Waiting(each.id, until, ["At night."], ["outside_hours"]) for each in (ada, bob)])
    ada, bob = await bench.enrollments()
    assert ada.gives_way_since is not None
    assert abs(until - ada.gives_way_since - 60 * MINUTES) < MINUTES
    assert bob.gives_way_since is None


@pytest.mark.parametrize(("every", "claimed"), [(60 * MINUTES, 1), (24 * 60 * MINUTES, 0)])
async def test_a_schedule_that_comes_again_soon_keeps_no_campaign_waiting(bench: Bench, every: timedelta, claimed: int) -> None:
    await bench.make_world(ADA)
    (ada,) = await bench.enrollments()
    ahead = 20 * MINUTES
    await _run(bench, ada, datetime.now(UTC) + ahead - every, datetime.now(UTC), ahead=ahead, state="completed")
    assert await bench.tick() == claimed


@pytest.mark.parametrize(("ago", "claimed"), [(60 * MINUTES, 1), (5 * MINUTES, 0)])
async def test_a_plan_that_cannot_begin_does_not_hold_up_a_campaign_for_long(bench: Bench, ago: timedelta, claimed: int) -> None:
    await bench.make_world(ADA)
    (ada,) = await bench.enrollments()
    now = datetime.now(UTC)
    await _run(bench, ada, now - ago, now - ago + timedelta(hours=1), state="due", due_at=now + MINUTES / 2)
    assert await bench.tick() == claimed


async def test_a_call_gives_way_no_longer_than_two_hours(bench: Bench) -> None:
    world = await bench.make_world(ADA)
    (ada,) = await bench.enrollments()
    now = datetime.now(UTC)
    await _called(bench, world, ada, now - 5 * MINUTES)
    call = await _call(bench, world, ada, state="queued", due_at=now, created_at=now - 300 * MINUTES)
    facts = {"workspace_id": world.workspace.id, "source": "task", "source_event_id": "1", "kind": "gave_way"}
    async with bench.dialer.sessions.begin() as session:
        session.add(CallEventRecord(id=new_id(), call_id=call, at=now - 130 * MINUTES, **facts))
    async with bench.dialer.sessions() as session:
        assert await GivingWayRepository(session).singles([call], now) == {}


CASES = [("run", 60, True), ("run", 0, True), ("asked", 60, True), ("asked", 0, False), ("crisis", 60, False), ("too late", 60, False)]


@pytest.mark.parametrize(("plan", "asked_ago", "gives_way"), CASES)
async def test_a_call_that_waited_leaves_a_rest_after_another_as_far_as_its_plan_allows(
    bench: Bench, plan: str, asked_ago: int, gives_way: bool
) -> None:
    world = await bench.make_world(ADA)
    (ada,) = await bench.enrollments()
    now = datetime.now(UTC)
    await _called(bench, world, ada, now - 5 * MINUTES)
    facts: dict[str, Any] = {"state": "queued", "due_at": now, "created_at": now - asked_ago * MINUTES}
    facts |= {"priority": Priority.CRISIS} if plan == "crisis" else {}
    if plan in ("run", "too late"):
        start_by = now + (60 if plan == "run" else 10) * MINUTES
        facts |= {"schedule_run_id": await _run(bench, ada, now, start_by), "purpose": "schedule"}
    call = await _call(bench, world, ada, **facts)
    async with bench.dialer.sessions() as session:
        assert set(await GivingWayRepository(session).singles([call], now)) == ({call} if gives_way else set())


async def test_a_call_that_gives_way_says_so_in_its_ledger_and_where_its_plan_is_looked_at(bench: Bench) -> None:
    world = await bench.make_world(ADA)
    (ada,) = await bench.enrollments()
    now = datetime.now(UTC)
    await _called(bench, world, ada, now - 5 * MINUTES)
    run = await _run(bench, ada, now, now + 60 * MINUTES)
    call = await _call(
        bench, world, ada, state="queued", due_at=now, created_at=now - 60 * MINUTES, schedule_run_id=run, purpose="schedule"
    )
    async with bench.dialer.sessions.begin() as session:
        of = await session.get_one(ScheduleRun, run)
        facts = {"workspace_id": of.workspace_id, "schedule_id": of.schedule_id, "due_at": now, "start_by": of.start_by}
        carried = ScheduleRun(id=new_id(), planned_at=now - MINUTES, state="calling", merged_into=call, **facts)
        session.add(carried)
    assert await bench.tick() == 0
    async with bench.dialer.sessions() as session:
        row = await session.get_one(Call, call)
        assert [list((await session.get_one(ScheduleRun, each)).reasons) for each in (run, carried.id)] == [[ANOTHER_CALL]] * 2
        assert await ExplanationRepository(session, row.workspace_id).gives_way(row) == ANOTHER_CALL
        event = await session.scalar(select(CallEventRecord).where(CallEventRecord.kind == "gave_way"))
    assert event is not None
    assert (event.call_id, event.data["why"]) == (call, ANOTHER_CALL)
    assert row.due_at > now + 20 * MINUTES


async def _called(bench: Bench, world: rows.World, whom: Enrollment, ended_at: datetime) -> None:
    await _call(bench, world, whom, state="ended", dialing_at=ended_at - MINUTES, ended_at=ended_at, due_at=ended_at)


async def _run(
    bench: Bench, whom: Enrollment, now: datetime, start_by: datetime, ahead: timedelta = 24 * 60 * MINUTES, **facts: Any
) -> UUID:
    await _schedule(bench, whom.contact_id, ahead)
    async with bench.dialer.sessions.begin() as session:
        schedule_id = await session.scalar(select(Schedule.id).limit(1))
        run = ScheduleRun(id=new_id(), workspace_id=whom.workspace_id, schedule_id=schedule_id, planned_at=now)
        run.due_at, run.state = facts.get("due_at", now), facts.get("state", "calling")
        run.start_by, run.calls = start_by, 1
        session.add(run)
    return run.id


async def _call(bench: Bench, world: rows.World, whom: Enrollment, **facts: Any) -> UUID:
    """A call outside of campaigns."""
    given: dict[str, Any] = {"workspace_id": world.workspace.id, "contact_id": whom.contact_id, "purpose": "single", "attempt": 1}
    given |= {"assistant_id": world.assistant.id, "assistant_version_id": world.version.id, "trunk_id": world.trunk.id, "to_e164": ADA}
    given |= {"is_rehearsal": True, "from_number_id": world.number.id, "from_e164": world.number.e164, "request": {}}
    given |= {"ringing_timeout_s": 28, "max_duration_s": 600}
    call = Call(id=new_id(), **(given | facts))
    async with bench.dialer.sessions.begin() as session:
        session.add(call)
    return call.id
