"""Of a contact that has to wait a verdict is kept when the reasons change, and not each time somebody looks."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from control_plane.calls.replay import replay
from control_plane.db.models import Campaign, GateVerdict
from control_plane.dialer import place
from control_plane.domain.decision import Wait
from tests.integration.dialer.conftest import Bench


async def _verdicts(bench: Bench) -> list[GateVerdict]:
    async with bench.dialer.sessions() as session:
        return list(await session.scalars(select(GateVerdict).order_by(GateVerdict.id)))


async def test_a_verdict_to_wait_is_kept_when_its_reasons_change(bench: Bench) -> None:
    in_five_days = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
    await bench.make_world("+12025550101", window={"always": True, "dates": [in_five_days]})
    for _ in range(3):
        await bench.make_due()
        assert await bench.tick() == 0
    (verdict,) = await _verdicts(bench)
    assert (verdict.decision, [reason["code"] for reason in verdict.reasons]) == ("wait", ["outside_window"])
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Campaign).values(starts_at=datetime.now(UTC) + timedelta(days=1)))
    for _ in range(2):
        await bench.make_due()
        assert await bench.tick() == 0
    first, second = await _verdicts(bench)
    assert [reason["code"] for reason in second.reasons] == ["campaign_not_begun", "outside_window"]
    assert all(isinstance(replay(kept), Wait) for kept in (first, second))
    (enrollment,) = await bench.enrollments()
    assert enrollment.waiting_codes == ["campaign_not_begun", "outside_window"]


async def test_what_the_last_gate_has_said_is_not_kept_again_by_the_claim_that_hears_the_same(bench: Bench) -> None:
    await bench.make_world("+12025550101")
    call, _ = await bench.ready_call()
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Campaign).values(starts_at=datetime.now(UTC) + timedelta(days=1)))
    await place.place(bench.dialer, call.id)
    for _ in range(2):
        await bench.make_due()
        assert await bench.tick() == 0
    kept = [(verdict.stage, verdict.decision) for verdict in await _verdicts(bench)]
    assert kept == [("claim", "dial"), ("last_gate", "wait")]
    assert bench.telephony.sent == []
