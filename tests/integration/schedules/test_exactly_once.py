"""Each planned run happens once, whoever finds it due, however many at once, and wherever one of them is killed."""

import asyncio
import signal
from datetime import datetime, timedelta

import pytest

from control_plane.db.models import Call, ScheduleRun
from control_plane.schedules.tasks import call_runs, claim_schedules
from tests.integration.dying import PATIENCE_S, frozen_worker
from tests.integration.schedules.conftest import Desk

HOURS = 6


async def test_many_workers_at_once_make_each_run_and_its_call_once(desk: Desk) -> None:
    made = [await desk.schedule(contact_id=None, phone_number=f"+120255501{i:02}") for i in range(12)]
    desk.api.clock.advance(timedelta(hours=1))
    await asyncio.gather(*(claim_schedules(desk.ctx) for _ in range(4)))
    assert await desk.count(ScheduleRun) == len(made)
    await asyncio.gather(*(call_runs(desk.ctx) for _ in range(4)))
    assert await desk.count(Call) == len(made)


async def test_tasks_that_are_repeated_add_nothing(desk: Desk) -> None:
    made = await desk.schedule()
    for hour in range(1, HOURS):
        await desk.pass_time(hours=1)
        for _ in range(3):
            await desk.work()
        assert (len(await desk.runs(made)), await desk.count(Call)) == (hour, hour)


SPRING, AUTUMN = datetime.fromisoformat("2027-03-14T05:40:00Z"), datetime.fromisoformat("2027-11-07T04:40:00Z")
"""Some time before New York's clocks are put forward at 07:00 UTC, and back at 06:00."""
TO_AND_FRO = [15] * 6 + [-60] + [15] * 14
"""Minutes by which the machine's clock goes on: four hours, with an hour back in the middle of the night."""


@pytest.mark.parametrize(
    ("night", "cron", "planned"),
    [
        (SPRING, "30 2 * * *", ["07:00"]),
        (SPRING, "*/30 1-3 * * *", ["06:00", "06:30", "07:00", "07:30"]),
        (AUTUMN, "30 1 * * *", ["05:30"]),
        (AUTUMN, "*/30 1 * * *", ["05:00", "05:30", "06:00", "06:30"]),
    ],
)
async def test_on_a_night_when_clocks_are_changed_each_planned_time_is_one_run_also_if_the_machines_clock_jumps(
    desk: Desk, night: datetime, cron: str, planned: list[str]
) -> None:
    desk.api.clock.advance(night - desk.now)
    made = await desk.schedule(cron=cron, time_zone="America/New_York")
    for minutes in TO_AND_FRO:
        desk.api.clock.advance(timedelta(minutes=minutes))
        await asyncio.gather(*(claim_schedules(desk.ctx) for _ in range(3)))
    runs = await desk.runs(made)
    assert [(run["planned_at"], run["state"]) for run in runs] == [(f"{night:%Y-%m-%d}T{time}:00Z", "due") for time in planned]


@pytest.mark.parametrize("task", ["claim_schedules", "call_runs"])
async def test_a_worker_that_is_killed_before_its_commit_has_done_nothing_and_another_does_it_once(
    desk: Desk, database: str, task: str
) -> None:
    made = await desk.schedule()
    desk.api.clock.advance(timedelta(hours=1))
    if task == "call_runs":
        await claim_schedules(desk.ctx)
    with frozen_worker(database, "control_plane.schedules.tasks", task, desk.now) as process:
        # What it holds is its own as long as it lives, and nobody waits for it.
        await desk.work()
        assert await desk.count(Call) == 0
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE_S)
    async with asyncio.timeout(PATIENCE_S):
        # PostgreSQL has to notice first that nobody is there any more.
        while await desk.count(Call) == 0:
            await desk.work()
            await asyncio.sleep(0.05)
    await desk.work()
    (run,) = await desk.runs(made)
    assert (run["planned_at"], run["state"], len(run["calls"])) == ("2026-11-23T16:00:00Z", "calling", 1)
    assert (await desk.get(f"/schedules/{made['id']}"))["next_run_at"] == "2026-11-23T17:00:00Z"
