"""What the dialer learns from the network: throttled trunks slow down, failing ones pause, forgotten ones are made known again."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from psycopg.errors import DeadlockDetected
from sqlalchemy import event, func, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import AuditEntry, Call, Campaign, Trunk, WebhookEndpoint, WebhookEvent
from control_plane.dialer import place
from control_plane.dialer.protection_repository import ProtectionRepository
from control_plane.dialer.repository import DialerRepository
from control_plane.kit.queue import Nudge
from control_plane.telephony.port import Answered, DialResult, Refused
from sip_config.naming import room_name
from tests.factories import rows
from tests.integration.dialer.conftest import Bench

NUMBERS = [f"+120255501{i:02}" for i in range(1, 40)]
THROTTLED = Refused(503, "Trunk CPS limit exceeded", "failed_precondition")
DOWN = Refused(503, "Service Unavailable", "failed_precondition")
WRONG_PASSWORD = Refused(401, "Unauthorized", "permission_denied")
FORGOTTEN = Refused(None, "object cannot be found", "not_found", not_sent=True)


async def trunk_of(bench: Bench, world: rows.World) -> Trunk:
    async with bench.dialer.sessions() as session:
        return await session.get_one(Trunk, world.trunk.id)


async def change_trunk(bench: Bench, world: rows.World, **columns: object) -> None:
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Trunk).where(Trunk.id == world.trunk.id).values(columns))


async def dial_all(bench: Bench, *results: DialResult, but: int = 0) -> None:
    """Answer every queued call with the next result, the last one for all that are left; the last `but` of them stay ready."""
    queued = [call for call in await bench.calls() if call.state == "queued"]
    for i, call in enumerate(queued):
        ticket = await bench.dispatch(call)
        async with bench.dialer.sessions.begin() as session:
            await session.execute(update(Call).where(Call.id == uuid.UUID(ticket.call_id)).values(state="ready"))
        bench.telephony.answer(room_name(str(call.id)), results[min(i, len(results) - 1)])
    for call in queued[: len(queued) - but]:
        await place.place(bench.dialer, call.id)


async def test_a_throttled_call_halves_the_trunks_pace_and_is_not_counted(bench: Bench) -> None:
    world = await bench.make_world(NUMBERS[0])
    await bench.claim_all()
    await dial_all(bench, THROTTLED)
    trunk, (call,) = await trunk_of(bench, world), await bench.calls()
    assert (trunk.rate_factor, trunk.throttled_at is not None) == (Decimal("0.5"), True)
    assert (call.network_result, call.counts_as_attempt) == ("throttled", False)


async def test_a_trunk_that_is_locked_holds_up_no_call_that_ends_meanwhile(bench: Bench) -> None:
    """Deadlock of a first campaign: a throttled answer held the account and waited for the trunk, a report held the trunk for its call's
    foreign key, which is checked when a row is written twice, and waited for the account."""
    world = await bench.make_world(NUMBERS[0])
    await bench.claim_all()
    (call,) = await bench.calls()
    async with bench.dialer.sessions.begin() as judging, bench.dialer.sessions.begin() as reporting:
        await ProtectionRepository(judging).lock_trunk(world.trunk.id)
        await DialerRepository(judging).trunk(world.trunk.id, lock=True)
        await reporting.execute(text("set local lock_timeout = '5s'"))
        for words in ("once", "twice"):
            await reporting.execute(update(Call).where(Call.id == call.id).values(failure=words))


DEADLOCK = OperationalError("", {}, DeadlockDetected("deadlock detected"))


@pytest.mark.parametrize("refusal", [DEADLOCK, NoneFree("no connection")], ids=["deadlock", "none free"])
async def test_what_the_network_said_is_written_although_the_database_could_not_take_it_at_first(bench: Bench, refusal: Exception) -> None:
    world = await bench.make_world(NUMBERS[0])
    await bench.claim_all()
    refusals = 2

    def refuse(connection: object, cursor: object, statement: str, *rest: object) -> None:
        nonlocal refusals
        if statement.startswith("UPDATE trunk SET") and refusals:
            refusals -= 1
            raise refusal

    event.listen(bench.engine.sync_engine, "before_cursor_execute", refuse)
    try:
        await dial_all(bench, THROTTLED)
    finally:
        event.remove(bench.engine.sync_engine, "before_cursor_execute", refuse)
    trunk, (call,) = await trunk_of(bench, world), await bench.calls()
    assert refusals == 0
    assert (call.network_result, call.sip_status_code, trunk.rate_factor) == ("throttled", 503, Decimal("0.5"))


async def test_ten_failures_of_the_network_pause_the_trunk_with_a_reason_and_the_campaign_waits(bench: Bench) -> None:
    world = await bench.make_world(*NUMBERS[:11], slots=20)
    await bench.claim_all()
    await dial_all(bench, DOWN, but=1)
    trunk = await trunk_of(bench, world)
    assert trunk.paused_reason == "10 of the last 10 dials within 5 minutes failed in the network."
    last = next(call for call in await bench.calls() if call.state == "ready")
    await place.place(bench.dialer, last.id)
    assert len(bench.telephony.sent) == 10
    (released,) = [call for call in await bench.calls() if call.state == "released"]
    assert released.failure == f"The trunk is paused: {trunk.paused_reason}"
    async with bench.dialer.sessions() as session:
        assert (await session.get_one(Campaign, world.campaign.id)).execution_status == "running"


async def test_a_paused_trunk_gets_no_call_until_its_rest_is_over_and_then_one(bench: Bench) -> None:
    world = await bench.make_world(*NUMBERS[:5], slots=20)
    async with bench.dialer.sessions() as session:
        now = await session.scalar(select(func.now()))
    await change_trunk(bench, world, paused_reason="All lines failed.", paused_at=now)
    assert await bench.tick() == 0
    await change_trunk(bench, world, paused_at=now - timedelta(seconds=61))
    assert (await bench.tick(), await bench.tick()) == (1, 0)


@pytest.mark.parametrize(("dialled_ago", "claimed"), [(timedelta(seconds=20), 0), (timedelta(minutes=3), 1)], ids=["trial", "earlier"])
async def test_while_the_trial_is_at_the_phone_no_agent_is_sent_for_another_call(
    bench: Bench, dialled_ago: timedelta, claimed: int
) -> None:
    """One that was dialled before the pause is no trial."""
    world = await bench.make_world(*NUMBERS[:3], slots=20)
    async with bench.dialer.sessions() as session:
        now = await session.scalar(select(func.now()))
    await change_trunk(bench, world, paused_reason="All lines failed.", paused_at=now - timedelta(minutes=2))
    assert await bench.tick() == 1
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Call).values(state="ringing", dialing_at=now - dialled_ago))
    assert await bench.tick() == claimed


@pytest.mark.parametrize(("answer", "is_paused"), [(Answered(), False), (Refused(486, "Busy Here", "x"), False), (DOWN, True)])
async def test_after_its_rest_one_trial_call_decides(bench: Bench, answer: DialResult, is_paused: bool) -> None:
    world = await bench.make_world(NUMBERS[0])
    await bench.tick()
    now = (await bench.calls())[0].claimed_at
    assert now is not None
    await change_trunk(bench, world, paused_reason="All lines failed.", paused_at=now - timedelta(minutes=2))
    await dial_all(bench, answer)
    trunk = await trunk_of(bench, world)
    assert bool(trunk.paused_reason) is is_paused
    assert trunk.paused_at is not None
    assert trunk.paused_at > now


async def test_a_wrong_password_loses_no_contact_however_long_it_stays(bench: Bench) -> None:
    world = await bench.make_world(*NUMBERS[:12], slots=60)
    await bench.claim_all()
    await dial_all(bench, WRONG_PASSWORD)
    for rest in range(20):
        if rest % 12 == 0:
            # One after the other is the trial, each of them twice at most.
            await bench.make_due()
        await change_trunk(bench, world, paused_at=datetime.now(UTC) - timedelta(minutes=2))
        assert await bench.tick() == 1
        await dial_all(bench, WRONG_PASSWORD)
    assert {(e.state, e.attempts) for e in await bench.enrollments()} == {("waiting", 0)}
    assert [call.counts_as_attempt for call in await bench.calls()].count(True) == 0
    assert "To be called again after trunk fault." in {reason for e in await bench.enrollments() for reason in e.waiting_reasons}
    async with bench.dialer.sessions() as session:
        assert (await session.get_one(Campaign, world.campaign.id)).execution_status == "running"


async def test_a_pause_and_its_end_are_told_with_the_reason(bench: Bench) -> None:
    world = await bench.make_world(*NUMBERS[:11], slots=20)
    await _listen(bench, world)
    await bench.claim_all()
    await dial_all(bench, *[DOWN] * 10, Answered(), but=1)
    trunk = await trunk_of(bench, world)
    assert trunk.paused_at is not None
    await change_trunk(bench, world, paused_at=trunk.paused_at - timedelta(minutes=2))
    trial = next(call for call in await bench.calls() if call.state == "ready")
    await place.place(bench.dialer, trial.id)
    reason, url = "10 of the last 10 dials within 5 minutes failed in the network.", f"/api/v1/trunks/{trunk.id}"
    paused, resumed = await _told(bench)
    common = {"id": str(trunk.id), "name": trunk.name, "reason": reason, "url": url, "health_url": f"{url}/health"}
    assert {name: paused[1][name] for name in common} == {name: resumed[1][name] for name in common} == common
    assert (paused[0], resumed[0], resumed[1]["paused_at"]) == ("trunk.paused", "trunk.resumed", None)
    assert datetime.fromisoformat(paused[1]["paused_at"]) == trunk.paused_at


async def test_a_trial_that_fails_is_no_second_pause(bench: Bench) -> None:
    world = await bench.make_world(NUMBERS[0])
    await _listen(bench, world)
    await bench.tick()
    now = (await bench.calls())[0].claimed_at
    assert now is not None
    await change_trunk(bench, world, paused_reason="All lines failed.", paused_at=now - timedelta(minutes=2))
    await dial_all(bench, DOWN)
    assert (await trunk_of(bench, world)).paused_reason
    assert await _told(bench) == []


async def _listen(bench: Bench, world: rows.World) -> None:
    events = ["trunk.paused", "trunk.resumed"]
    async with bench.dialer.sessions.begin() as session:
        session.add(WebhookEndpoint(workspace_id=world.workspace.id, url="https://hooks.example.com/", events=events, secret_sealed="x"))


async def _told(bench: Bench) -> list[tuple[str, Any]]:
    """Type and data of what is to be told, oldest first."""
    async with bench.dialer.sessions() as session:
        return [(event.type, event.data) for event in await session.scalars(select(WebhookEvent).order_by(WebhookEvent.id))]


async def test_a_trunk_pauses_by_its_own_share_and_count_and_tries_again_after_its_own_rest(bench: Bench) -> None:
    world = await bench.make_world(*NUMBERS[:8], slots=20)
    await change_trunk(bench, world, breaker={"share": 0.25, "dials": 8, "least_dials": 4, "window_s": 120, "pause_s": 600})
    await bench.claim_all()
    await dial_all(bench, Answered(), Answered(), Answered(), DOWN, but=4)
    trunk = await trunk_of(bench, world)
    assert trunk.paused_reason == "1 of the last 4 dials within 2 minutes failed in the network."
    assert trunk.paused_at is not None
    await change_trunk(bench, world, paused_at=trunk.paused_at - timedelta(seconds=500))
    ready = next(call for call in await bench.calls() if call.state == "ready")
    await place.place(bench.dialer, ready.id)
    assert len(bench.telephony.sent) == 4
    await change_trunk(bench, world, paused_at=trunk.paused_at - timedelta(seconds=700))
    ready = next(call for call in await bench.calls() if call.state == "ready")
    await place.place(bench.dialer, ready.id)
    assert len(bench.telephony.sent) == 5


async def test_a_campaign_goes_into_error_by_its_own_share_before_its_trunk_pauses(bench: Bench) -> None:
    world = await bench.make_world(*NUMBERS[:3], slots=20, breaker={"least_dials": 3})
    await bench.claim_all()
    await dial_all(bench, DOWN)
    assert (await trunk_of(bench, world)).paused_reason == ""
    async with bench.dialer.sessions() as session:
        failed = await session.get_one(Campaign, world.campaign.id)
        trail = await session.scalar(select(AuditEntry.after).where(AuditEntry.action == "campaign.failed"))
    assert failed.execution_status == "error"
    assert failed.status_reason.startswith("3 of the last 3 dials within 5 minutes failed in the network.")
    assert trail == {"reason": failed.status_reason}


async def test_what_fails_in_one_campaign_only_puts_that_campaign_into_error(bench: Bench) -> None:
    world = await bench.make_world(*NUMBERS[:10], slots=40)
    async with bench.dialer.sessions.begin() as session:
        fine = Campaign(
            workspace_id=world.workspace.id, assistant_id=world.assistant.id, name="Fine", execution_status="running", attempts={}
        )
        session.add(fine)
        await session.flush()
        await answered_just_now(session, world, fine.id)
    await bench.claim_all()
    await dial_all(bench, *[Answered()] * 4, DOWN)
    assert (await trunk_of(bench, world)).paused_reason == ""
    async with bench.dialer.sessions() as session:
        failed = await session.get_one(Campaign, world.campaign.id)
        assert (failed.execution_status, (await session.get_one(Campaign, fine.id)).execution_status) == ("error", "running")
        assert failed.status_reason.startswith("6 of the last 10 dials")


async def answered_just_now(session: AsyncSession, world: rows.World, campaign_id: uuid.UUID) -> None:
    """Eleven calls of another campaign over the same trunk."""
    now = await session.scalar(select(func.now()))
    for number in NUMBERS[20:31]:
        session.add(
            Call(
                workspace_id=world.workspace.id,
                purpose="campaign",
                campaign_id=campaign_id,
                assistant_id=world.assistant.id,
                assistant_version_id=world.version.id,
                trunk_id=world.trunk.id,
                is_rehearsal=True,
                from_e164="+12025550199",
                to_e164=number,
                state="ended",
                due_at=now,
                dialing_at=now,
                network_result="answered",
                ringing_timeout_s=15,
                max_duration_s=60,
            )
        )
    await session.flush()


async def test_a_trunk_that_livekit_forgot_is_synchronised_again_and_costs_no_attempt(bench: Bench) -> None:
    world = await bench.make_world(NUMBERS[0])
    await bench.claim_all()
    await dial_all(bench, FORGOTTEN)
    trunk, (call,), (enrollment,) = await trunk_of(bench, world), await bench.calls(), await bench.enrollments()
    assert (trunk.sync_state, trunk.livekit_outbound_trunk_id) == ("pending", None)
    assert Nudge("sync_trunk", str(trunk.id)) in bench.queue.sent
    assert (call.state, call.network_result, enrollment.state, enrollment.attempts) == ("released", None, "waiting", 0)


async def test_a_pause_is_in_the_audit_trail(bench: Bench) -> None:
    await bench.make_world(*NUMBERS[:10], slots=20)
    await bench.claim_all()
    await dial_all(bench, DOWN)
    async with bench.dialer.sessions() as session:
        assert "trunk.paused" in list(await session.scalars(select(AuditEntry.action)))
