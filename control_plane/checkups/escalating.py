"""What follows from a missed check-up: those whom the person has named are called one after the other, until one says that they will see
to it. One transaction per step, safe to repeat and to run beside another; each step and its call are committed together."""

import uuid
from datetime import datetime

import msgspec

from control_plane.calls.schemas import NewCall
from control_plane.calls.service import CallService
from control_plane.checkups.repository import CheckUpWork
from control_plane.checkups.schemas import Escalation
from control_plane.db.models import Call, CheckUp, CheckUpContact, CheckUpEscalation
from control_plane.db.unit import Unit
from control_plane.domain.call_state import BEFORE_DIAL, CallState
from control_plane.domain.checkup import LABELS, LONGEST_WAIT, Acknowledged, Again, EscalationEnd, Next, after_escalation, script_of
from control_plane.domain.errors import CallwrightError
from control_plane.domain.pacing import Priority
from control_plane.kit import metrics
from control_plane.schedules.running import credit, reached_after_all
from control_plane.webhooks.events import emit
from sip_config.contract import CallPurpose, Outcome

SPOKEN_TO = "The person themselves was spoken to; nobody else is called."


async def begin(unit: Unit, checkup_id: uuid.UUID, run_id: uuid.UUID) -> None:
    """A run was missed. Whoever could not be called at all, for a reason of ours or the rules', is told of and nobody else is called; nor
    is anybody where a lost call turns out to have reached the person."""
    work = CheckUpWork(unit.session)
    missed = await work.take_missed(checkup_id, run_id)
    if missed is None:
        return
    checkup, run, schedule = missed
    reached = await reached_after_all(unit, run, schedule)
    if reached is not None:
        credit(run, reached)
        run.state = "completed"
        return
    escalation = await work.begin(checkup, run)
    if escalation is None:
        return
    # A try that was made in the call of something else is among the attempts, and leaves no call of the run's own behind.
    # So is one that failed on our side, or of which nobody knows what became: they are counted by their end only.
    was_tried = run.attempts or run.attempts_by_result.keys() & {"agent_failure", "lost"}
    if was_tried or ((run.calls or run.merged_into) and run.state in ("failed", "completed")):
        await _next(unit, checkup, escalation)
    else:
        escalation.notes = list(run.reasons)
        await _finish(unit, checkup, escalation, "not_called")


async def go_on(unit: Unit, escalation_id: uuid.UUID) -> None:
    """The call to a safety contact is over, or it is time to call them again."""
    work = CheckUpWork(unit.session)
    taken = await work.take(escalation_id)
    if taken is None:
        return
    checkup, escalation = taken
    if escalation.due_at is not None and escalation.due_at > unit.now:
        return
    call = await work.call(escalation.call_id)
    followed = after_escalation(_end_of(call, escalation), unit.now)
    if not isinstance(followed, Acknowledged) and await work.is_needless(escalation):
        await _stand_down(unit, checkup, escalation)
        return
    if escalation.due_at is not None:
        await _call_again(unit, checkup, escalation)
        return
    match followed:
        case Acknowledged():
            escalation.acknowledged_by = call.contact_id if call is not None else None
            await _finish(unit, checkup, escalation, "acknowledged")
        case Again(at):
            escalation.due_at = at
        case Next(because):
            escalation.acknowledged_by = await work.acknowledged_before(checkup, escalation)
            if escalation.acknowledged_by is not None:
                await _finish(unit, checkup, escalation, "acknowledged")
                return
            _note(escalation, f"Safety contact {escalation.place}: {because}.")
            await _next(unit, checkup, escalation)


async def stop_waiting(unit: Unit, workspace_id: uuid.UUID, call_id: uuid.UUID) -> None:
    """A call to a safety contact that nobody could make for so long, or that nobody needs any more; `go_on` tells what follows."""
    calls = CallService(unit, workspace_id)
    if (await calls.get(call_id)).state in BEFORE_DIAL:
        await calls.end(call_id)


