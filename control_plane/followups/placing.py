"""Makes the calls of follow-ups and draws the conclusions from their ends. One transaction each, safe to repeat and to run beside another.

A step and its call are committed together, so a step is called once whatever dies when. The calls go through the service of
`POST /calls`: gate, caps and ledger are the same, and only their place in the queue is another.
"""

import uuid
from datetime import datetime, timedelta

from control_plane.calls.giving_way import ANOTHER_CALL, LOOK_AGAIN, moved_to
from control_plane.calls.lookup_repository import LookupRepository
from control_plane.calls.meeting_repository import Own, Whom
from control_plane.calls.schemas import NewCall
from control_plane.calls.service import CallService
from control_plane.db.models import Call, FollowUp, FollowUpStep
from control_plane.db.unit import Unit
from control_plane.domain.call_state import BEFORE_DIAL, CallState
from control_plane.domain.errors import CallwrightError, Conflict, Refused, Unavailable
from control_plane.domain.follow_up import (
    GIVES_WAY,
    OPTED_OUT,
    PATIENCE,
    TRY_AGAIN,
    Again,
    HandOver,
    Missed,
    Reached,
    StepEnd,
    after_step,
    state_after,
    was_spoken_to,
)
from control_plane.domain.pacing import Priority
from control_plane.followups.repository import FollowUpRepository, FollowUpWork
from control_plane.followups.service import FollowUpService, close, hand_over
from sip_config.contract import AnsweredBy, Outcome

AGENDA = (
    "This is a follow-up: in an earlier call there was reason to worry about this person. Make sure that you speak to them and to nobody"
    " else, ask how they are now, listen, and offer the help that your instructions name."
)
_COMPLETE = "The protocol is complete."


async def take_up(unit: Unit, call_id: uuid.UUID) -> None:
    """A crisis was flagged in this call: follow the person up, once per call however much was flagged."""
    work = FollowUpWork(unit.session)
    flags = await work.take_flags(call_id)
    call = await work.call(call_id) if flags else None
    if call is not None and call.erased_at is None and await work.of_call(call_id) is None:
        kinds = ", ".join(flag.kind.replace("_", " ") for flag in flags)
        await FollowUpService(unit, call.workspace_id).from_call(call, f"A crisis was flagged in a call: {kinds}.")
    for flag in flags:
        flag.taken_up_at = unit.now


async def give_up_on_opted_out(unit: Unit, follow_up_id: uuid.UUID) -> None:
    """The person has opted out since: an operator looks after them. What is due or on its way to them is stopped with the opt-out."""
    row = await FollowUpWork(unit.session).take(follow_up_id)
    if row is not None and await FollowUpRepository(unit.session, row.workspace_id).has_opted_out(row.id):
        await hand_over(unit, row, OPTED_OUT)


async def stop(unit: Unit, workspace_id: uuid.UUID, call_id: uuid.UUID) -> None:
    """The call of a follow-up that was closed or handed over, if its phone does not ring yet."""
    calls = CallService(unit, workspace_id)
    if (await calls.get(call_id)).state in BEFORE_DIAL:
        await calls.end(call_id)


async def make(unit: Unit, step_id: uuid.UUID) -> None:
    """The call of a step that is due. What forbids it for good makes the follow-up an operator's; what passes is waited for a while."""
    taken = await FollowUpWork(unit.session).take_step(step_id, "waiting")
    if taken is None or taken[1].due_at > unit.now:
        return
    row, step = taken
    if await FollowUpRepository(unit.session, row.workspace_id).has_opted_out(row.id):
        await hand_over(unit, row, OPTED_OUT)
        return
    contact_id = row.contact_id or await LookupRepository(unit.session, row.workspace_id).contact_with(row.to_e164)
    lost = await _lost_call(unit, step)
    if lost is not None and was_spoken_to(AnsweredBy(lost.answered_by or AnsweredBy.NONE), Outcome(lost.outcome or Outcome.UNKNOWN)):
        await _judge(unit, row, step)
        return
    if lost is not None and lost.holds_number:
        # Somebody may be talking with them: what has become of it is heard before they are called again.
        step.due_at = unit.now + LOOK_AGAIN
        return
    later = await _moved_to(unit, row, step, contact_id)
    if later is not None:
        step.due_at, step.note = later, ANOTHER_CALL
        return
    try:
        call = await _call(unit, row, step, contact_id)
    except (Conflict, Unavailable) as error:
        if unit.now < _latest(row, step) + PATIENCE:
            step.due_at, step.note = unit.now + TRY_AGAIN, error.detail
        else:
            await hand_over(unit, row, error.detail)
    except CallwrightError as error:
        await hand_over(unit, row, error.detail)
    else:
        step.state, step.call_id, step.tries = "calling", call.id, step.tries + 1
        step.note = ANOTHER_CALL if step.note == ANOTHER_CALL else ""


