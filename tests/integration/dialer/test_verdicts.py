"""Verdicts that a running campaign leaves: every Dial and Never, a Wait when its reason changes; previews and explanations leave none."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from control_plane.calls.replay import replay
from control_plane.db.models import Campaign, Enrollment, GateVerdict, Suppression
from control_plane.dialer import place
from control_plane.explanations.calls import CallExplanations
from control_plane.explanations.enrollments import EnrollmentExplanations
from control_plane.explanations.preview import PreviewService
from control_plane.explanations.preview_schemas import PreviewIn
from control_plane.kit.ids import new_id
from control_plane.telephony.port import Refused
from sip_config.naming import room_name
from tests.integration.dialer.conftest import Bench

ONE, TWO, THREE = "+12025550101", "+12025550102", "+12025550103"
WEEK = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "start": "00:00", "end": "24:00"}]


async def _kept(bench: Bench) -> list[GateVerdict]:
    async with bench.dialer.sessions() as session:
        return list(await session.scalars(select(GateVerdict).order_by(GateVerdict.decided_at, GateVerdict.id)))


async def _change(bench: Bench, **values: Any) -> None:
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Campaign).values(**values))


async def _claim_again(bench: Bench) -> None:
    await bench.make_due()
    await bench.tick()


def _codes(kept: list[GateVerdict]) -> list[tuple[str, str]]:
    return [(verdict.decision, reason["code"]) for verdict in kept for reason in verdict.reasons]


async def test_dial_and_never_are_kept_and_wait_only_when_its_reason_changes(bench: Bench) -> None:
    world = await bench.make_world(ONE, TWO, THREE, daily_cap=1)
    async with bench.dialer.sessions.begin() as session:
        session.add(Suppression(id=new_id(), workspace_id=world.workspace.id, e164=THREE, source="api", reason="asked"))
    await bench.claim_all()
    kept = await _kept(bench)
    assert Counter(verdict.decision for verdict in kept) == {"dial": 1, "wait": 1, "never": 1}
    assert set(_codes(kept)) == {("wait", "daily_cap"), ("never", "suppressed")}
    (dial,) = (verdict for verdict in kept if verdict.decision == "dial")
    (call,) = await bench.calls()
    assert (dial.call_id, dial.stage, call.verdict_id) == (call.id, "claim", dial.id)

    for _ in range(3):
        await _claim_again(bench)
    assert len(await _kept(bench)) == 3

    day = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    await _change(bench, daily_cap=None, window={"weekly": WEEK, "dates": [day]})
    for _ in range(2):
        await _claim_again(bench)
    kept = await _kept(bench)
    assert (len(kept), _codes(kept)[-1]) == (4, ("wait", "outside_window"))
    assert all(type(replay(verdict)).__name__.lower() == verdict.decision for verdict in kept)


async def test_the_last_gate_keeps_its_own_verdict_and_the_call_explains_all_of_them(bench: Bench) -> None:
    world = await bench.make_world(ONE)
    call, _ = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Refused(486, "Busy Here", "resource_exhausted"))
    await place.place(bench.dialer, call.id)
    assert [(verdict.stage, verdict.decision, verdict.call_id) for verdict in await _kept(bench)] == [
        ("claim", "dial", call.id),
        ("last_gate", "dial", call.id),
    ]
    async with bench.dialer.unit() as unit:
        told = await CallExplanations(unit, world.workspace.id).explain(call.id)
    assert [verdict.stage for verdict in told.verdicts] == ["claim", "last_gate"]
    assert told.what_happened == "It was not answered: the line was busy (SIP 486)."
    assert told.what_follows.startswith("To be called again after busy. The contact is due again at ")
    assert told.caller is not None
    assert told.caller.sentence


async def test_neither_explanations_nor_previews_keep_a_verdict(bench: Bench) -> None:
    world = await bench.make_world(ONE)
    (enrollment,) = await bench.enrollments()
    async with bench.dialer.unit() as unit:
        told = await EnrollmentExplanations(unit, world.workspace.id).explain(enrollment.id)
        seen = await PreviewService(unit, world.workspace.id).preview(world.campaign.id, PreviewIn())
    assert (told.may_dial, seen.now, seen.obstacles) == (True, 1, [])
    assert await _kept(bench) == []
    async with bench.dialer.sessions() as session:
        after = await session.get_one(Enrollment, UUID(str(enrollment.id)))
    assert after.updated_at == enrollment.updated_at
