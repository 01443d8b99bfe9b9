"""What follows from a call's end, on real rows: the contact's next number, another trunk, rests of caller IDs, the cap over everything."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from control_plane.db.models import Call, CampaignNumber, ContactPhone, Enrollment, Number, Trunk
from control_plane.dialer import place
from control_plane.kit.ids import new_id
from control_plane.telephony.port import DialResult, Refused
from sip_config.contract import EventKind
from sip_config.naming import room_name
from tests.factories import rows
from tests.integration.dialer.conftest import STILL_THERE, Bench

ONE, TWO, THREE = "+12025550101", "+12025550102", "+12025550103"
FIRST_CALLER, SECOND_CALLER = "+12025550199", "+12025550198"
BLOCKED = Refused(603, "Network Blocked", "permission_denied")
NOT_FOUND = Refused(404, "Not Found", "not_found")
BUSY = Refused(486, "Busy Here", "resource_exhausted")
CONGESTED = Refused(503, "Service Unavailable", "failed_precondition")


@dataclass
class Ends:
    """Claims and dials one call after the other, and lets time pass by moving what waits."""

    bench: Bench

    async def world(self, *numbers: str, attempts: dict[str, Any] | None = None) -> rows.World:
        """One contact with these numbers."""
        async with self.bench.dialer.sessions.begin() as session:
            world = await rows.world(session, attempts=attempts or {"max_total": 6})
            await rows.enrollment(session, world, *numbers)
            await rows.agent_worker(session, slots=4, heartbeat_at=datetime.now(UTC) + STILL_THERE)
        return world

    async def caller(self, world: rows.World, e164: str = SECOND_CALLER, *, own_trunk: bool = False, **facts: Any) -> uuid.UUID:
        """A further number of the campaign."""
        trunk_id, number_id, workspace_id = world.trunk.id, new_id(), world.workspace.id
        async with self.bench.dialer.sessions.begin() as session:
            if own_trunk:
                trunk_id = new_id()
                plain = {"provider": "rehearsal", "is_rehearsal": True, "address": "127.0.0.1", "sync_state": "synced"}
                named = {"name": "second", "livekit_outbound_trunk_id": "ST_second", "calls_per_second": 100}
                session.add(Trunk(id=trunk_id, workspace_id=workspace_id, **(plain | named)))
                await session.flush()
            session.add(Number(id=number_id, workspace_id=workspace_id, trunk_id=trunk_id, is_rehearsal=True, e164=e164, **facts))
            await session.flush()
            session.add(CampaignNumber(campaign_id=world.campaign.id, number_id=number_id))
        return number_id

    async def call(self, result: DialResult) -> Call:
        """The next call, with this answer of the network."""
        (called,) = await self.burst(1, result)
        return called

    async def burst(self, many: int, result: DialResult) -> list[Call]:
        """The next calls, all with this answer of the network."""
        assert await self.bench.tick() == many
        async with self.bench.dialer.sessions() as session:
            queued = list(await session.scalars(select(Call).where(Call.state == "queued").order_by(Call.id)))
        for called in queued:
            ticket = await self.bench.dispatch(called)
            await self.bench.agent_says(ticket, EventKind.READY)
            self.bench.telephony.answer(room_name(str(called.id)), result)
            await place.place(self.bench.dialer, called.id)
        return [await self._one(Call, called.id) for called in queued]

    async def let_time_pass(self) -> None:
        """Whoever waits is due, and nothing that was dialled is younger than an hour."""
        async with self.bench.dialer.sessions.begin() as session:
            for enrollment in await session.scalars(select(Enrollment).where(Enrollment.state == "waiting")):
                enrollment.due_at = datetime(2026, 1, 1, tzinfo=UTC)
            for call in await session.scalars(select(Call).where(Call.dialing_at.is_not(None))):
                assert call.dialing_at is not None
                call.dialing_at -= timedelta(hours=1)

    async def enrollment(self) -> Enrollment:
        return (await self.bench.enrollments())[0]

    async def change(self, kind: Any, row_id: uuid.UUID, **facts: Any) -> None:
        async with self.bench.dialer.sessions.begin() as session:
            row = await session.get_one(kind, row_id)
            for name, value in facts.items():
                setattr(row, name, value)

    async def number(self, e164: str) -> Number:
        async with self.bench.dialer.sessions() as session:
            return (await session.scalars(select(Number).where(Number.e164 == e164))).one()

    async def phones(self) -> dict[str, str]:
        async with self.bench.dialer.sessions() as session:
            return {phone.e164: phone.dead_reason for phone in await session.scalars(select(ContactPhone))}

    async def _one(self, kind: Any, row_id: uuid.UUID) -> Any:
        async with self.bench.dialer.sessions() as session:
            return await session.get_one(kind, row_id)


@pytest.fixture
def ends(bench: Bench) -> Ends:
    return Ends(bench)


async def test_a_number_that_does_not_exist_is_followed_by_the_contacts_next_one_at_once(ends: Ends) -> None:
    await ends.world(ONE, TWO)
    first = await ends.call(NOT_FOUND)
    assert (await ends.enrollment()).waiting_reasons == ["To be called on another number, because the number does not exist."]
    second = await ends.call(BUSY)
    assert (first.to_e164, second.to_e164) == (ONE, TWO)
    assert await ends.phones() == {ONE: "the number does not exist", TWO: ""}


async def test_a_contact_whose_every_number_is_dead_is_exhausted(ends: Ends) -> None:
    await ends.world(ONE, TWO)
    await ends.call(NOT_FOUND)
    await ends.call(Refused(410, "Gone", "not_found"))
    enrollment = await ends.enrollment()
    assert (enrollment.state, enrollment.closed_reason, enrollment.attempts) == ("exhausted", "the number has changed", 2)


async def test_the_same_number_calls_the_contact_again(ends: Ends) -> None:
    world = await ends.world(ONE)
    first = await ends.call(BUSY)
    await ends.caller(world)
    await ends.let_time_pass()
    second = await ends.call(BUSY)
    assert (first.from_e164, second.from_e164) == (FIRST_CALLER, FIRST_CALLER)
    assert second.caller_choice["why"] == "sticky"
    assert (await ends.enrollment()).last_from_number_id == world.number.id


async def test_a_call_of_another_campaign_makes_its_number_the_usual_one(ends: Ends) -> None:
    world = await ends.world(ONE)
    usual = await ends.caller(world)
    await ends.change(Number, world.number.id, health="quarantined")
    await ends.call(BUSY)
    await ends.change(Number, world.number.id, health="active")
    await ends.change(Enrollment, (await ends.enrollment()).id, last_from_number_id=None)
    await ends.let_time_pass()
    assert (await ends.call(BUSY)).from_number_id == usual


async def test_after_a_failure_of_the_network_another_trunk_calls(ends: Ends) -> None:
    world = await ends.world(ONE)
    await ends.call(CONGESTED)
    await ends.caller(world, own_trunk=True)
    await ends.let_time_pass()
    second = await ends.call(BUSY)
    assert (second.from_e164, second.caller_choice["why"]) == (SECOND_CALLER, "other_trunk")
    assert (await ends.enrollment()).attempts == 1


async def test_a_blocked_number_rests_and_the_contact_is_called_later_from_another(ends: Ends) -> None:
    world = await ends.world(ONE)
    await ends.caller(world)
    first = await ends.call(BLOCKED)
    resting = await ends.number(first.from_e164)
    assert (resting.health, resting.health_reason) == ("resting", "A carrier blocked a call of it as unwanted.")
    assert resting.rests_until is not None
    # However slow the machine is: rehearsed rests are over within seconds.
    await ends.change(Call, first.id, dialing_at=datetime.now(UTC) + timedelta(minutes=1))
    await ends.change(Number, resting.id, rests_until=datetime.now(UTC) + timedelta(minutes=1))
    await ends.change(Enrollment, (await ends.enrollment()).id, due_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert await ends.bench.tick() == 0
    assert (await ends.enrollment()).waiting_reasons == [
        "A call to this contact was blocked; the next one waits, and comes from another number."
    ]
    await ends.change(Enrollment, (await ends.enrollment()).id, due_at=datetime(2026, 1, 1, tzinfo=UTC))
    await ends.change(Call, first.id, dialing_at=datetime.now(UTC) - timedelta(seconds=4))
    second = await ends.call(BUSY)
    assert second.from_e164 != first.from_e164
    assert second.caller_choice["passed_over"] == [{"number_id": str(resting.id), "sentence": "It rests after a block."}]


async def test_a_number_at_its_cap_calls_no_more_and_its_contacts_stay_due(ends: Ends) -> None:
    world = await ends.world(ONE)
    await ends.change(Number, world.number.id, daily_cap=1)
    async with ends.bench.dialer.sessions.begin() as session:
        await rows.enrollment(session, world, TWO)
    assert await ends.bench.tick() == 1
    assert await ends.bench.tick() == 0
    assert [e.state for e in await ends.bench.enrollments()].count("waiting") == 1


async def test_caps_hold_within_one_claim_and_the_load_is_shared(ends: Ends) -> None:
    world = await ends.world(ONE)
    await ends.change(Number, world.number.id, daily_cap=2)
    await ends.caller(world, daily_cap=1)
    async with ends.bench.dialer.sessions.begin() as session:
        for e164 in (TWO, THREE, "+12025550104"):
            await rows.enrollment(session, world, e164)
    while await ends.bench.tick():
        pass
    callers = sorted(call.from_e164 for call in await ends.bench.calls())
    assert callers == [SECOND_CALLER, FIRST_CALLER, FIRST_CALLER]


async def test_the_first_call_begins_a_numbers_warm_up_and_says_why_it_was_chosen(ends: Ends) -> None:
    world = await ends.world(ONE)
    assert (await ends.number(FIRST_CALLER)).first_used_at is None
    call = await ends.call(BUSY)
    assert (await ends.number(FIRST_CALLER)).first_used_at is not None
    assert call.from_number_id == world.number.id
    assert call.caller_choice == {
        "why": "least_used",
        "sentence": "Of the numbers that may call, the least of its day is used.",
        "calls_today": 0,
        "daily_cap": None,
        "passed_over": [],
    }


async def test_three_calls_in_24_hours_are_the_most_whatever_the_campaign_and_the_number(ends: Ends) -> None:
    await ends.world(ONE, TWO, attempts={"max_total": 6, "max_per_24h": 2})
    for _ in range(2):
        await ends.call(BUSY)
        await ends.let_time_pass()
    assert await ends.bench.tick() == 0
    enrollment = await ends.enrollment()
    assert enrollment.waiting_reasons == ["The contact has been called 2 times within 24 hours."]
    assert enrollment.due_at is not None
    assert timedelta(hours=21, minutes=50) < enrollment.due_at - datetime.now(UTC) < timedelta(hours=22)