async def _next(unit: Unit, checkup: CheckUp, escalation: CheckUpEscalation) -> None:
    """Call the first of those who come after, and whom the rules let be called now."""
    for contact in checkup.safety_contacts:
        if contact.place > escalation.place and await _try(unit, checkup, escalation, contact):
            return
    if not checkup.safety_contacts:
        _note(escalation, "There is no safety contact.")
    await _finish(unit, checkup, escalation, "unacknowledged")


async def _stand_down(unit: Unit, checkup: CheckUp, escalation: CheckUpEscalation) -> None:
    """The person has been spoken to, so that nobody else is called. In a lost call of the check-up's own, it has been kept."""
    work = CheckUpWork(unit.session)
    run = await work.run(escalation)
    reached = await reached_after_all(unit, run, await work.schedule(checkup))
    if reached is not None:
        credit(run, reached)
        run.state = "completed"
    escalation.acknowledged_by = checkup.contact_id
    _note(escalation, SPOKEN_TO)
    await _finish(unit, checkup, escalation, "acknowledged")


async def _call_again(unit: Unit, checkup: CheckUp, escalation: CheckUpEscalation) -> None:
    contact = next((each for each in checkup.safety_contacts if each.place == escalation.place), None)
    if contact is None or not await _try(unit, checkup, escalation, contact):
        await _next(unit, checkup, escalation)


async def _try(unit: Unit, checkup: CheckUp, escalation: CheckUpEscalation, contact: CheckUpContact) -> bool:
    """Make the call. False, with a note, when it may not be made soon."""
    escalation.tries = escalation.tries + 1 if contact.place == escalation.place else 1
    escalation.place, escalation.due_at, escalation.call_id = contact.place, None, None
    try:
        call = await _call(unit, checkup, escalation, contact, unit.now + LONGEST_WAIT)
    except CallwrightError as error:
        _note(escalation, f"Safety contact {contact.place}: {error.detail}")
        return False
    escalation.call_id = call.id
    return True


async def _call(unit: Unit, checkup: CheckUp, escalation: CheckUpEscalation, contact: CheckUpContact, start_by: datetime) -> Call:
    work, said = CheckUpWork(unit.session), msgspec.convert(checkup.escalation, Escalation)
    person = (await work.contact(checkup.contact_id)).name
    asked = NewCall(
        assistant_id=said.assistant_id or (await work.schedule(checkup)).assistant_id,
        contact_id=contact.contact_id,
        agenda=script_of(person, checkup.checkup_type, said.script),
        welcome_message=said.welcome_message or None,
        metadata={"checkup_id": str(checkup.id), "escalation_id": str(escalation.id), "place": contact.place},
    )
    calls = CallService(unit, checkup.workspace_id)
    kind = {"purpose": CallPurpose.ESCALATION, "priority": Priority.CRISIS}
    return await calls.create(asked, **kind, start_by=start_by, outcome_labels=LABELS)


async def _finish(unit: Unit, checkup: CheckUp, escalation: CheckUpEscalation, state: str) -> None:
    """It is over; unless somebody looks after the person, whoever subscribed is told."""
    escalation.state, escalation.closed_at, escalation.due_at = state, unit.now, None
    unit.once_committed(metrics.ESCALATIONS.labels(state).inc)
    await unit.session.flush()
    if state == "acknowledged":
        return
    data = {"checkup_id": checkup.id, "contact_id": checkup.contact_id, "run_id": escalation.run_id, "escalation_id": escalation.id}
    data |= {"state": state, "url": f"/api/v1/checkups/{checkup.id}"}
    assistant_id = (await CheckUpWork(unit.session).schedule(checkup)).assistant_id
    await emit(unit, checkup.workspace_id, "checkup.missed", data, assistant_id=assistant_id)


def _end_of(call: Call | None, escalation: CheckUpEscalation) -> EscalationEnd:
    return EscalationEnd(
        was_released=call is not None and call.state == CallState.RELEASED,
        ended_by_person=call is not None and call.ended_by_request,
        label=(call.outcome_label if call else None) or "",
        outcome=Outcome((call.outcome if call else None) or Outcome.UNKNOWN),
        tries=escalation.tries,
    )


def _note(escalation: CheckUpEscalation, sentence: str) -> None:
    escalation.notes = [*escalation.notes, sentence]
