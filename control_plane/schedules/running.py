"""A run becomes a call by the service that makes single calls, and follows it: again by the retry policy, or to its end."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from control_plane.calls.giving_way import ANOTHER_CALL, WE_FAILED, moved_to
from control_plane.calls.leases import LOST_SILENCE
from control_plane.calls.lookup_repository import LookupRepository
from control_plane.calls.meeting_repository import Own, Whom
from control_plane.calls.repository import CallRepository
from control_plane.calls.schemas import NewCall
from control_plane.calls.service import CallService, OfRun
from control_plane.calls.settlement import AFTER_RELEASE, LONGEST_AFTER_RELEASE, end_of
from control_plane.db.models import Call, Schedule, ScheduleRun
from control_plane.db.unit import Unit
from control_plane.domain.call_state import CallState
from control_plane.domain.errors import CallwrightError, Conflict, Refused, Unavailable
from control_plane.domain.follow_up import was_spoken_to
from control_plane.domain.retry_policy import Again, RetryPolicy
from control_plane.schedules.merging import MERGED, PROMISED, TOGETHER_WITH, join, let_go, take_along, take_out
from control_plane.schedules.merging_repository import MergingRepository
from control_plane.schedules.run_ends import close, explain, unsay
from sip_config.contract import AnsweredBy, CallPurpose, Outcome

LOOK_AGAIN = timedelta(seconds=30)
"""After something that a person or a task may mend: a trunk that is not connected yet, an assistant that is not published."""
AFTER_OUR_FAILURE = timedelta(minutes=1)
AFTER_LOST = LOST_SILENCE
"""By then a phone that rang after all has been seen, and an agent that talked has reported."""
_FOR_DAYS = ("throttled", "trunk_fault")
"""Ends without an attempt whose ladder outlasts a run: a carrier may throttle, and a trunk be broken, for days."""
NOBODY_KNOWS = "Called again, because nobody can say what became of the call."
NOTHING_CAME_THROUGH = "No call has come through, and another try would come after the latest start."
REACHED_AFTER_ALL = "The person was spoken to in a call of which that was heard only later."


async def make_call(unit: Unit, run: ScheduleRun, schedule: Schedule) -> Call:
    """The next call of a run that is due, both rows locked. Raises what `CallService.create` raises, and leaves the run as it was."""
    asked = NewCall(
        assistant_id=schedule.assistant_id,
        to=schedule.phone_number,
        contact_id=await _contact_of(unit, schedule),
        from_number_id=schedule.from_number_id,
        **schedule.request,
    )
    of_run = OfRun(run.id, run.calls + 1, run.start_by)
    call = await CallService(unit, run.workspace_id).create(asked, purpose=CallPurpose.SCHEDULE, run=of_run)
    run.calls, run.state = run.calls + 1, "calling"
    if call.due_at > unit.now:
        explain(run, await _why_it_waits(unit, call))
    await unit.session.flush()
    return call


async def start(unit: Unit, run: ScheduleRun, schedule: Schedule) -> None:
    """Make the call of a run that is due, or write down why there is none."""
    lost = await _lost_calls(unit, run, schedule)
    reached = _reached_in(lost)
    if reached is not None:
        _settle_reached(unit, run, schedule, reached)
        return
    if any(call.holds_number for call in lost) and unit.now + LOOK_AGAIN <= run.start_by:
        # Somebody may be talking with them: what has become of it is heard before they are called again.
        run.due_at = unit.now + LOOK_AGAIN
        return
    if unit.now > run.start_by:
        close(unit, run, "missed", [f"It could not begin by {run.start_by:%Y-%m-%d %H:%M} UTC."])
        return
    contact_id = await _contact_of(unit, schedule)
    if await join(unit, run, schedule, contact_id):
        return
    later = await _moved_to(unit, run, schedule, contact_id)
    if later is not None:
        explain(run, [ANOTHER_CALL])
        run.due_at = later
        return
    try:
        await take_along(unit, await make_call(unit, run, schedule), run)
    except (Conflict, Unavailable) as error:
        explain(run, [error.detail])
        run.due_at = unit.now + LOOK_AGAIN
    except CallwrightError as error:
        reasons = error.reasons if isinstance(error, Refused) else ()
        close(unit, run, "refused", reasons or [error.detail])


def follow(unit: Unit, run: ScheduleRun, schedule: Schedule, call: Call) -> None:
    """The run's newest call, or the one that it was merged into, is over."""
    if call.state == CallState.RELEASED:
        _put_back(unit, run, call)
        return
    policy = RetryPolicy.from_plain(schedule.attempts, rehearsal=call.is_rehearsal)
    followed = policy.after(end_of(call, run.attempts, run.attempts_by_result), unit.now, seed=str(call.id))
    ends = dict(run.attempts_by_result)
    # Once, whatever the number of attempts: the person has not been spoken to, and others would be alarmed.
    is_lost = call.state == CallState.LOST and followed.retry_class == "lost" and _is_of_checkup(schedule)
    is_of_ours = call.outcome == Outcome.AGENT_FAILURE or is_lost
    is_forgiven = not isinstance(followed, Again) and is_of_ours and followed.retry_class not in ends
    is_held_up = followed.retry_class in _FOR_DAYS and not followed.counts
    run.attempts += followed.counts and not is_forgiven
    run.attempts_by_result = {**ends, followed.retry_class: ends.get(followed.retry_class, 0) + 1}
    if call.outcome == Outcome.CALLBACK and call.callback_at is not None:
        # A promise is kept, whatever the number of attempts.
        _again(run, schedule, max(unit.now, call.callback_at), PROMISED)
    elif is_forgiven:
        after, why = (AFTER_LOST, NOBODY_KNOWS) if is_lost else (AFTER_OUR_FAILURE, WE_FAILED)
        _again(run, schedule, unit.now + after, why)
    elif not isinstance(followed, Again):
        close(unit, run, "completed" if followed.state == "done" else "failed", [f"{followed.reason[0].upper()}{followed.reason[1:]}."])
    elif schedule.next_run_at is not None and followed.at >= schedule.next_run_at:
        close(unit, run, "failed", ["Nobody was reached, and the next run comes before another try."])
    elif is_held_up and followed.at > run.start_by:
        # Where not one try has come to the person, that is a reason of ours: nobody else is alarmed.
        close(unit, run, "failed" if run.attempts else "missed", [NOTHING_CAME_THROUGH])
    else:
        _again(run, schedule, followed.at, f"To be called {followed.reason}.", moves_latest=not is_held_up)


