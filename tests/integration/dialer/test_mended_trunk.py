"""A trunk is mended: who was to be called again later because of its fault is called now, and nobody else is."""

import uuid
from datetime import timedelta

from sqlalchemy import func, select, update

from control_plane.campaigns.tasks import retry_after_trunk_fault
from control_plane.db.models import Call, Enrollment
from control_plane.domain.pacing import Priority
from control_plane.kit.ids import new_id
from control_plane.kit.queue import Nudge
from control_plane.telephony.port import Refused
from tests.integration.dialer.conftest import Bench, bench
from tests.integration.dialer.test_protection import NUMBERS, WRONG_PASSWORD, dial_all

__all__ = ["bench"]

BUSY = Refused(486, "Busy Here", "resource_exhausted")
LATER = timedelta(hours=4)


async def _mended(bench: Bench, trunk_id: uuid.UUID) -> list[bool]:
    """Who is due once the trunk is in order again, in the order in which they were called."""
    bench.queue.sent.clear()
    dialer = bench.dialer
    await retry_after_trunk_fault({"sessions": dialer.sessions, "queue": dialer.queue, "clock": dialer.clock}, str(trunk_id))
    async with dialer.sessions() as session:
        due = select(Enrollment.due_at <= func.clock_timestamp()).join(Call, Call.enrollment_id == Enrollment.id).order_by(Call.id)
        return list(await session.scalars(due))


async def _all_wait(bench: Bench) -> None:
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Enrollment).values(due_at=func.now() + LATER))


async def test_who_met_the_trunks_fault_is_due_at_once_and_who_was_busy_is_not(bench: Bench) -> None:
    world = await bench.make_world(*NUMBERS[:3], slots=8)
    await bench.claim_all()
    await dial_all(bench, WRONG_PASSWORD, BUSY, WRONG_PASSWORD)
    await _all_wait(bench)
    assert await _mended(bench, world.trunk.id) == [True, False, True]
    assert Nudge("tick") in bench.queue.sent
    assert await bench.tick() == 2


async def test_a_password_that_is_wrong_again_and_again_closes_nobody(bench: Bench) -> None:
    """Each attempt to mend it would be a rung of the ladder, which has eight."""
    world = await bench.make_world(NUMBERS[0], slots=20)
    for _ in range(10):
        assert await bench.tick() == 1
        await dial_all(bench, WRONG_PASSWORD)
        await _all_wait(bench)
        await _mended(bench, world.trunk.id)
    (enrollment,) = await bench.enrollments()
    assert (enrollment.state, enrollment.attempts) == ("waiting", 0)


async def test_whose_phone_rang_is_not_called_again_for_that(bench: Bench) -> None:
    world = await bench.make_world(NUMBERS[0])
    await bench.claim_all()
    await dial_all(bench, WRONG_PASSWORD)
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Call).values(counts_as_attempt=True))
    await _all_wait(bench)
    assert await _mended(bench, world.trunk.id) == [False]


async def test_another_trunk_that_is_mended_is_nothing_to_them(bench: Bench) -> None:
    await bench.make_world(NUMBERS[0])
    await bench.claim_all()
    await dial_all(bench, WRONG_PASSWORD)
    await _all_wait(bench)
    assert await _mended(bench, new_id()) == [False]
    assert bench.queue.sent == []


async def test_a_promise_the_gate_and_a_later_call_say_more_than_the_trunk(bench: Bench) -> None:
    world = await bench.make_world(*NUMBERS[:3])
    await bench.claim_all()
    await dial_all(bench, WRONG_PASSWORD)
    await _all_wait(bench)
    promised, forbidden, called_since = [call.enrollment_id for call in await bench.calls()]
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Enrollment).where(Enrollment.id == promised).values(priority=Priority.CALLBACK))
        await session.execute(update(Enrollment).where(Enrollment.id == forbidden).values(waiting_codes=["outside_window"]))
        await session.execute(update(Enrollment).where(Enrollment.id == called_since).values(due_at=func.now()))
    assert await bench.tick() == 1
    await dial_all(bench, BUSY)
    await _all_wait(bench)
    assert not any(await _mended(bench, world.trunk.id))
