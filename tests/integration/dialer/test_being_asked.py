"""Somebody has said stop and is being asked which calls they mean: meanwhile nothing is dialled, and nobody is closed."""

from control_plane.contacts.suppressions import hold, let_go, suppress
from control_plane.db.models import Call
from control_plane.dialer import place
from control_plane.kit.ids import new_id
from control_plane.telephony.port import Refused
from sip_config.naming import room_name
from tests.integration.dialer.conftest import Bench

NUMBER = "+12025550101"
BUSY = Refused(486, "Busy Here", "resource_exhausted")


async def test_what_is_due_waits_and_goes_on_when_it_was_not_meant(bench: Bench) -> None:
    world, asked_in = await bench.make_world(NUMBER), new_id()
    async with bench.dialer.unit() as unit:
        await hold(unit, world.workspace.id, NUMBER, evidence="Stop.", call_id=asked_in)
    assert await bench.tick() == 0
    (enrollment,) = await bench.enrollments()
    assert (enrollment.state, enrollment.waiting_codes) == ("waiting", ["being_asked"])
    async with bench.dialer.unit() as unit:
        await let_go(unit, world.workspace.id, NUMBER, asked_in)
    await bench.make_due()
    assert await bench.tick() == 1


async def test_a_call_that_is_ready_or_leaving_stays(bench: Bench) -> None:
    world = await bench.make_world(NUMBER)
    call, _ = await bench.ready_call()
    async with bench.dialer.unit() as unit:
        await hold(unit, world.workspace.id, NUMBER, evidence="Stop.", call_id=new_id())
    bench.telephony.answer(room_name(str(call.id)), BUSY)
    await place.place(bench.dialer, call.id)
    assert (bench.telephony.sent, _states(await bench.calls())) == ([], ["released"])
    (enrollment,) = await bench.enrollments()
    assert enrollment.state == "waiting"


async def test_a_wish_for_all_calls_takes_the_place_of_what_was_held_for_now(bench: Bench) -> None:
    world, asked_in = await bench.make_world(NUMBER), new_id()
    async with bench.dialer.unit() as unit:
        await hold(unit, world.workspace.id, NUMBER, evidence="Stop.", call_id=asked_in)
    async with bench.dialer.unit() as unit:
        row, is_new = await suppress(unit, world.workspace.id, NUMBER, reason="asked", source="api", evidence="letter")
    assert (row.source, row.reason, row.evidence, is_new) == ("api", "asked", "letter", True)
    async with bench.dialer.unit() as unit:
        await let_go(unit, world.workspace.id, NUMBER, asked_in)
    assert await bench.tick() == 0
    assert [e.state for e in await bench.enrollments()] == ["suppressed"]


def _states(calls: list[Call]) -> list[str]:
    return [call.state for call in calls]
