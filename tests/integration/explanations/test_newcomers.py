"""Whom a campaign takes in and may never call is closed at once, with the verdict, and nobody else is touched."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update

from control_plane.calls.replay import replay
from control_plane.contacts.suppressions import suppress
from control_plane.db.models import Call, Campaign, Enrollment, GateVerdict
from control_plane.domain.decision import Never
from control_plane.explanations.tasks import judge_newcomers
from tests.integration.dialer.conftest import Bench, bench

__all__ = ["bench"]
FINE, STOPPED, REAL = "+12025550101", "+12025550102", "+12125551234"


def _ctx(bench: Bench) -> dict[str, Any]:
    return {"sessions": bench.dialer.sessions, "queue": bench.queue, "clock": bench.dialer.clock}


async def _states(bench: Bench) -> list[str]:
    return [enrollment.state for enrollment in await bench.enrollments()]


async def _verdicts(bench: Bench) -> list[GateVerdict]:
    async with bench.dialer.sessions() as session:
        return list(await session.scalars(select(GateVerdict).order_by(GateVerdict.enrollment_id)))


async def test_whoever_may_never_be_called_is_closed_before_they_are_due(bench: Bench) -> None:
    world = await bench.make_world(FINE, STOPPED, REAL)
    async with bench.dialer.unit() as unit:
        await suppress(unit, world.workspace.id, STOPPED, reason="asked", source="api")
    for _ in range(2):
        await judge_newcomers(_ctx(bench), str(world.campaign.id))
    waiting, suppressed, exhausted = await bench.enrollments()
    assert (waiting.state, suppressed.state, exhausted.state) == ("waiting", "suppressed", "exhausted")
    assert suppressed.closed_reason == "The number is on the suppression list: asked."
    assert exhausted.closed_reason == "A rehearsal trunk calls fictional numbers only (+1 NPA 555-01xx)."
    kept = await _verdicts(bench)
    assert [(v.stage, v.decision, v.enrollment_id) for v in kept] == [
        ("planning", "never", suppressed.id),
        ("planning", "never", exhausted.id),
    ]
    assert all(isinstance(replay(verdict), Never) for verdict in kept)
    assert await bench.tick() == 1


async def test_a_campaign_that_does_not_run_judges_nobody(bench: Bench) -> None:
    world = await bench.make_world(REAL)
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Campaign).values(execution_status="paused"))
    await judge_newcomers(_ctx(bench), str(world.campaign.id))
    assert (await _states(bench), await _verdicts(bench)) == (["waiting"], [])


async def test_a_campaign_that_begins_later_judges_nobody_yet(bench: Bench) -> None:
    world = await bench.make_world(REAL)
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Campaign).values(starts_at=datetime(2100, 1, 1, tzinfo=UTC)))
    await judge_newcomers(_ctx(bench), str(world.campaign.id))
    assert await _states(bench) == ["waiting"]


async def test_who_was_enrolled_long_ago_is_left_to_the_claim(bench: Bench) -> None:
    world = await bench.make_world(REAL)
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Enrollment).values(created_at=datetime(2026, 1, 1, tzinfo=UTC)))
    await judge_newcomers(_ctx(bench), str(world.campaign.id))
    assert await _states(bench) == ["waiting"]


async def test_a_campaign_with_nobody_left_is_over(bench: Bench) -> None:
    world = await bench.make_world(REAL)
    await judge_newcomers(_ctx(bench), str(world.campaign.id))
    async with bench.dialer.sessions() as session:
        assert (await session.get_one(Campaign, world.campaign.id)).execution_status == "completed"
        assert (await session.scalars(select(Call))).all() == []
