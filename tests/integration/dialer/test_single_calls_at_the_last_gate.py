"""A single call was allowed when it was made; what holds is what holds at the last moment before its INVITE."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from control_plane.contacts.suppressions import suppress
from control_plane.db.models import Call, Consent, GateVerdict, Number, Trunk, Workspace
from control_plane.dialer import place
from control_plane.domain.destinations import destination
from control_plane.explanations.calls import CallExplanations
from control_plane.kit.ids import new_id
from control_plane.telephony.port import Refused
from sip_config.naming import room_name
from tests.factories import rows
from tests.integration.dialer.conftest import Bench

NEW_YORK = "+12124567890"
NO_HOURS = {"waivers": [{"pack": "us", "rule": "hours", "reason": "The test runs at any hour, and nobody is called."}]}
Change = Callable[[Bench, rows.World], Awaitable[None]]


async def queued(bench: Bench) -> rows.World:
    """A single call over a carrier to somebody who has agreed to it."""
    world = await bench.make_world()
    of = {"workspace_id": world.workspace.id}
    trunk = Trunk(id=new_id(), name="carrier", provider="generic", is_rehearsal=False, address="sip.example.com", sync_state="synced", **of)
    trunk.livekit_outbound_trunk_id, trunk.calls_per_second, trunk.max_concurrent_calls = "ST_real", world.trunk.calls_per_second, 10
    number = Number(id=new_id(), trunk_id=trunk.id, is_rehearsal=False, e164="+14155552671", **of)
    said = {"purpose": "informational", "basis": "oral", "granted_at": datetime(2026, 1, 1, tzinfo=UTC), "recorded_by": "api"}
    call = Call(id=new_id(), purpose="single", trunk_id=trunk.id, is_rehearsal=False, from_number_id=number.id, from_e164=number.e164, **of)
    call.assistant_id, call.assistant_version_id, call.to_e164 = world.assistant.id, world.version.id, NEW_YORK
    call.request, call.usage, call.due_at = {}, [], datetime(2026, 1, 1, tzinfo=UTC)
    call.ringing_timeout_s, call.max_duration_s = 15, 60
    async with bench.dialer.sessions.begin() as session:
        for row in (trunk, number, Consent(id=new_id(), e164=NEW_YORK, **said, **of), call):
            session.add(row)
            await session.flush()
        await session.execute(update(Workspace).values(rules=NO_HOURS, rules_version=1))
    return world


async def _suppressed(bench: Bench, world: rows.World) -> None:
    async with bench.dialer.unit() as unit:
        await suppress(unit, world.workspace.id, NEW_YORK, reason="by letter", source="api")


async def _stricter_rules(bench: Bench, world: rows.World) -> None:
    stricter = {"stricter": {"consents": [{"bases": ["written"]}]}}
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Workspace).values(rules=NO_HOURS | stricter, rules_version=2))


async def _consent_taken_back(bench: Bench, world: rows.World) -> None:
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Consent).values(revoked_at=datetime(2026, 2, 1, tzinfo=UTC)))


async def _country_closed(bench: Bench, world: rows.World) -> None:
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Workspace).values(allowed_countries=["GB"]))


CHANGES = [(_suppressed, "suppressed"), (_stricter_rules, "consent_missing"), (_consent_taken_back, "consent_missing")]
CHANGES += [(_country_closed, "country_not_allowed")]


@pytest.mark.parametrize(("change", "code"), CHANGES, ids=["suppression", "rules", "consent", "country"])
async def test_a_change_while_a_single_call_is_ready_keeps_it_from_being_sent(bench: Bench, change: Change, code: str) -> None:
    world = await queued(bench)
    call, _ = await bench.ready_call()
    await change(bench, world)
    await place.place(bench.dialer, call.id)
    assert bench.telephony.sent == []
    assert [c.state for c in await bench.calls()] == ["released"]
    assert await _verdicts(bench) == [("claim", "dial", []), ("last_gate", "never", [code])]
    async with bench.dialer.unit() as unit:
        told = await CallExplanations(unit, world.workspace.id).explain(call.id)
    assert (told.decision, told.may_dial, [reason.code for reason in told.reasons]) == ("never", False, [code])


@pytest.mark.parametrize(("change", "code"), CHANGES[:2], ids=["suppression", "rules"])
async def test_a_change_while_a_single_call_is_queued_keeps_it_from_being_claimed(bench: Bench, change: Change, code: str) -> None:
    world = await queued(bench)
    await change(bench, world)
    await bench.tick()
    assert [c.state for c in await bench.calls()] == ["released"]
    assert (bench.telephony.sent, (await _verdicts(bench))[-1]) == ([], ("claim", "never", [code]))


async def _destination_paused(bench: Bench, prefix: str, why: str) -> None:
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Workspace).values(paused_destinations={prefix: why} if why else {}))
        await session.execute(update(Call).values(due_at=datetime(2026, 1, 1, tzinfo=UTC)))


async def test_a_single_call_that_has_to_wait_says_why_today_and_is_not_written_down_at_each_look(bench: Bench) -> None:
    world, prefix = await queued(bench), destination(NEW_YORK).prefix
    (call,) = await bench.calls()
    for _ in range(3):
        await _destination_paused(bench, prefix, "Calls there are paused.")
        assert await bench.tick() == 0
    assert await _verdicts(bench) == [("claim", "wait", ["destination_paused"])]
    async with bench.dialer.unit() as unit:
        told = await CallExplanations(unit, world.workspace.id).explain(call.id)
    assert (told.decision, [reason.code for reason in told.reasons]) == ("wait", ["destination_paused"])
    await _destination_paused(bench, prefix, "")
    assert await bench.tick() == 1
    assert await _verdicts(bench) == [("claim", "wait", ["destination_paused"]), ("claim", "dial", [])]
    async with bench.dialer.unit() as unit:
        assert (await CallExplanations(unit, world.workspace.id).explain(call.id)).may_dial


async def test_without_a_change_the_same_call_is_sent(bench: Bench) -> None:
    await queued(bench)
    call, _ = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Refused(486, "Busy Here", "resource_exhausted"))
    await place.place(bench.dialer, call.id)
    assert [order.to for order in bench.telephony.sent] == [NEW_YORK]


async def _verdicts(bench: Bench) -> list[tuple[str, str, list[str]]]:
    async with bench.dialer.sessions() as session:
        kept = await session.scalars(select(GateVerdict).order_by(GateVerdict.decided_at, GateVerdict.id))
        return [(verdict.stage, verdict.decision, [reason["code"] for reason in verdict.reasons]) for verdict in kept]
