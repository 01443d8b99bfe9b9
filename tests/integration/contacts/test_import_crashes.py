"""A worker that is killed in the middle of an import leaves nothing behind, and another one does it."""

import asyncio
import csv
import io
import os
import signal
import sys
from typing import Any

import pytest

from control_plane.contacts.tasks import sweep_imports
from tests.fixtures.world import World

ROWS = 8_000
"""Several chunks of the file."""
# Says where it is, and goes no further.
WORKER = """
import asyncio, sys, uuid
from pathlib import Path
from control_plane.contacts.import_repository import ImportRun
from control_plane.contacts.importer import Importer
from control_plane.db.session import create_engine
from control_plane.kit.clock import SystemClock
from control_plane.kit.storage import FolderStorage

url, folder, import_id, point, after = sys.argv[1:]
usual, passed = getattr(ImportRun, point), []

async def halted(run, *args, **kwargs):
    done = await usual(run, *args, **kwargs)
    passed.append(point)
    if len(passed) == int(after):
        print("here", flush=True)
        await asyncio.sleep(600)
    return done

setattr(ImportRun, point, halted)
asyncio.run(Importer(create_engine(url), FolderStorage(Path(folder)), SystemClock()).run(uuid.UUID(import_id)))
"""


def content() -> bytes:
    rows = "".join(f"Person {i},+1212{2_000_000 + i:07d},{'x' * 40}\n" for i in range(ROWS))
    return f"name,phone,note\n{rows}Bad,12,\n{rows.splitlines()[0]}\n".encode()


@pytest.mark.parametrize(
    ("point", "after"),
    [("stage", 3), ("apply", 1)],
    ids=["while the file is read", "when all is written and not committed"],
)
async def test_a_killed_import_has_done_nothing_and_is_done_once_by_another(world: World, database: str, point: str, after: int) -> None:
    list_id = await world.contact_list()
    accepted = await world.ours.upload(list_id, content())
    world.queue.sent.clear()
    folder = world.app.state.settings.storage_url.removeprefix("file://")
    arguments = [sys.executable, "-c", WORKER, database, folder, accepted["id"], point, str(after)]
    worker = await asyncio.create_subprocess_exec(*arguments, stdout=asyncio.subprocess.PIPE, env=os.environ | {"PYTHONPATH": os.getcwd()})
    try:
        assert worker.stdout is not None
        assert await asyncio.wait_for(worker.stdout.readline(), 120) == b"here\n"
        assert (await world.ours.get(f"/imports/{accepted['id']}"))["state"] == "running"
        assert await size(world, list_id) == 0
    finally:
        worker.send_signal(signal.SIGKILL)
        await worker.wait()
    assert await size(world, list_id) == 0
    done = await finished(world, accepted["id"])
    assert (done["rows"], done["created"], done["duplicates"], done["rejected"]) == (ROWS + 2, ROWS, 1, 1)
    assert await size(world, list_id) == ROWS
    report = csv.DictReader(io.StringIO(await world.ours.get(f"/imports/{accepted['id']}/errors.csv")))
    assert [row["row"] for row in report] == [str(ROWS + 1)]


async def size(world: World, list_id: str) -> int:
    return (await world.ours.get(f"/contact-lists/{list_id}"))["size"]


async def finished(world: World, import_id: str) -> Any:
    """The import once the sweep has brought it to its end; the dead worker's lock goes with its connection, which takes a moment."""
    async with asyncio.timeout(60):
        while (done := await world.ours.get(f"/imports/{import_id}"))["state"] != "completed":
            await sweep_imports(world.ctx)
            await world.run_tasks()
            await asyncio.sleep(0.05)
    return done
