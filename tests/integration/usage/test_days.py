"""The days that a month's usage is read from are the records added up, whatever happens to the records."""

import asyncio
import random
import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import UsageDay, UsageRecord, Workspace
from control_plane.usage.repository import SUMMED, UsageRepository
from tests.integration.calls.conftest import Stage

KEYS = ("workspace_id", "day", "campaign_id", "assistant_id", "prefix", "currency")
DAY = date(2026, 11, 1)


def facts(chance: random.Random, campaigns: list[uuid.UUID | None]) -> dict[str, Any]:
    network, models = (Decimal(chance.randrange(5000)) / 10_000 for _ in range(2))
    return {
        "campaign_id": chance.choice(campaigns),
        "day": DAY + timedelta(days=chance.randrange(3)),
        "is_rehearsal": chance.random() < 0.5,
        "is_failed": chance.random() < 0.3,
        "seconds": chance.randrange(300),
        "billable_seconds": 60 * chance.randrange(6),
        "prefix": chance.choice(["+1", "+44"]),
        "network_cost": network,
        "model_cost": models,
        "cost": network + models,
        "currency": chance.choice(["USD", "USD", "EUR"]),
        "country": None,
        "price_list": "p@1",
    }


async def of_records(session: AsyncSession) -> dict[Any, Any]:
    r = UsageRecord
    sums = {
        "calls": func.count(),
        "failed_calls": func.count().filter(r.is_failed),
        "simulated_calls": func.count().filter(r.is_rehearsal),
        **{name: func.sum(getattr(r, name)) for name in SUMMED[3:]},
    }
    keys = [getattr(r, name) for name in KEYS]
    rows = await session.execute(select(*keys, *(sums[name] for name in SUMMED)).group_by(*keys))
    return {tuple(row[: len(KEYS)]): tuple(row[len(KEYS) :]) for row in rows}


async def of_days(session: AsyncSession) -> dict[Any, Any]:
    """Days on which nothing is left are as if they were not."""
    rows = await session.execute(select(*(getattr(UsageDay, name) for name in (*KEYS, *SUMMED))))
    found = {tuple(row[: len(KEYS)]): tuple(row[len(KEYS) :]) for row in rows}
    return {key: sums for key, sums in found.items() if any(sums)}


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_days_are_the_records_added_up_whatever_is_written_changed_and_deleted(stage: Stage, seed: int) -> None:
    chance, campaigns = random.Random(seed), [None, uuid.uuid4(), uuid.uuid4()]
    assistants = [uuid.uuid4(), uuid.uuid4()]
    made: list[uuid.UUID] = []
    for _ in range(40):
        async with stage.api.sessions() as session:
            for _ in range(chance.randrange(1, 4)):
                step = chance.random()
                if step < 0.6 or not made:
                    made.append(uuid.uuid4())
                    fixed = {"call_id": made[-1], "workspace_id": stage.api.workspace_id, "assistant_id": chance.choice(assistants)}
                    session.add(UsageRecord(**fixed, **facts(chance, campaigns)))
                    await session.flush()
                elif step < 0.9:
                    row = await session.get(UsageRecord, chance.choice(made))
                    for name, value in facts(chance, campaigns).items() if row is not None else ():
                        setattr(row, name, value)
                    await session.flush()
                else:
                    await session.execute(delete(UsageRecord).where(UsageRecord.call_id == chance.choice(made)))
            # A crash takes the record and its day alike.
            await (session.rollback() if chance.random() < 0.2 else session.commit())
    async with stage.api.sessions() as session:
        days = await of_days(session)
        assert days == await of_records(session)
        assert len(days) > 5
        month = await UsageRepository(session).totals(stage.api.workspace_id, DAY, date(2026, 12, 1), None)
        told = {row.currency: row.cost for row in month}
        assert told["USD"] == sum(sums[-1] for key, sums in days.items() if key[-1] == "USD")


async def test_a_workspace_that_goes_takes_its_days_along(stage: Stage) -> None:
    async with stage.api.sessions.begin() as session:
        other = Workspace(name="Other")
        session.add(other)
        await session.flush()
        fixed = {"call_id": uuid.uuid4(), "workspace_id": other.id, "assistant_id": uuid.uuid4()}
        session.add(UsageRecord(**fixed, **facts(random.Random(1), [None])))
    async with stage.api.sessions.begin() as session:
        await session.execute(delete(Workspace).where(Workspace.id == other.id))
    async with stage.api.sessions() as session:
        assert await of_days(session) == await of_records(session) == {}


async def test_two_records_that_change_places_at_once_wait_for_each_other_in_one_order(stage: Stage) -> None:
    days = (DAY, DAY + timedelta(days=1))
    made = [uuid.uuid4(), uuid.uuid4()]
    fixed = {**facts(random.Random(1), [None]), "workspace_id": stage.api.workspace_id, "assistant_id": uuid.uuid4()}
    async with stage.api.sessions.begin() as session:
        session.add_all([UsageRecord(**fixed | {"call_id": call_id, "day": day}) for call_id, day in zip(made, days, strict=True)])

    async def move(call_id: uuid.UUID, day: date) -> None:
        async with stage.api.sessions.begin() as session:
            await session.execute(update(UsageRecord).where(UsageRecord.call_id == call_id).values(day=day))

    async with stage.api.sessions.begin() as holder, asyncio.TaskGroup() as moves:
        await holder.execute(select(UsageDay).where(UsageDay.day == days[0]).with_for_update())
        # The one that leaves the held day waits first; the other would have its own day already if each took what it leaves.
        for waiting, (call_id, day) in enumerate(zip(made, reversed(days), strict=True), 1):
            moves.create_task(move(call_id, day))
            await until_waiting(stage, waiting)
        await holder.commit()
    async with stage.api.sessions() as session:
        assert await of_days(session) == await of_records(session)


async def until_waiting(stage: Stage, count: int) -> None:
    """Until so many sessions of this database wait for a lock."""
    waiting = text("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
    async with asyncio.timeout(60):
        while True:
            # Within one transaction the answer would stay the same.
            async with stage.api.sessions() as session:
                if await session.scalar(waiting) == count:
                    return
            await asyncio.sleep(0.02)
