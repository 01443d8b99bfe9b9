"""The task worker's side of schedules. Each task looks for itself what there is to do, and may run at any time, any number of times."""

import asyncio
from typing import Any

from structlog import get_logger

from control_plane.db.models import ScheduleRun
from control_plane.db.unit import open_unit
from control_plane.schedules.claiming import MOST, claim
from control_plane.schedules.run_repository import RunRepository
from control_plane.schedules.running import LOOK_AGAIN, follow, start, withdraw

log = get_logger(__name__)

MOST_BATCHES = 50
AT_ONCE = 2
"""Batches, so that one is computed while the database writes the other."""
MOST_CALLS = 100
MOST_FOLLOWED = 50


async def claim_schedules(ctx: dict[str, Any]) -> None:
    """Turn every schedule that is due into a run."""
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(_claim_batches(ctx))


async def _claim_batches(ctx: dict[str, Any]) -> None:
    for _ in range(MOST_BATCHES):
        async with _unit(ctx) as unit:
            if await claim(unit) < MOST:
                return


async def call_runs(ctx: dict[str, Any]) -> None:
    """Make the calls of runs that are due, one transaction each, so that a mistake in one holds up no other."""
    for _ in range(MOST_CALLS):
        run: ScheduleRun | None = None
        try:
            async with _unit(ctx) as unit:
                taken = await RunRepository(unit.session).take_due(unit.now)
                if taken is None:
                    return
                run = taken[0]
                await start(unit, *taken)
        except Exception:
            if run is None:
                raise
            log.exception("run_not_started", run_id=str(run.id))
            async with _unit(ctx) as unit:
                await RunRepository(unit.session).put_off(run.id, unit.now + LOOK_AGAIN)
    async with _unit(ctx) as unit:
        unit.nudges.add("call_runs")


async def follow_runs(ctx: dict[str, Any]) -> None:
    """Move on runs whose call is over, and close those whose call could not begin in time."""
    while True:
        async with _unit(ctx) as unit:
            over = await RunRepository(unit.session).take_over(MOST_FOLLOWED)
            for run, schedule, call in over:
                follow(unit, run, schedule, call)
            if any(run.state == "due" for run, _, _ in over):
                unit.nudges.add("call_runs")
        if len(over) < MOST_FOLLOWED:
            break
    while await _close_overdue(ctx):
        pass


async def _close_overdue(ctx: dict[str, Any]) -> bool:
    async with _unit(ctx) as unit:
        run = await RunRepository(unit.session).take_overdue(unit.now)
        if run is not None:
            await withdraw(unit, run, "missed", f"It could not begin by {run.start_by:%Y-%m-%d %H:%M} UTC.")
    return run is not None


def _unit(ctx: dict[str, Any]) -> Any:
    return open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system")
