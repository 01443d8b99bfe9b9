"""What one assistant is to call a person for at about the same time is made in one call, and each of the runs says so.

The call is that of the first, the host; it carries what the others are about, and each of them follows its end as if it were its own. Only
what is safe to say in one breath is merged: the same person and assistant, nothing with an opening, a prompt or values of its own, and
nothing after a crisis. What cannot be merged is moved (`calls/giving_way`).
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from control_plane.calls.meeting_repository import MeetingRepository, Whom
from control_plane.calls.reducer import Testimony, hear
from control_plane.calls.repository import CallRepository
from control_plane.db.models import Call, Schedule, ScheduleRun
from control_plane.db.unit import Unit
from control_plane.domain.call_state import CallState, Fact
from control_plane.domain.catching_up import CatchUp, look
from control_plane.domain.reminding import how_to_record, labels_of
from control_plane.kit.ids import new_id
from control_plane.schedules.merging_repository import MergingRepository
from control_plane.schedules.plans import plan_of
from control_plane.schedules.run_ends import explain, unsay

TOGETHER = timedelta(minutes=15)
"""How much earlier than planned a call may be made because another of the same person is made."""
_OFTEN = timedelta(hours=1)
"""What comes again sooner is not made early."""
_UNCLAIMED = timedelta(minutes=30)
"""What was planned so long ago and has not been claimed yet, because the claims of a busy minute take their time, is taken along, too."""
_AFTER_REMINDER = timedelta(seconds=30)
"""When a run that waits for a reminder is looked at again; made by itself then, should the reminder have come to nothing."""
_OVERDUE = timedelta(minutes=10)
"""A reminder that nobody has come to for so long holds up nothing (dialer/giving_way_repository)."""
MOST = 3
"""Runs and reminders that one call carries beside its own."""
MERGED = "Made in one call with something else that the person is called for at about the same time."
CARRIES = "Its call is also for something else that the person was to be called for at about the same time."
TOGETHER_WITH = (MERGED, CARRIES)
WAITS = "Waits for the reminder of an appointment, to be made in one call with it."
PROMISED = "To be called back at the time that was promised."
_MERGEABLE = frozenset({"agenda", "metadata"})
_SEVERAL = (
    "Several calls to this person were planned for about the same time and are made as this one. See to each of these in turn, leave none"
    " out, and change over between them in a natural way:"
)
_INSTRUCTIONS = "What your instructions are about."


async def join(unit: Unit, run: ScheduleRun, schedule: Schedule, contact_id: uuid.UUID | None) -> bool:
    """Into a call that waits already; or wait a moment for the reminder that is about to be made. False: make a call of its own."""
    if not _may_join(schedule):
        return False
    rows = MergingRepository(unit.session)
    await MeetingRepository(unit.session).take_turns(Whom(schedule.workspace_id, contact_id, schedule.phone_number or ""))
    soon = unit.now if PROMISED in run.reasons else unit.now + TOGETHER
    host = await rows.host(schedule, contact_id, soon, run.start_by)
    if host is not None and _may_carry(host, schedule):
        _carry(unit, host, run, schedule)
        return True
    if contact_id is None or PROMISED in run.reasons:
        return False
    at = await rows.reminder_at(schedule.assistant_id, contact_id, *_awaited(run, unit.now))
    again = max(at, unit.now) + _AFTER_REMINDER if at is not None else None
    if again is None or again > run.start_by:
        return False
    run.due_at = again
    explain(run, [WAITS])
    return True


async def take_along(unit: Unit, host: Call, run: ScheduleRun | None = None) -> None:
    """With a call that was made just now, of `run` or of a reminder: what other plans have due, or will have soon, is made in it."""
    if host.due_at > unit.now + TOGETHER:
        return
    rows, soon = MergingRepository(unit.session), unit.now + TOGETHER
    own = run.schedule_id if run is not None else None
    taken = [(due, of) for due, of in await rows.due_runs(host, own, soon, MOST) if PROMISED not in due.reasons or due.due_at <= unit.now]
    for schedule in await rows.next_schedules(host, own, unit.now - _UNCLAIMED, soon, MOST):
        ahead = _made_early(schedule, unit.now) if _may_join(schedule) and _may_carry(host, schedule) else None
        if ahead is not None:
            await rows.add(ahead)
            taken.append((ahead, schedule))
    for each, schedule in taken:
        if _may_join(schedule) and _may_carry(host, schedule):
            _carry(unit, host, each, schedule)
            if run is not None:
                explain(run, [CARRIES])
    await unit.session.flush()


async def take_over(unit: Unit, host: Call) -> None:
    """With the call of a reminder that was made just now: runs whose own calls wait as it does, for the gate or for a line, are made in it,
    and those calls are given up. It is not the other way round, because a reminder has outcomes that no other call has."""
    rows = MergingRepository(unit.session)
    for run, schedule, call in await rows.waiting_runs(host, MOST):
        is_near = abs(call.due_at - host.due_at) <= TOGETHER and host.due_at <= run.start_by
        if is_near and _may_join(schedule) and _may_carry(host, schedule):
            await let_go(unit, call.id)
            unsay(run, *TOGETHER_WITH)
            _carry(unit, host, run, schedule)
            call.failure = MERGED
            await unit.session.flush()
            await hear(unit, call.id, Testimony("task", "merged", "merged", unit.now, Fact.RELEASED))


async def take_out(unit: Unit, run: ScheduleRun) -> bool:
    """What the run is for is not to be said any more. False when it may be said already."""
    if run.merged_into is None:
        return True
    rows, calls = MergingRepository(unit.session), CallRepository(unit.session)
    # Without a lock: an agent's own step holds the call it talks in and may be waiting for the schedule that is locked here.
    if await rows.is_begun(run.merged_into):
        return False
    host = await calls.lock(run.merged_into)
    if host is None:
        return True
    if host.state != CallState.QUEUED or host.agent_generation:
        return False
    left = [each for each in host.request.get("carries", []) if each.get("run_id") != str(run.id)]
    host.request = saying(host.request, left)
    if not left and host.schedule_run_id is not None:
        await rows.unsay(host.schedule_run_id, CARRIES)
    return True


async def let_go(unit: Unit, call_id: uuid.UUID) -> None:
    """The call is about to be ended for a reason of its host's: what it was to carry is due by itself."""
    await MergingRepository(unit.session).let_go(call_id, MERGED, unit.now)