async def conclude(unit: Unit, step_id: uuid.UUID) -> None:
    """The call of a step is over."""
    taken = await FollowUpWork(unit.session).take_step(step_id, "calling")
    if taken is None:
        return
    await _judge(unit, *taken)


async def _judge(unit: Unit, row: FollowUp, step: FollowUpStep) -> None:
    end = _end_of(await FollowUpWork(unit.session).call(step.call_id), row, step)
    followed = after_step(end, unit.now)
    if row.state != "open" or row.made_for != "call":
        step.state = "dropped" if isinstance(followed, Again) else state_after(end, followed)
        return
    step.state = state_after(end, followed)
    match followed:
        case Again(at, because):
            step.due_at, step.note = at, because
        case Reached(is_complete=True):
            close(unit, row, "protocol", _COMPLETE)
        case HandOver(because):
            await hand_over(unit, row, because)
        case Reached() | Missed():
            pass


async def _lost_call(unit: Unit, step: FollowUpStep) -> Call | None:
    """The step's call before, if nobody could say what became of it; it may have been told of since."""
    call = await FollowUpWork(unit.session).call(step.call_id)
    return call if call is not None and call.state == CallState.LOST else None


async def _moved_to(unit: Unit, row: FollowUp, step: FollowUpStep, contact_id: uuid.UUID | None) -> datetime | None:
    """After a crisis nothing is put off; another try of a step keeps its time."""
    if row.priority == "crisis" or step.tries:
        return None
    own = Own(call_ids=[each.call_id for each in row.steps if each.call_id is not None])
    return await moved_to(unit, Whom(row.workspace_id, contact_id, row.to_e164), _latest(row, step), own)


def _latest(row: FollowUp, step: FollowUpStep) -> datetime:
    """When the step's call is to be made at the latest, as far as that is our choice."""
    planned = row.created_at + timedelta(seconds=step.after_s)
    return planned if row.priority == "crisis" else planned + GIVES_WAY


async def _call(unit: Unit, row: FollowUp, step: FollowUpStep, contact_id: uuid.UUID | None) -> Call:
    if row.assistant_id is None:
        raise Refused("The assistant that was to call has been deleted.", code="assistant_deleted")
    asked = NewCall(
        assistant_id=row.assistant_id,
        to=row.to_e164 or None,
        contact_id=contact_id,
        agenda=row.agenda or AGENDA,
        metadata={"follow_up_id": str(row.id), "step": step.place},
    )
    priority = Priority.CRISIS if row.priority == "crisis" else Priority.SINGLE
    return await CallService(unit, row.workspace_id).create(asked, priority=priority)


def _end_of(call: Call | None, row: FollowUp, step: FollowUpStep) -> StepEnd:
    """A call that is gone (its person was forgotten) has reached nobody."""
    return StepEnd(
        was_released=call is not None and call.state == CallState.RELEASED,
        ended_by_person=call is not None and call.ended_by_request,
        answered_by=AnsweredBy((call.answered_by if call else None) or AnsweredBy.NONE),
        outcome=Outcome((call.outcome if call else None) or Outcome.UNKNOWN),
        tries=step.tries,
        is_last=step.place == len(row.steps),
        is_lost=call is not None and call.state == CallState.LOST,
    )
