"""The claim on many contacts and campaigns at once: limits, order, fairness, and what an edit of a running campaign does."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from control_plane.calls.announcing import QUEUED
from control_plane.calls.line_repository import CLAIM_LOCK
from control_plane.contacts.suppressions import suppress
from control_plane.db.driver import AWAY
from control_plane.db.models import AgentWorker, Call, Campaign, CampaignNumber, GateVerdict, Number, Trunk, Workspace
from control_plane.dialer import place
from control_plane.dialer.claim_repository import AT_ONCE, ClaimRepository
from control_plane.domain.pacing import Priority, most_waiting_for_token
from control_plane.kit.ids import new_id
from control_plane.telephony.port import Answered
from sip_config.naming import room_name
from tests.factories import rows
from tests.integration.dialer.conftest import STILL_THERE, Bench

WITHOUT_AN_END_S = 20
"""What takes longer waits for something that does not come; a busy machine takes its time."""


def numbers(count: int, area: int = 202) -> list[str]:
    return [f"+1{area + i // 100}55501{i % 100:02d}" for i in range(count)]


async def set_campaign(bench: Bench, world: rows.World, **columns: object) -> None:
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Campaign).where(Campaign.id == world.campaign.id).values(**columns))


async def add_campaign(bench: Bench, world: rows.World, people: list[str], **columns: object) -> Campaign:
    """Another running campaign of the same workspace on the same number."""
    async with bench.dialer.sessions.begin() as session:
        given = {"name": "Other", "execution_status": "running", "rule_pack": "rehearsal", "ring_timeout_s": 15} | columns
        pinned = {"assistant_id": world.assistant.id, "assistant_version_id": world.version.id}
        campaign = Campaign(id=new_id(), workspace_id=world.workspace.id, **pinned, **given)
        session.add(campaign)
        await session.flush()
        session.add(CampaignNumber(campaign_id=campaign.id, number_id=world.number.id))
        for number in people:
            made = rows.World(world.workspace, world.assistant, world.version, world.trunk, world.number, campaign)
            await rows.enrollment(session, made, number)
    return campaign


async def on_another_trunk(bench: Bench, world: rows.World) -> rows.World:
    """The same world with a trunk and a number of their own."""
    plain = {"provider": "rehearsal", "is_rehearsal": True, "address": "127.0.0.1", "sync_state": "synced", "calls_per_second": 100}
    workspace_id = world.workspace.id
    trunk = Trunk(id=new_id(), workspace_id=workspace_id, name="second", livekit_outbound_trunk_id="ST_second", **plain)
    number = Number(id=new_id(), workspace_id=workspace_id, trunk_id=trunk.id, is_rehearsal=True, e164="+12025550198")
    async with bench.dialer.sessions.begin() as session:
        session.add(trunk)
        await session.flush()
        session.add(number)
    return replace(world, trunk=trunk, number=number)


async def add_single(bench: Bench, world: rows.World, to: str, **columns: object) -> None:
    """A single call that is due, from the number that its request has named."""
    whose = {"workspace_id": world.workspace.id, "trunk_id": world.trunk.id, "is_rehearsal": True}
    whose |= {"from_number_id": world.number.id, "from_e164": world.number.e164}
    what = {"assistant_id": world.assistant.id, "assistant_version_id": world.version.id, "request": {}, "usage": []}
    plain = {"purpose": "single", "to_e164": to, "due_at": datetime(2026, 1, 1, tzinfo=UTC), "ringing_timeout_s": 15, "max_duration_s": 60}
    async with bench.dialer.sessions.begin() as session:
        session.add(Call(id=new_id(), **(whose | what | plain | columns)))


async def end_all(bench: Bench) -> None:
    """Every call that was claimed is over at once and its contact is done."""
    over = {"state": "ended", "holds_slot": False, "holds_number": False, "lease_until": None}
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Call).where(Call.claimed_at.is_not(None)).values(**over))


async def test_a_claim_fills_all_slots_and_explains_each_call_with_its_verdict(bench: Bench) -> None:
    await bench.make_world(*numbers(30), slots=30)
    assert await bench.tick() + await bench.tick() == 30
    async with bench.dialer.sessions() as session:
        verdicts = {verdict.id: verdict for verdict in await session.scalars(select(GateVerdict))}
    calls = await bench.calls()
    assert all(verdicts[call.verdict_id].enrollment_id == call.enrollment_id for call in calls if call.verdict_id)
    assert {(call.state, call.holds_number, call.holds_slot, call.attempt) for call in calls} == {("queued", True, True, 1)}
    assert sorted(nudge.subject for nudge in bench.queue.sent if nudge.task == "dispatch_call") == sorted(str(c.id) for c in calls)


async def test_a_claimer_that_stands_still_holds_up_the_others_for_seconds(bench: Bench) -> None:
    """Its process was stopped between two statements, or its host has gone without a word."""
    await bench.make_world(*numbers(1))

    async def stand_still() -> None:
        async with bench.dialer.sessions() as session:
            await ClaimRepository(session).begin(QUEUED)
            async with asyncio.timeout(WITHOUT_AN_END_S):
                assert await bench.tick() == 1
            await ClaimRepository(session).running(QUEUED)

    with pytest.raises(AWAY):
        await stand_still()
    assert await bench.tick() == 0


async def test_claims_that_wait_leave_connections_to_those_who_dial(bench: Bench) -> None:
    people = numbers(2)
    world = await bench.make_world(people[0])
    ready, _ = await bench.ready_call()
    bench.telephony.answer(room_name(str(ready.id)), Answered())
    async with bench.dialer.sessions.begin() as session:
        await rows.enrollment(session, world, people[1])
    async with bench.dialer.sessions() as other:
        await other.execute(text(f"select pg_advisory_xact_lock({CLAIM_LOCK})"))
        ticks = [asyncio.create_task(bench.tick()) for _ in range(30)]
        await asyncio.sleep(0)
        async with asyncio.timeout(WITHOUT_AN_END_S):
            await place.place(bench.dialer, ready.id)
    assert [call.state for call in await bench.calls()] == ["in_progress"]
    assert sum(await asyncio.gather(*ticks)) == 1


async def test_a_process_that_is_told_to_stop_claims_nothing_that_it_has_waited_for(bench: Bench) -> None:
    await bench.make_world(*numbers(1))
    async with bench.dialer.claiming, bench.dialer.claiming:
        waits = asyncio.create_task(bench.tick())
        await asyncio.sleep(0)
        bench.dialer.is_stopping = True
    assert await waits == 0
    bench.dialer.is_stopping = False
    assert await bench.tick() == 1


async def test_calls_with_a_worker_that_drains_take_none_of_the_others_slots(bench: Bench) -> None:
    await bench.make_world(*numbers(12), slots=4)
    await bench.claim_all()
    held = [str(call.id) for call in await bench.calls()]
    assert len(held) == 4
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(AgentWorker).values(draining=True, calls=held[:3]))
        await rows.agent_worker(session, slots=4, heartbeat_at=datetime.now(UTC) + STILL_THERE, worker_id="worker-2")
    # The fourth has not come to the worker that drains, and will be with the other.
    assert await bench.tick() == 3


async def test_a_contact_who_is_due_in_two_campaigns_on_two_numbers_is_called_once_at_a_time(bench: Bench) -> None:
    world = await bench.make_world()
    other = await add_campaign(bench, world, [])
    async with bench.dialer.sessions.begin() as session:
        person = await rows.contact(session, world, *numbers(2))
        for campaign in (world.campaign, other):
            await rows.enroll(session, replace(world, campaign=campaign), person)
    assert (await bench.tick(), await bench.tick()) == (1, 0)


@pytest.mark.parametrize("what", ["number", "contact", "enrollment"])
async def test_the_database_itself_refuses_a_second_live_call(bench: Bench, what: str) -> None:
    one, another = numbers(2)
    world = await bench.make_world(one)
    await bench.tick()
    (call,) = await bench.calls()
    same = {"number": {}, "contact": {"contact_id": call.contact_id}, "enrollment": {"enrollment_id": call.enrollment_id}}
    to = one if what == "number" else another
    with pytest.raises(IntegrityError, match=f"uq_call_live_{what}"):
        await add_single(bench, world, to, holds_number=True, **same[what])
    await add_single(bench, world, to, **same[what])


async def test_a_claim_looks_further_when_those_at_the_front_have_to_wait(bench: Bench) -> None:
    people = numbers(40)
    world = await bench.make_world(*people, slots=3)
    async with bench.dialer.unit() as unit:
        for number in people[:30]:
            await suppress(unit, world.workspace.id, number, reason="said so", source="api")
    while await bench.tick() == 0:
        pass
    assert {call.to_e164 for call in await bench.calls()} <= set(people[30:])
    assert Counter(e.state for e in await bench.enrollments())["suppressed"] >= 3


async def test_trunk_lines_campaign_and_workspace_limits_hold_over_ticks_at_once(bench: Bench) -> None:
    await bench.make_world(*numbers(20), slots=20, lines=7, max_concurrent_calls=9)
    assert sum(await asyncio.gather(*(bench.tick() for _ in range(4)))) == 7
    assert await bench.tick() == 0


async def test_a_daily_cap_holds_within_one_batch(bench: Bench) -> None:
    await bench.make_world(*numbers(10), slots=10, daily_cap=4)
    assert (await bench.tick(), await bench.tick()) == (4, 0)
    (waiting,) = {tuple(e.waiting_reasons) for e in await bench.enrollments() if e.state == "waiting"}
    assert waiting == ("The campaign's daily cap of 4 calls is reached.",)


async def test_a_daily_cap_counts_a_single_call_on_the_day_on_which_it_is_dialled(bench: Bench) -> None:
    world = await bench.make_world(*numbers(2), slots=10, daily_cap=2)
    now, days = datetime.now(UTC), timedelta(days=3)
    await add_single(bench, world, "+13025550101", campaign_id=world.campaign.id, created_at=now - days)
    await add_single(bench, world, "+13025550102", campaign_id=world.campaign.id, due_at=now + days)
    assert (await bench.tick(), await bench.tick()) == (2, 0)
    assert Counter(call.purpose for call in await bench.calls() if call.claimed_at) == {"single": 1, "campaign": 1}


async def test_single_calls_that_are_due_at_once_do_not_pass_a_daily_cap_together(bench: Bench) -> None:
    world = await bench.make_world(slots=10, daily_cap=2)
    for number in numbers(4, area=302):
        await add_single(bench, world, number, campaign_id=world.campaign.id)
    assert (await bench.tick(), await bench.tick()) == (2, 0)


async def test_calls_that_wait_for_their_turn_are_bounded_by_the_trunks_pace(bench: Bench) -> None:
    await bench.make_world(*numbers(20), slots=20, calls_per_second=2)
    assert (await bench.tick(), await bench.tick()) == (most_waiting_for_token(2), 0)


async def test_promised_calls_go_first_then_retries_then_fresh_contacts(bench: Bench) -> None:
    people = numbers(4)
    world = await bench.make_world(slots=1)
    async with bench.dialer.sessions.begin() as session:
        for number, priority in zip(people, (Priority.FRESH, Priority.RETRY, Priority.CALLBACK, Priority.CRISIS), strict=True):
            await rows.enrollment(session, world, number, priority=priority)
    for _ in people:
        await bench.tick()
        await end_all(bench)
    assert [call.to_e164 for call in await bench.calls()] == people[::-1]


async def test_two_campaigns_share_the_slots_by_their_weight(bench: Bench) -> None:
    world = await bench.make_world(*numbers(60), slots=4, weight=3)
    other = await add_campaign(bench, world, numbers(60, area=302))
    for _ in range(10):
        await bench.tick()
        await end_all(bench)
    assert Counter(call.campaign_id for call in await bench.calls()) == {world.campaign.id: 30, other.id: 10}


@pytest.mark.parametrize(
    ("edit", "claimed"),
    [({"max_concurrent_calls": 3}, 2), ({"execution_status": "paused"}, 0), ({"calls_per_minute": 1}, 0), ({"max_concurrent_calls": 6}, 5)],
    ids=["narrower", "paused", "paced", "wider"],
)
async def test_editing_a_running_campaign_takes_effect_at_the_next_claim(bench: Bench, edit: dict[str, object], claimed: int) -> None:
    world = await bench.make_world(*numbers(20), slots=20, max_concurrent_calls=1)
    assert await bench.tick() == 1
    await set_campaign(bench, world, **edit)
    assert await bench.tick() == claimed


async def test_a_paced_campaign_claims_only_what_gets_its_turn_soon(bench: Bench) -> None:
    world = await bench.make_world(*numbers(20), slots=20, calls_per_minute=60)
    assert (await bench.tick(), await bench.tick()) == (3, 0)
    await set_campaign(bench, world, next_start_at=datetime.now(UTC) + timedelta(minutes=1))
    await end_all(bench)
    assert await bench.tick() == 0


async def test_a_cold_campaign_begins_with_the_slots_of_one_worker_and_warms_up(bench: Bench) -> None:
    bench.dialer.ramp = timedelta(seconds=30)
    world = await bench.make_world(*numbers(40), slots=20)
    assert (await bench.tick(), await bench.tick()) == (4, 0)
    await set_campaign(bench, world, warm_since=datetime.now(UTC) - timedelta(seconds=15))
    assert await bench.tick() in (6, 7)
    await set_campaign(bench, world, warm_since=datetime.now(UTC) - timedelta(seconds=31))
    assert await bench.tick() > 0
    assert len([call for call in await bench.calls() if call.holds_slot]) == 20


async def test_nothing_is_claimed_for_a_trunk_that_is_paused(bench: Bench) -> None:
    world = await bench.make_world(*numbers(2), slots=2)
    async with bench.dialer.sessions.begin() as session:
        values = {"paused_reason": "failing", "paused_at": datetime.now(UTC)}
        await session.execute(update(Trunk).where(Trunk.id == world.trunk.id).values(**values))
    assert await bench.tick() == 0


async def test_a_campaign_that_was_warm_long_ago_and_has_nothing_under_way_warms_up_again(bench: Bench) -> None:
    bench.dialer.ramp = timedelta(seconds=30)
    await bench.make_world(*numbers(40), slots=20, warm_since=datetime.now(UTC) - timedelta(hours=1))
    assert (await bench.tick(), await bench.tick()) == (4, 0)


async def test_a_single_call_that_names_a_new_campaign_does_not_keep_it_cold(bench: Bench) -> None:
    bench.dialer.ramp = timedelta(seconds=30)
    world = await bench.make_world(*numbers(40), slots=20)
    talking = {"state": "in_progress", "claimed_at": datetime.now(UTC), "holds_number": True, "holds_slot": True}
    await add_single(bench, world, "+13025550101", campaign_id=world.campaign.id, **talking)
    assert await bench.tick() == 3
    async with bench.dialer.sessions() as session:
        assert (await session.get_one(Campaign, world.campaign.id)).warm_since is not None


@pytest.mark.parametrize(("is_paused", "made"), [(False, {"full": 1, "other": 3}), (True, {"other": 4})], ids=["full", "paused"])
async def test_a_trunk_without_room_keeps_no_slot_from_campaigns_on_others(bench: Bench, is_paused: bool, made: dict[str, int]) -> None:
    """Not even where those who wait for it go before all others."""
    world = await bench.make_world(slots=4, lines=1)
    async with bench.dialer.sessions.begin() as session:
        for number in numbers(2 * AT_ONCE):
            await rows.enrollment(session, world, number, priority=Priority.CALLBACK)
        if is_paused:
            await session.execute(update(Trunk).values(paused_reason="failing", paused_at=datetime.now(UTC)))
    other = await add_campaign(bench, await on_another_trunk(bench, world), numbers(AT_ONCE, area=302))
    assert await bench.tick() == 4
    names = {world.campaign.id: "full", other.id: "other"}
    assert Counter(names[call.campaign_id] for call in await bench.calls() if call.campaign_id) == made


async def test_single_calls_that_wait_for_a_line_hold_up_nobody_who_needs_another(bench: Bench) -> None:
    world = await bench.make_world(slots=2, lines=1)
    for number in numbers(6):
        await add_single(bench, world, number)
    elsewhere = await on_another_trunk(bench, world)
    await add_single(bench, elsewhere, "+13025550101")
    assert await bench.tick() == 2
    assert {call.trunk_id for call in await bench.calls() if call.claimed_at} == {world.trunk.id, elsewhere.trunk.id}


async def test_single_calls_of_a_workspace_at_its_limit_hold_up_no_other_workspace(bench: Bench) -> None:
    world, chosen = await bench.make_world(slots=2), {"caller_choice": {"why": "least_used"}}
    for number in numbers(6):
        await add_single(bench, world, number, **chosen)
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Workspace).values(max_concurrent_calls=1))
        other = await rows.world(session)
    await add_single(bench, other, "+13025550101", **chosen)
    assert await bench.tick() == 2
    assert {call.workspace_id for call in await bench.calls() if call.claimed_at} == {world.workspace.id, other.workspace.id}


async def test_single_calls_that_name_a_campaign_keep_its_limit_and_hold_up_nobody_else(bench: Bench) -> None:
    world = await bench.make_world(slots=4, max_concurrent_calls=2)
    for number in numbers(2 * AT_ONCE):
        await add_single(bench, world, number, campaign_id=world.campaign.id)
    await add_single(bench, world, "+13025550101")
    assert (await bench.tick(), await bench.tick()) == (3, 0)
    assert Counter(call.campaign_id for call in await bench.calls() if call.claimed_at) == {world.campaign.id: 2, None: 1}


async def test_a_single_call_that_waits_for_its_campaigns_limit_goes_before_the_campaigns_own(bench: Bench) -> None:
    world = await bench.make_world(*numbers(3), slots=20, max_concurrent_calls=1)
    assert await bench.tick() == 1
    await add_single(bench, world, "+13025550101", campaign_id=world.campaign.id)
    assert await bench.tick() == 0
    await end_all(bench)
    assert (await bench.tick(), await bench.tick()) == (1, 0)
    assert [call.purpose for call in await bench.calls() if call.holds_number] == ["single"]


async def test_a_tick_claims_in_small_transactions_so_that_nobody_waits_long_for_its_lock(bench: Bench) -> None:
    await bench.make_world(*numbers(2 * AT_ONCE + 1), slots=2 * AT_ONCE + 1)
    assert await bench.tick() == 2 * AT_ONCE + 1
    # Calls of one transaction are claimed at one instant.
    at_once = Counter(call.claimed_at for call in await bench.calls())
    assert sorted(at_once.values()) == [1, AT_ONCE, AT_ONCE]