async def reached_after_all(unit: Unit, run: ScheduleRun, schedule: Schedule) -> Call | None:
    """A call of which nobody could say what became, the run's own or one that carried it, and of which has been told since that the person
    was spoken to. None where they were promised another call: that is made."""
    return _reached_in(await _lost_calls(unit, run, schedule))


def credit(run: ScheduleRun, call: Call) -> None:
    """The run was made in this call, as `reached_after_all` has found."""
    if call.schedule_run_id != run.id:
        run.merged_into = call.id
        explain(run, [MERGED])
    explain(run, [REACHED_AFTER_ALL])


async def withdraw(unit: Unit, run: ScheduleRun, state: str, reason: str) -> None:
    """Close a run that is not over, and end its call; where the phone may ring already, both go on. What is only carried by the call of
    something else is taken out of it."""
    if run.state == "calling" and run.merged_into is not None:
        if await take_out(unit, run):
            close(unit, run, state, [reason])
        return
    call = await CallRepository(unit.session).waiting_of_run(run.id)
    if call is None and run.state == "calling":
        return
    close(unit, run, state, [reason])
    if call is not None:
        unsay(run, *TOGETHER_WITH)
        await let_go(unit, call.id)
        await CallService(unit, run.workspace_id).end(call.id)


async def _moved_to(unit: Unit, run: ScheduleRun, schedule: Schedule, contact_id: uuid.UUID | None) -> datetime | None:
    """Tries of the same run, and what was promised to the person, keep their time."""
    if run.calls or run.attempts:
        return None
    whom = Whom(schedule.workspace_id, contact_id, schedule.phone_number or "")
    return await moved_to(unit, whom, run.start_by, Own(schedule_id=schedule.id))


async def _contact_of(unit: Unit, schedule: Schedule) -> uuid.UUID | None:
    """Whose caps and quiet times hold: of a schedule by number those of the contact who has it today."""
    if schedule.phone_number is None:
        return schedule.contact_id
    return await LookupRepository(unit.session, schedule.workspace_id).contact_with(schedule.phone_number)


def _settle_reached(unit: Unit, run: ScheduleRun, schedule: Schedule, call: Call) -> None:
    if call.outcome == Outcome.CALLBACK and call.callback_at is not None:
        _again(run, schedule, max(unit.now, call.callback_at), PROMISED)
        return
    credit(run, call)
    close(unit, run, "completed", ())


async def _lost_calls(unit: Unit, run: ScheduleRun, schedule: Schedule) -> Sequence[Call]:
    if "lost" not in run.attempts_by_result or PROMISED in run.reasons:
        return ()
    own = await CallRepository(unit.session).lost_of_run(run.id)
    return (*own, *await MergingRepository(unit.session).lost_hosts(run, schedule, await _contact_of(unit, schedule)))


def _reached_in(lost: Sequence[Call]) -> Call | None:
    spoken_to = (
        call for call in lost if was_spoken_to(AnsweredBy(call.answered_by or AnsweredBy.NONE), Outcome(call.outcome or Outcome.UNKNOWN))
    )
    return next(spoken_to, None)


def _is_of_checkup(schedule: Schedule) -> bool:
    return "checkup_id" in (schedule.request.get("metadata") or {})


def _put_back(unit: Unit, run: ScheduleRun, call: Call) -> None:
    """Its call was never dialled: another is made soon, unless a person ended it. What it was to carry has a call of its own then."""
    if call.ended_by_request and run.merged_into is None:
        close(unit, run, "canceled", [call.failure])
        return
    unsay(run, *TOGETHER_WITH)
    explain(run, [call.failure] if call.failure else [])
    # What the gate has refused for good it refuses again, and closes the run.
    pause = min(AFTER_RELEASE * 2 ** min(run.calls, 10), LONGEST_AFTER_RELEASE)
    run.state, run.due_at, run.merged_into = "due", unit.now + pause, None


def _again(run: ScheduleRun, schedule: Schedule, at: datetime, reason: str, *, moves_latest: bool = True) -> None:
    unsay(run, *TOGETHER_WITH)
    explain(run, [reason])
    run.state, run.due_at, run.merged_into = "due", at, None
    if moves_latest:
        run.start_by = max(run.start_by, at + timedelta(seconds=schedule.latest_start_s))


async def _why_it_waits(unit: Unit, call: Call) -> list[str]:
    """The gate's reasons; without any it waits for a number to call from."""
    verdict = await CallRepository(unit.session).verdict(call.verdict_id) if call.verdict_id else None
    if verdict is not None and verdict.decision == "wait":
        return [reason["sentence"] for reason in verdict.reasons]
    return [call.caller_choice["sentence"]] if "sentence" in call.caller_choice else []