def _awaited(run: ScheduleRun, now: datetime) -> tuple[datetime, datetime]:
    """From when to when a reminder is due that the run waits for: one that is about to be made, and then only the same one, as long as
    nobody has come to it. One that was looked at and put off is due later than that, and waited for no longer."""
    if WAITS in run.reasons:
        return now - _OVERDUE, run.due_at
    return now - timedelta(minutes=1), now + TOGETHER


def _may_join(schedule: Schedule) -> bool:
    return schedule.request.keys() <= _MERGEABLE and not _is_after_crisis(schedule.request)


def _may_carry(host: Call, schedule: Schedule) -> bool:
    wants_number = schedule.from_number_id is not None and schedule.from_number_id != host.from_number_id
    return not is_full(host) and not wants_number and not _is_after_crisis(host.request)


def _is_after_crisis(request: dict[str, Any]) -> bool:
    return (request.get("metadata") or {}).get("checkup_type") == "crisis_follow_up"


def _carry(unit: Unit, host: Call, run: ScheduleRun, schedule: Schedule) -> None:
    about = schedule.request.get("agenda") or schedule.name
    host.request = saying(host.request, [*host.request.get("carries", []), {"run_id": str(run.id), "agenda": about}])
    run.state, run.merged_into = "calling", host.id
    explain(run, [MERGED])


def is_full(host: Call) -> bool:
    return len(host.request.get("carries", [])) >= MOST


def saying(request: dict[str, Any], carries: list[dict[str, str]]) -> dict[str, Any]:
    """The call's request with an agenda that names all that it is for; what its own was is kept for when nothing else is left. What is
    carried is a run (`run_id`), or in the call of a reminder another one (`reminder_id`), whose appointment has outcomes of its own."""
    own = request.get("own_agenda", request.get("agenda") or "")
    plain = {name: value for name, value in request.items() if name not in ("carries", "own_agenda", "agenda")}
    reminders = [1, *(place for place, each in enumerate(carries, start=2) if "reminder_id" in each)]
    if "outcome_labels" in plain:
        plain["outcome_labels"] = list(labels_of(reminders))
    if not carries:
        return plain | ({"agenda": own} if own else {})
    items = [own or _INSTRUCTIONS, *(each["agenda"] for each in carries)]
    said = "\n".join([_SEVERAL, *(f"{place}. {item}" for place, item in enumerate(items, start=1))])
    said = "\n".join([said, how_to_record(reminders)]) if len(reminders) > 1 else said
    return plain | {"agenda": said, "own_agenda": own, "carries": carries}


def _made_early(schedule: Schedule, now: datetime) -> ScheduleRun | None:
    """The schedule's next run now, and the schedule moved on behind it; None for one that comes again soon, or is too late."""
    at: datetime | None = schedule.next_run_at
    assert at is not None, "the query asked for schedules with a next run"
    latest_start = timedelta(seconds=schedule.latest_start_s)
    passed = look(plan_of(schedule.plan), at, at, made=schedule.runs_made, catch_up=CatchUp(schedule.catch_up), latest_start=latest_start)
    if at + latest_start < now or (passed.next_run_at is not None and passed.next_run_at - max(at, now) < _OFTEN):
        return None
    schedule.next_run_at, schedule.runs_made = passed.next_run_at, schedule.runs_made + 1
    schedule.state = "active" if passed.next_run_at is not None else "finished"
    run = ScheduleRun(id=new_id(), workspace_id=schedule.workspace_id, schedule_id=schedule.id, planned_at=at, due_at=at)
    run.start_by, run.calls, run.attempts, run.attempts_by_result, run.reasons, run.state = at + latest_start, 0, 0, {}, [], "due"
    return run
