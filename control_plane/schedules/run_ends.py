"""What is written of a run: why it is as it is, and that it is over."""

from collections.abc import Iterable

from control_plane.db.models import ScheduleRun
from control_plane.db.unit import Unit
from control_plane.kit import metrics

MOST_REASONS = 20


def close(unit: Unit, run: ScheduleRun, state: str, reasons: Iterable[str]) -> None:
    explain(run, reasons)
    run.state, run.closed_at = state, unit.now
    unit.once_committed(metrics.SCHEDULE_RUNS.labels(state).inc)


def explain(run: ScheduleRun, reasons: Iterable[str]) -> None:
    run.reasons = list(dict.fromkeys([*run.reasons, *reasons]))[-MOST_REASONS:]


def unsay(run: ScheduleRun, *reasons: str) -> None:
    """What does not hold any more."""
    run.reasons = [reason for reason in run.reasons if reason not in reasons]
