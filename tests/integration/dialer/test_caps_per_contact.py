"""How often one person is called: what each cap counts, and what it holds back."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from control_plane.db.models import Call, Campaign, Trunk
from control_plane.kit.ids import new_id
from tests.factories import rows
from tests.integration.dialer.conftest import Bench, bench
from tests.integration.dialer.test_ends import BUSY, NOT_FOUND, ONE, TWO, Ends, ends
from tests.integration.dialer.test_single_calls_at_the_last_gate import NEW_YORK, queued

__all__ = ["bench", "ends"]


async def test_max_total_counts_attempts_on_all_numbers_however_they_ended(ends: Ends) -> None:
    """Neither rung is at its end, and a number is left."""
    await ends.world(ONE, TWO, attempts={"max_total": 2})
    await ends.call(BUSY)
    await ends.let_time_pass()
    await ends.call(NOT_FOUND)
    enrollment = await ends.enrollment()
    assert (enrollment.state, enrollment.closed_reason, enrollment.attempts) == ("exhausted", "all 2 attempts are used", 2)


async def test_who_has_had_as_many_attempts_as_a_changed_campaign_allows_is_not_called_again(ends: Ends) -> None:
    world = await ends.world(ONE, TWO, attempts={"max_total": 3})
    await ends.call(BUSY)
    await ends.let_time_pass()
    await ends.call(BUSY)
    async with ends.bench.dialer.sessions.begin() as session:
        await session.execute(update(Campaign).where(Campaign.id == world.campaign.id).values(attempts={"max_total": 2}))
    await ends.let_time_pass()
    assert await ends.bench.tick() == 0
    enrollment = await ends.enrollment()
    assert (enrollment.state, enrollment.closed_reason, enrollment.attempts) == ("exhausted", "all 2 attempts are used", 2)


@pytest.mark.parametrize("counts", [True, None], ids=["over", "under way"])
async def test_max_per_day_counts_single_calls_and_those_of_other_campaigns_on_other_numbers(ends: Ends, counts: bool | None) -> None:
    world = await ends.world(ONE, TWO, attempts={"max_total": 6, "max_per_day": 1})
    contact_id = (await ends.enrollment()).contact_id
    await _called(ends.bench, world, to_e164=TWO, contact_id=contact_id, counts_as_attempt=counts)
    assert await ends.bench.tick() == 0
    assert (await ends.enrollment()).waiting_reasons == ["1 of 1 attempts of the day are used."]


async def test_what_did_not_reach_the_contact_is_not_counted(ends: Ends) -> None:
    world = await ends.world(ONE, attempts={"max_total": 6, "max_per_day": 1})
    # So long ago that nobody gives way to it any more.
    before = datetime.now(UTC) - timedelta(hours=1)
    facts = {"contact_id": (await ends.enrollment()).contact_id, "counts_as_attempt": False, "dialing_at": before, "ended_at": before}
    await _called(ends.bench, world, to_e164=ONE, **facts)
    assert await ends.bench.tick() == 1


async def test_a_single_call_is_asked_for_by_a_person_and_heeds_the_24_hours_and_no_campaigns_day(bench: Bench) -> None:
    world = await queued(bench)
    async with bench.dialer.sessions() as session:
        trunk_id = (await session.scalars(select(Trunk.id).where(Trunk.name == "carrier"))).one()
    carrier = {"trunk_id": trunk_id, "is_rehearsal": False, "to_e164": NEW_YORK}
    for _ in range(3):
        await _called(bench, world, **carrier)
    assert await bench.tick() == 0
    # Two are what a campaign by its default allows in a day.
    await _forget_one(bench, trunk_id)
    assert await bench.tick() == 1


async def _called(bench: Bench, world: rows.World, **facts: Any) -> None:
    """A single call that was dialled a moment ago."""
    now = datetime.now(UTC) - timedelta(seconds=1)
    plain = {"workspace_id": world.workspace.id, "trunk_id": world.trunk.id, "is_rehearsal": True, "from_e164": world.number.e164}
    plain |= {"assistant_id": world.assistant.id, "assistant_version_id": world.version.id, "request": {}, "usage": []}
    over = {"state": "ended", "network_result": "no_answer", "counts_as_attempt": True, "due_at": now, "dialing_at": now, "ended_at": now}
    async with bench.dialer.sessions.begin() as session:
        session.add(Call(id=new_id(), purpose="single", ringing_timeout_s=15, max_duration_s=60, **(plain | over | facts)))


async def _forget_one(bench: Bench, trunk_id: uuid.UUID) -> None:
    """One of the calls was long ago; whoever waited is due."""
    async with bench.dialer.sessions.begin() as session:
        first, *_ = await session.scalars(select(Call).where(Call.trunk_id == trunk_id, Call.state == "ended").order_by(Call.id))
        first.dialing_at = datetime.now(UTC) - timedelta(days=60)
        for call in await session.scalars(select(Call).where(Call.trunk_id == trunk_id, Call.state == "queued")):
            call.due_at = datetime(2026, 1, 1, tzinfo=UTC)
