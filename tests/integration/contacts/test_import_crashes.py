"""An import that is killed at whatever step goes on where it was, and ends as if nobody had disturbed it."""

import asyncio
import csv
import io
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from control_plane.contacts.tasks import sweep_imports
from tests.fixtures.world import World

ROWS = 5_000
PART = 200_000
"""Bytes; two parts of the file."""
# Says where it is, and goes no further.
WORKER = """
import asyncio, sys, uuid
from pathlib import Path
from control_plane.contacts import importer
from control_plane.contacts.import_run_repository import ImportRun
from control_plane.db.session import create_engine
from control_plane.kit.clock import SystemClock
from control_plane.kit.storage import FolderStorage

url, folder, import_id, when, point, number, importer.PART = *sys.argv[1:-1], int(sys.argv[-1])
usual, passed = getattr(ImportRun, point), []

async def halt():
    print("here", flush=True)
    await asyncio.sleep(600)

async def halted(run, *args, **kwargs):
    passed.append(point)
    is_it = len(passed) == int(number)
    if is_it and when == "before":
        await halt()
    done = await usual(run, *args, **kwargs)
    if is_it:
        await halt()
    return done

setattr(ImportRun, point, halted)
asyncio.run(importer.Importer(create_engine(url), FolderStorage(Path(folder)), SystemClock()).run(uuid.UUID(import_id)))
"""
STEPS = (
    ("after", "begin", 1, "nothing"),
    # The third thing that is written of a part; the rows of those that are committed stay.
    ("after", "_copy", 3, "nothing"),
    ("before", "save", 2, "nothing"),
    ("after", "advance", 1, "more"),
    ("after", "put_on_list", 1, "more"),
    ("after", "save", 2, "all"),
)
"""When each worker is killed, and what of the file is done since the one before. `save` commits: the first time that it runs."""


def content() -> bytes:
    lines = ["name,phone,note,consent_purpose,consent_basis,consent_at"]
    lines += [f"Person {i},+1212{2_000_000 + i:07d},{'x' * 40},{',,' if i % 100 else 'care,oral,2026-03-01'}" for i in range(ROWS)]
    lines += ["Known,+12025550101,,,,", "Bad,12,,,,", lines[1], "Known again,+12025550101,,,,"]
    lines[11] = "Also bad,,,,,"
    return "\n".join(lines).encode()


async def killed(world: World, database: str, import_id: str, when: str, point: str, number: int) -> None:
    """A worker goes on with the import, and is killed where it is said."""
    folder = world.app.state.settings.storage_url.removeprefix("file://")
    arguments = [sys.executable, "-c", WORKER, database, folder, import_id, when, point, str(number), str(PART)]
    worker = await asyncio.create_subprocess_exec(*arguments, stdout=asyncio.subprocess.PIPE, env=os.environ | {"PYTHONPATH": os.getcwd()})
    try:
        assert worker.stdout is not None
        assert await asyncio.wait_for(worker.stdout.readline(), 120) == b"here\n"
    finally:
        worker.send_signal(signal.SIGKILL)
        await worker.wait()
    await lock_is_free(world)


@pytest.mark.timeout(600)
async def test_a_killed_import_goes_on_where_it_was_and_doubles_nothing(world: World, database: str) -> None:
    known = await world.ours.post("/contacts", {"name": "K", "phones": [{"e164": "+12025550101"}]})
    list_id = await world.contact_list()
    accepted = await world.ours.upload(list_id, content())
    world.queue.sent.clear()
    file = Path(world.app.state.settings.storage_url.removeprefix("file://")) / "imports" / f"{accepted['id']}.csv"
    done_before = 0
    for when, point, number, since in STEPS:
        await killed(world, database, accepted["id"], when, point, number)
        row = await world.ours.get(f"/imports/{accepted['id']}")
        assert {"nothing": row["rows"] == done_before, "more": row["rows"] > done_before, "all": row["state"] == "completed"}[since]
        done_before = row["rows"]
        assert row["created"] + row["updated"] + row["duplicates"] + row["rejected"] == row["rows"]
        assert await contacts(world) == 1 + row["created"]
        if since != "all":
            assert (row["state"], await size(world, list_id), file.exists()) == ("running", 0, True)
    assert file.exists()
    await sweep_imports(world.ctx)
    await world.run_tasks()
    assert not file.exists()
    done = await world.ours.get(f"/imports/{accepted['id']}")
    counts = {"rows": ROWS + 4, "created": ROWS - 1, "updated": 1, "duplicates": 2, "rejected": 2}
    assert {name: done[name] for name in counts} == counts
    assert await size(world, list_id) == ROWS
    report = csv.DictReader(io.StringIO(await world.ours.get(f"/imports/{accepted['id']}/errors.csv")))
    assert [(row["row"], row["text"]) for row in report] == [("11", "Also bad,,,,,"), (str(ROWS + 2), "Bad,12,,,,")]
    assert (await world.ours.get(f"/contacts/{known['id']}"))["name"] == "Known"
    assert await scalar(world, "select count(*) from consent") == ROWS // 100
    assert await scalar(world, "select count(distinct e164) from contact_phone") == await scalar(
        world, "select count(*) from contact_phone"
    )
    assert await scalar(world, "select count(*) from contact_import_found") == 0
    await sweep_imports(world.ctx)
    assert world.queue.sent == []


async def size(world: World, list_id: str) -> int:
    return (await world.ours.get(f"/contact-lists/{list_id}"))["size"]


async def contacts(world: World) -> int:
    return await scalar(world, "select count(*) from contact")


async def scalar(world: World, query: str) -> Any:
    async with world.app.state.sessions() as session:
        return await session.scalar(text(query))


async def lock_is_free(world: World) -> None:
    """The dead worker's lock goes with its connection, which takes a moment."""
    async with asyncio.timeout(60):
        while await scalar(world, "select count(*) from pg_locks where locktype = 'advisory' and granted"):
            await asyncio.sleep(0.05)
