"""Which schedules are due, and what that means: runs to be carried out, runs that were missed, and when each is due next.

Crash-safe because a run and its schedule's next time are one transaction: killed before the commit, the schedule is still due.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cronsim import CronSimError
from structlog import get_logger

from control_plane.db.unit import Unit
from control_plane.domain.catching_up import CatchUp, Passed, look
from control_plane.kit import metrics
from control_plane.kit.ids import new_id
from control_plane.schedules.plans import plan_read
from control_plane.schedules.run_repository import DueSchedule, Moved, NewRun, RunRepository

log = get_logger(__name__)

MOST = 500
"""Schedules in one transaction: about 20 ms of processor time in which this process does nothing else."""


async def claim(unit: Unit, most: int = MOST) -> int:
    """Turn due schedules into runs; how many schedules were looked at. Any number of workers may do this at once."""
    rows = RunRepository(unit.session)
    due = await rows.take_schedules(unit.now, most)
    runs: list[NewRun] = []
    moved: list[Moved] = []
    for schedule in due:
        passed = _look(schedule, unit.now)
        if passed is None:
            moved.append(Moved(schedule.id, "paused", None, schedule.runs_made))
            continue
        runs += _runs(schedule, passed, unit.now)
        state = "finished" if passed.next_run_at is None else "active"
        moved.append(Moved(schedule.id, state, passed.next_run_at, schedule.runs_made + (passed.run_for is not None)))
    if due:
        await rows.write(runs, moved, unit.now)
        unit.once_committed(lambda: _count(runs, unit.now))
        unit.nudges.add("call_runs")
    return len(due)


def _count(runs: Sequence[NewRun], now: datetime) -> None:
    for run in runs:
        if run.state == "missed":
            metrics.SCHEDULE_RUNS.labels("missed").inc(run.missed)
        elif not run.reasons:
            metrics.SCHEDULE_DELAY.observe((now - run.planned_at).total_seconds())


def _look(schedule: DueSchedule, now: datetime) -> Passed | None:
    """None for a plan that could be read when it was stored and no longer can: a zone or calendar that an update took away."""
    latest_start = timedelta(seconds=schedule.latest_start_s)
    try:
        plan, catch_up = plan_read(schedule.plan), CatchUp(schedule.catch_up)
        return look(plan, schedule.next_run_at, now, made=schedule.runs_made, catch_up=catch_up, latest_start=latest_start)
    except (CronSimError, KeyError, ValueError) as error:
        log.error("schedule_paused", schedule_id=str(schedule.id), error=f"{type(error).__name__}: {error}")
        return None


def _runs(schedule: DueSchedule, passed: Passed, now: datetime) -> list[NewRun]:
    of = {"workspace_id": schedule.workspace_id, "schedule_id": schedule.id}
    runs: list[NewRun] = []
    latest_start = timedelta(seconds=schedule.latest_start_s)
    if passed.missed:
        since, why = passed.missed_since, [passed.sentence]
        missed = {"state": "missed", "missed": passed.missed, "reasons": why, "closed_at": now}
        runs.append(NewRun(new_id(), **of, planned_at=since, due_at=since, start_by=since + latest_start, **missed))
    if passed.run_for is not None:
        begin = now if passed.is_late else passed.run_for
        why = ["Made up for after its time, because nobody could begin it then."] if passed.is_late else []
        due = {"state": "due", "missed": 0, "reasons": why, "closed_at": None}
        runs.append(NewRun(new_id(), **of, planned_at=passed.run_for, due_at=begin, start_by=begin + latest_start, **due))
    return runs
