"""A promised callback: due at its time, before everybody else, and still behind the gate."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from control_plane.calls.service import CallService
from control_plane.db.models import Campaign, Enrollment
from control_plane.dialer import place
from control_plane.domain.errors import Invalid
from control_plane.domain.pacing import Priority
from control_plane.telephony.port import Answered
from sip_config.contract import AnsweredBy, CallReport, DispatchTicket, EndCause, EventKind, Outcome
from sip_config.naming import room_name
from tests.factories import rows
from tests.integration.dialer.conftest import Bench

ONE = "+12025550101"
PROMISED = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)


async def talked(bench: Bench) -> tuple[rows.World, DispatchTicket]:
    world = await bench.make_world(ONE, attempts={"max_total": 6})
    call, ticket = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Answered())
    await place.place(bench.dialer, call.id)
    return world, ticket


def report(ticket: DispatchTicket, outcome: Outcome, callback_at: datetime | None) -> CallReport:
    facts = {"answered": True, "answered_by": AnsweredBy.HUMAN, "outcome": outcome, "end_cause": EndCause.AGENT_HANGUP}
    return CallReport(ticket.call_id, ticket.generation, callback_at=callback_at, **facts)


async def set_due(bench: Bench, at: datetime) -> None:
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Enrollment).where(Enrollment.state == "waiting").values(due_at=at))


@pytest.mark.parametrize("said_in", ["event", "report"])
async def test_a_contact_is_due_at_the_promised_time_before_all_others(bench: Bench, said_in: str) -> None:
    _, ticket = await talked(bench)
    if said_in == "event":
        await bench.agent_says(ticket, EventKind.OUTCOME_SET, label="callback", note="", callback_at=PROMISED.isoformat())
        await bench.let_leases_expire()
        bench.telephony.agent_leaves(room_name(ticket.call_id))
        await bench.sweep()
    else:
        await bench.agent_reports(ticket, report(ticket, Outcome.CALLBACK, PROMISED))
    (call,), (enrollment,) = await bench.calls(), await bench.enrollments()
    assert (call.state, call.callback_at) == ("ended", PROMISED)
    assert (enrollment.state, enrollment.due_at, enrollment.priority) == ("waiting", PROMISED, Priority.CALLBACK)
    assert enrollment.waiting_reasons == ["To be called back at the time that was promised."]


@pytest.mark.parametrize("misheard", [datetime(2020, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)])
async def test_a_time_that_nobody_can_have_meant_leaves_the_callback_to_the_ladder(bench: Bench, misheard: datetime) -> None:
    _, ticket = await talked(bench)
    await bench.agent_reports(ticket, report(ticket, Outcome.CALLBACK, misheard))
    (call,), (enrollment,) = await bench.calls(), await bench.enrollments()
    assert (call.callback_at, enrollment.priority) == (None, Priority.CALLBACK)
    assert enrollment.due_at is not None
    assert enrollment.due_at < PROMISED


async def test_a_promise_outside_the_window_is_kept_when_the_window_opens(bench: Bench) -> None:
    world, ticket = await talked(bench)
    await bench.agent_reports(ticket, report(ticket, Outcome.CALLBACK, PROMISED))
    opens = datetime.now(UTC).date() + timedelta(days=2)
    only_then = {"weekly": [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "start": "10:00", "end": "11:00"}]}
    async with bench.dialer.sessions.begin() as session:
        window = only_then | {"dates": [opens.isoformat()]}
        await session.execute(update(Campaign).where(Campaign.id == world.campaign.id).values(window=window))
    await set_due(bench, datetime.now(UTC) - timedelta(minutes=1))
    assert await bench.tick() == 0
    (enrollment,) = await bench.enrollments()
    assert enrollment.due_at is not None
    assert (enrollment.due_at.date(), enrollment.priority) == (opens, Priority.CALLBACK)


async def test_a_person_may_promise_a_time_after_the_call(bench: Bench) -> None:
    world, ticket = await talked(bench)
    await bench.agent_reports(ticket, report(ticket, Outcome.HUNG_UP_EARLY, None))
    (call,) = await bench.calls()
    async with bench.dialer.unit() as unit:
        await CallService(unit, world.workspace.id).set_outcome(call.id, "callback", "", PROMISED)
    (enrollment,) = await bench.enrollments()
    assert (enrollment.state, enrollment.due_at, enrollment.priority) == ("waiting", PROMISED, Priority.CALLBACK)
    with pytest.raises(Invalid):
        async with bench.dialer.unit() as unit:
            await CallService(unit, world.workspace.id).set_outcome(call.id, "interested", "", PROMISED)
