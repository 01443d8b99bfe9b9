"""What is to be done with a schedule that is found due: on time, late, or after many of its runs have passed.

Of several runs that have passed only the latest is carried out: nobody is called five times in a row because a machine was off. Time never
goes back: what has been planned up to now is dealt with, also when the clock is put back afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice, takewhile

from control_plane.domain.recurrence import Recurrence, next_run, planned

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
    passed = _passed(plan, due, now)
    latest = passed[-1]
    is_late = now - latest > latest_start
    runs = not is_late or catch_up is CatchUp.RUN_ONCE
    missed = len(passed) - runs
    return Passed(latest if runs else None, runs and is_late, missed, passed[0], next_run(plan, max(now, latest), made=made + runs))


def _passed(plan: Recurrence, due: datetime, now: datetime) -> Sequence[datetime]:
    """The runs from `due` up to `now`, the latest always among them."""
    if plan.run_at is not None:
        return [due]
    runs = [due, *islice(takewhile(lambda at: at <= now, planned(plan, due)), MOST_COUNTED)]
    return [*runs[:-1], _latest(plan, now) or runs[-1]] if len(runs) > MOST_COUNTED else runs


def _latest(plan: Recurrence, now: datetime) -> datetime | None:
    for span in _LOOKS_BACK:
        runs = list(takewhile(lambda at: at <= now, planned(plan, now - span)))
        if runs:
            return runs[-1]
    return None
