"""A change to a contact that may open the gate makes due at once whoever waits for the gate, and nobody who waits for anything else."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text, update

from control_plane.campaigns.enrollments import Enrollments
from control_plane.contacts.confirmed_zones import ConfirmedZoneIn, ConfirmedZones
from control_plane.contacts.quiet_schemas import QuietTimes
from control_plane.contacts.quiet_times import set_quiet_times
from control_plane.contacts.schemas import ContactPatch
from control_plane.contacts.service import ContactService
from control_plane.contacts.waiting import look_again
from control_plane.db.models import Contact, Enrollment
from control_plane.db.unit import Unit
from control_plane.domain.calling_window import DAYS
from control_plane.kit.queue import Nudge
from tests.factories import rows
from tests.integration.dialer.conftest import Bench

IN_NEW_YORK = "+12025550101"
OTHER_SIDE = "Asia/Bangkok"
"""Half a day away from New York."""
DAY = timedelta(days=1)


def _hours_around_now(zone: str) -> list[dict[str, Any]]:
    """Ranges of every day, from two hours ago until three hours hence, none of which passes midnight."""
    hour = datetime.now(ZoneInfo(zone)).hour
    start, end = (hour - 2) % 24, (hour + 3) % 24
    ranges = [(start, end)] if start < end else [(start, 24), (0, end)]
    return [{"days": list(DAYS), "start": f"{a:02d}:00", "end": f"{b:02d}:00"} for a, b in ranges if a < b]


async def _waits_for(bench: Bench, code: str) -> tuple[Enrollment, datetime]:
    """The only enrollment, which waits for that alone, with the moment until which it does."""
    assert await bench.tick() == 0
    (enrollment,) = await bench.enrollments()
    assert enrollment.waiting_codes == [code]
    assert enrollment.due_at is not None
    assert enrollment.due_at > datetime.now(UTC)
    return enrollment, enrollment.due_at


async def _who_has_quiet(bench: Bench) -> tuple[rows.World, Enrollment, datetime]:
    world = await bench.make_world(IN_NEW_YORK)
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Contact).values(quiet_times=_hours_around_now("America/New_York")))
    return world, *await _waits_for(bench, "quiet_time")


async def test_a_quiet_time_that_is_taken_back_makes_due_who_waited_for_its_end(bench: Bench) -> None:
    world, enrollment, _ = await _who_has_quiet(bench)
    bench.queue.sent.clear()
    async with bench.dialer.unit() as unit:
        await set_quiet_times(unit, world.workspace.id, enrollment.contact_id, QuietTimes([]))
    assert Nudge("tick", "") in bench.queue.sent
    assert await bench.tick() == 1


async def _confirm(unit: Unit, workspace_id: uuid.UUID, contact_id: uuid.UUID) -> None:
    await ConfirmedZones(unit, workspace_id).confirm(contact_id, ConfirmedZoneIn(OTHER_SIDE, "Said so in the call of 12 May."))


async def _take_back(unit: Unit, workspace_id: uuid.UUID, contact_id: uuid.UUID) -> None:
    await ConfirmedZones(unit, workspace_id).take_back(contact_id)


@pytest.mark.parametrize(
    ("hours_of", "confirmed", "change"),
    [(OTHER_SIDE, None, _confirm), ("America/New_York", OTHER_SIDE, _take_back)],
)
async def test_a_word_on_where_they_are_makes_due_who_waited_for_the_hours_of_another_place(
    bench: Bench, hours_of: str, confirmed: str | None, change: Any
) -> None:
    world = await bench.make_world(IN_NEW_YORK, window={"weekly": _hours_around_now(hours_of)})
    said = {"evidence": "Said so.", "by": "system", "at": "2026-11-01T12:00:00+00:00"} if confirmed else None
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Contact).values(confirmed_zone=confirmed, zone_confirmation=said))
    enrollment, _ = await _waits_for(bench, "outside_window")
    async with bench.dialer.unit() as unit:
        await change(unit, world.workspace.id, enrollment.contact_id)
    assert await bench.tick() == 1


@pytest.mark.parametrize(
    ("changed", "is_due"), [(ContactPatch(attributes={"state": "NY"}), True), (ContactPatch(name="Ada", language="en"), False)]
)
async def test_of_a_changed_contact_the_gate_is_asked_anew_where_it_looks_at_what_was_changed(
    bench: Bench, changed: ContactPatch, is_due: bool
) -> None:
    world, enrollment, waited_until = await _who_has_quiet(bench)
    async with bench.dialer.unit() as unit:
        await ContactService(unit, world.workspace.id).update(enrollment.contact_id, changed)
        now = unit.now
    (after,) = await bench.enrollments()
    assert after.due_at == (now if is_due else waited_until)
    # The hours are closed as before, so they wait as before.
    assert await bench.tick() == 0
    assert [e.due_at for e in await bench.enrollments()] == [waited_until]


async def test_a_promised_call_is_made_no_earlier_for_it(bench: Bench) -> None:
    world, enrollment, _ = await _who_has_quiet(bench)
    promised = datetime.now(UTC) + DAY
    async with bench.dialer.unit() as unit:
        row = await Enrollments(unit).lock(enrollment.id)
        assert row is not None
        await Enrollments(unit).wait(row, promised, ["To be called back at the time that was promised."])
    async with bench.dialer.unit() as unit:
        await set_quiet_times(unit, world.workspace.id, enrollment.contact_id, QuietTimes([]))
    assert [e.due_at for e in await bench.enrollments()] == [promised]
    assert await bench.tick() == 0


async def test_nobody_of_another_workspace_is_made_due(bench: Bench) -> None:
    _, enrollment, waited_until = await _who_has_quiet(bench)
    async with bench.dialer.unit() as unit:
        await look_again(unit, uuid.uuid4(), enrollment.contact_id)
    assert [e.due_at for e in await bench.enrollments()] == [waited_until]


async def test_how_long_they_have_given_way_is_counted_without_the_wait_that_ends_early(bench: Bench) -> None:
    world, enrollment, waited_until = await _who_has_quiet(bench)
    async with bench.dialer.sessions.begin() as session:
        # Since ten minutes when the gate began to make them wait, an hour ago: moved on by that wait, as the claim does it.
        moved_on = waited_until - timedelta(minutes=10)
        await session.execute(update(Enrollment).values(gives_way_since=moved_on))
    async with bench.dialer.unit() as unit:
        await set_quiet_times(unit, world.workspace.id, enrollment.contact_id, QuietTimes([]))
        now = unit.now
    assert [e.gives_way_since for e in await bench.enrollments()] == [now - timedelta(minutes=10)]


async def test_what_a_claim_finds_out_meanwhile_by_the_hours_of_before_is_passed_over(bench: Bench) -> None:
    world = await bench.make_world(IN_NEW_YORK)
    (enrollment,) = await bench.enrollments()
    async with bench.dialer.sessions() as session:
        # A claim that has read the contact, and writes down until when they wait.
        row = await Enrollments(Unit(session, datetime.now(UTC), "system")).lock(enrollment.id)
        assert row is not None
        changing = asyncio.create_task(_set_none(bench, world, enrollment.contact_id))
        await _until_somebody_waits(bench)
        row.due_at, row.waiting_codes = datetime.now(UTC) + DAY, ["quiet_time"]
        await session.commit()
        now = await changing
    assert [e.due_at for e in await bench.enrollments()] == [now]


async def _set_none(bench: Bench, world: rows.World, contact_id: uuid.UUID) -> datetime:
    async with bench.dialer.unit() as unit:
        await set_quiet_times(unit, world.workspace.id, contact_id, QuietTimes([]))
        return unit.now


async def _until_somebody_waits(bench: Bench) -> None:
    waiting = text("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
    async with asyncio.timeout(60):
        while True:
            # Within one transaction the answer would stay the same.
            async with bench.dialer.sessions() as session:
                if await session.scalar(waiting):
                    return
            await asyncio.sleep(0.02)
