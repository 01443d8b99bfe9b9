"""A number of which the network has said that nobody is to be reached there is never called again, whoever comes to have it; until a
person has made sure of it."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.contacts.schemas import ContactPatch, PhoneIn
from control_plane.contacts.service import ContactService
from control_plane.db.models import AuditEntry, Call, CallEventRecord, Campaign, Enrollment, GateVerdict
from control_plane.explanations.enrollments import EnrollmentExplanations
from control_plane.explanations.schemas import EnrollmentExplained
from control_plane.kit.ids import new_id
from control_plane.telephony.port import Refused
from tests.factories import rows
from tests.integration.dialer.conftest import Bench, bench
from tests.integration.dialer.test_ends import BUSY, NOT_FOUND, ONE, TWO, Ends, ends

__all__ = ["bench", "ends"]

GONE = Refused(410, "Gone", "not_found")
NO_SUCH_NUMBER = "The network has said that the number does not exist; it can be called again once somebody confirms it."


async def test_a_contact_who_gets_a_dead_number_later_is_called_on_another_one(ends: Ends) -> None:
    world = await ends.world(ONE)
    await ends.call(NOT_FOUND)
    await _later(ends.bench, world, ONE, TWO)
    assert (await ends.call(BUSY)).to_e164 == TWO
    assert [call.to_e164 for call in await ends.bench.calls()] == [ONE, TWO]


async def test_a_contact_whose_only_number_is_known_to_be_dead_is_closed_and_never_called(ends: Ends) -> None:
    world = await ends.world(ONE)
    await ends.call(NOT_FOUND)
    later = await _later(ends.bench, world, ONE)
    explained = await _explained(ends.bench, later)
    assert (explained.may_dial, [reason.code for reason in explained.reasons]) == (False, ["dead_number"])
    assert explained.reasons[0].sentence == NO_SUCH_NUMBER
    assert await ends.bench.tick() == 0
    closed = await _enrollment(ends.bench, later)
    assert (closed.state, closed.closed_reason) == ("exhausted", NO_SUCH_NUMBER)
    async with ends.bench.dialer.sessions() as session:
        verdict = (await session.scalars(select(GateVerdict).where(GateVerdict.enrollment_id == later.id))).one()
    assert (verdict.decision, verdict.inputs["dead_number"]) == ("never", "invalid_number")


async def test_a_number_that_has_changed_is_dead_too_and_another_workspace_knows_nothing_of_it(ends: Ends) -> None:
    world = await ends.world(ONE)
    await ends.call(GONE)
    await _later(ends.bench, world, ONE)
    assert await ends.bench.tick() == 0
    async with ends.bench.dialer.sessions.begin() as session:
        await rows.enrollment(session, await rows.world(session), ONE)
    assert await ends.bench.tick() == 1


async def test_a_single_call_to_a_dead_number_is_given_up(ends: Ends) -> None:
    world = await ends.world(ONE)
    await ends.call(NOT_FOUND)
    single_id = await _single(ends.bench, world)
    assert await ends.bench.tick() == 0
    (single,) = [call for call in await ends.bench.calls() if call.id == single_id]
    assert (single.state, single.failure) == ("released", NO_SUCH_NUMBER)


async def test_taking_the_number_out_and_adding_it_again_makes_nobody_sure_of_it(ends: Ends) -> None:
    world = await ends.world(ONE)
    await ends.call(NOT_FOUND)
    contact_id = (await ends.enrollment()).contact_id
    await _change(ends.bench, world, contact_id, PhoneIn(TWO))
    await _change(ends.bench, world, contact_id, PhoneIn(ONE))
    assert await ends.phones() == {ONE: ""}
    await _enroll_again(ends.bench, world)
    assert await ends.bench.tick() == 0


async def test_a_person_who_has_made_sure_of_a_number_has_it_called_again_and_is_in_the_audit(ends: Ends) -> None:
    world = await ends.world(ONE)
    first = await ends.call(NOT_FOUND)
    later = await _later(ends.bench, world, ONE)
    await _change(ends.bench, world, later.contact_id, PhoneIn(ONE, is_confirmed=True))
    async with ends.bench.dialer.sessions() as session:
        entry = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "contact.numbers_confirmed"))).one()
        said = await session.scalar(select(CallEventRecord.effect).where(CallEventRecord.kind == "number_confirmed"))
    assert (entry.subject_id, entry.after, said) == (later.contact_id, {"phones": [ONE]}, "noted")
    # Also for the one who was called first, and whose call still says what the network has said.
    assert await ends.phones() == {ONE: ""}
    assert first.network_result == "invalid_number"
    second = await ends.call(NOT_FOUND)
    assert second.contact_id == later.contact_id
    await _later(ends.bench, world, ONE)
    assert await ends.bench.tick() == 0


async def test_to_be_sure_of_a_number_that_nobody_doubts_changes_nothing(ends: Ends) -> None:
    world = await ends.world(ONE)
    await _change(ends.bench, world, (await ends.enrollment()).contact_id, PhoneIn(ONE, is_confirmed=True))
    async with ends.bench.dialer.sessions() as session:
        actions = set(await session.scalars(select(AuditEntry.action)))
    assert "contact.numbers_confirmed" not in actions
    assert await ends.bench.tick() == 1


async def _later(bench: Bench, world: rows.World, *numbers: str) -> Enrollment:
    """Somebody whom the workspace comes to know after all calls so far; their campaign goes on for them."""
    async with bench.dialer.sessions.begin() as session:
        made = await rows.enrollment(session, world, *numbers)
        await _goes_on(session, world)
    return made


async def _goes_on(session: AsyncSession, world: rows.World) -> None:
    """The campaign had nobody left and completed itself."""
    (await session.get_one(Campaign, world.campaign.id)).execution_status = "running"


async def _enroll_again(bench: Bench, world: rows.World) -> None:
    async with bench.dialer.sessions.begin() as session:
        enrollment = (await session.scalars(select(Enrollment))).one()
        enrollment.state, enrollment.due_at, enrollment.closed_reason = "waiting", datetime(2026, 1, 1, tzinfo=UTC), ""
        await _goes_on(session, world)


async def _change(bench: Bench, world: rows.World, contact_id: uuid.UUID, *phones: PhoneIn) -> None:
    async with bench.dialer.unit() as unit:
        await ContactService(unit, world.workspace.id).update(contact_id, ContactPatch(phones=list(phones)))


async def _explained(bench: Bench, enrollment: Enrollment) -> EnrollmentExplained:
    async with bench.dialer.unit() as unit:
        return await EnrollmentExplanations(unit, enrollment.workspace_id).explain(enrollment.id)


async def _enrollment(bench: Bench, enrollment: Enrollment) -> Enrollment:
    async with bench.dialer.sessions() as session:
        return await session.get_one(Enrollment, enrollment.id)


async def _single(bench: Bench, world: rows.World) -> uuid.UUID:
    """Asked for before anybody knew, and due now."""
    of = {"workspace_id": world.workspace.id, "trunk_id": world.trunk.id, "from_number_id": world.number.id, "from_e164": world.number.e164}
    row = Call(id=new_id(), purpose="single", is_rehearsal=True, to_e164=ONE, request={}, usage=[], **of)
    row.assistant_id, row.assistant_version_id = world.assistant.id, world.version.id
    row.due_at, row.ringing_timeout_s, row.max_duration_s = datetime(2026, 1, 1, tzinfo=UTC), 15, 60
    async with bench.dialer.sessions.begin() as session:
        session.add(row)
    return row.id
