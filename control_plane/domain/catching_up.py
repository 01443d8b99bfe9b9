"""What is to be done with a schedule that is found due: on time, late, or after many of its runs have passed.

Of several runs that have passed only the latest is carried out: nobody is called five times in a row because a machine was off. Time never
goes back: what has been planned up to now is dealt with, also when the clock is put back afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile

from control_plane.domain.recurrence import Recurrence, planned

MOST_COUNTED = 1000
"""Passed runs are counted up to here; more are as good as that many."""
_LOOKS_BACK = (timedelta(hours=1), timedelta(days=1), timedelta(days=31), timedelta(days=366))


class CatchUp(StrEnum):
    """What follows for a run that was not begun in time."""

    SKIP = "skip"
    RUN_ONCE = "run_once"


@dataclass(frozen=True, slots=True)
class Passed:
    """`run_for` is the planned time of the run to carry out now, if any; `missed` runs, the first at `missed_since`, are not."""

    run_for: datetime | None
    is_late: bool
    """Later than its latest start, because missed runs are caught up."""
    missed: int
    missed_since: datetime
    next_run_at: datetime | None

    @property
    def sentence(self) -> str:
        """Why runs were missed."""
        runs = "1 run" if self.missed == 1 else f"{self.missed} runs" if self.missed < MOST_COUNTED else f"{MOST_COUNTED} or more runs"
        verb = "was" if self.missed == 1 else "were"
        why = "gave way to the one after" if self.run_for is not None else "could not begin in time"
        return f"{runs} since {self.missed_since:%Y-%m-%d %H:%M} UTC {verb} missed and {why}."


def look(plan: Recurrence, due: datetime, now: datetime, *, made: int, catch_up: CatchUp, latest_start: timedelta) -> Passed:
    """`due` is the run that is due at `now`, and `made` how many were carried out before it."""
    passed, following = _passed(plan, due, now)
    latest = passed[-1]
    is_late = now - latest > latest_start
    runs = not is_late or catch_up is CatchUp.RUN_ONCE
    is_last = plan.max_runs is not None and made + runs >= plan.max_runs
    return Passed(latest if runs else None, runs and is_late, len(passed) - runs, passed[0], None if is_last else following)


def _passed(plan: Recurrence, due: datetime, now: datetime) -> tuple[Sequence[datetime], datetime | None]:
    """The runs from `due` up to `now`, the latest always among them, and the one after. The plan is walked through once."""
    if plan.run_at is not None:
        return [due], None
    passed = [due]
    for at in planned(plan, due):
        if at > now:
            return passed, at
        if len(passed) == MOST_COUNTED:
            passed.append(_latest(plan, now) or at)
            break
        passed.append(at)
    return passed, next(planned(plan, max(now, passed[-1])), None)


def _latest(plan: Recurrence, now: datetime) -> datetime | None:
    for span in _LOOKS_BACK:
        runs = list(takewhile(lambda at: at <= now, planned(plan, now - span)))
        if runs:
            return runs[-1]
    return None
