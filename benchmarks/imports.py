"""An import of contacts, from the stored file to the list, against a bare COPY of the very rows it made into the same indexed tables.

The importer runs in a process of its own, so that its memory is its own; the rows for the COPY are taken out of the tables that it filled.
"""

import argparse
import asyncio
import os
import random
import re
import statistics
import time
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import psycopg

from benchmarks.stage import database
from control_plane.contacts.importer import Importer
from control_plane.db.models import ContactImport, ContactList, Workspace
from control_plane.db.session import create_engine, create_sessions
from control_plane.domain import numbering_plan
from control_plane.kit.clock import SystemClock
from control_plane.kit.ids import new_id
from control_plane.kit.storage import FolderStorage

ROWS, TURNS = 200_000, 3
AREAS = ("212", "617", "305", "312", "713", "303", "602", "213", "206", "415", "404", "503", "702", "801", "919")
WAYS = ("+1{}{}{}", "({}) {}-{}", "{}-{}-{}", "1 {} {} {}")
"""As spreadsheets have them; the country code is there in half of the rows."""
TABLES = ("contact", "contact_phone", "contact_list_entry")
_PART = 20_000


@dataclass(frozen=True, slots=True)
class Run:
    """One import or one COPY: seconds from the first byte read to the last commit, processor seconds of the client and of the server,
    and the client's peak memory."""

    seconds: float
    cpu_seconds: float
    server_seconds: float
    memory_mb: float = 0

    @property
    def all_cpu_seconds(self) -> float:
        return self.cpu_seconds + self.server_seconds


@dataclass(frozen=True, slots=True)
class Imported:
    rows: int
    megabytes: float
    imports: list[Run]
    copies: list[Run]
    """In turns."""
    is_compiled: bool

    @property
    def per_second(self) -> float:
        return self.rows / self.seconds

    @property
    def copied_per_second(self) -> float:
        return self.rows / _median(run.seconds for run in self.copies)

    @property
    def seconds(self) -> float:
        return _median(run.seconds for run in self.imports)

    @property
    def ratio(self) -> float:
        return _median(copy.seconds / run.seconds for copy, run in zip(self.copies, self.imports, strict=True))

    @property
    def cpu_ratio(self) -> float:
        """Of what both sides' processors do; other work on the machine shows less in it."""
        return _median(copy.all_cpu_seconds / run.all_cpu_seconds for copy, run in zip(self.copies, self.imports, strict=True))

    @property
    def memory_mb(self) -> float:
        return max(run.memory_mb for run in self.imports)

    @property
    def cpu_seconds(self) -> float:
        return _median(run.cpu_seconds for run in self.imports)

    @property
    def server_seconds(self) -> float:
        return _median(run.server_seconds for run in self.imports)


async def measure(rows: int = ROWS, turns: int = TURNS) -> Imported:
    """Import and COPY take turns, each into empty tables."""
    with TemporaryDirectory(prefix="callwright-imports-") as folder, database() as url:
        imports: list[Run] = []
        copies: list[Run] = []
        size = 0
        for _ in range(turns):
            import_id, size = await _uploaded(url, Path(folder), rows)
            imports.append(await asyncio.to_thread(_in_its_own_process, url, folder, import_id))
            copies.append(await asyncio.to_thread(_copied, url, Path(folder), rows))
        return Imported(rows, size / 1e6, imports, copies, numbering_plan.compiled is not None)


async def _uploaded(url: str, folder: Path, rows: int) -> tuple[uuid.UUID, int]:
    """A queued import of that many people into a new list, and the bytes of its file."""
    engine = create_engine(url)
    async with create_sessions(engine, "benchmark").begin() as session:
        workspace = Workspace(id=new_id(), name="Acme")
        people = ContactList(id=new_id(), workspace_id=workspace.id, name="People")
        row = ContactImport(id=new_id(), workspace_id=workspace.id, contact_list_id=people.id, default_country="US")
        row.file_key = f"imports/{row.id}.csv"
        for made in (workspace, people, row):
            session.add(made)
            await session.flush()
    await engine.dispose()
    return row.id, await FolderStorage(folder).put(row.file_key, _file(rows))


async def _file(rows: int) -> AsyncIterator[bytes]:
    """Some 70 bytes a row; every number is another one, in no order."""
    draw = random.Random(1)
    yield b"Name,Mobile,E-mail,Plan,City,Balance\n"
    for first in range(0, rows, _PART):
        yield "".join(_line(i, rows, draw) for i in range(first, min(rows, first + _PART))).encode()


def _line(i: int, rows: int, draw: random.Random) -> str:
    at = i * 7_919 % rows
    area, rest = AREAS[at % len(AREAS)], f"{2_000_000 + at // len(AREAS):07d}"
    number = WAYS[i % len(WAYS)].format(area, rest[:3], rest[3:])
    return f"Sam Doe {i},{number},sam{i}@example.com,{draw.choice(('gold', 'silver'))},Springfield,{draw.randrange(10_000) / 100}\n"


def _in_its_own_process(url: str, folder: str, import_id: uuid.UUID) -> Run:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_imported, url, folder, import_id).result()


def _imported(url: str, folder: str, import_id: uuid.UUID) -> Run:
    return asyncio.run(_run(url, Path(folder), import_id))


async def _run(url: str, folder: Path, import_id: uuid.UUID) -> Run:
    engine = create_engine(url)
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        begun = _now(connection)
        grown = await Importer(engine, FolderStorage(folder), SystemClock()).run(import_id)
        spent = _since(connection, begun)
    assert grown is not None
    await engine.dispose()
    return Run(*spent, _peak_mb())


def _peak_mb() -> float:
    """The most memory that this process has had (Linux: proc(5), VmHWM; a child's `ru_maxrss` begins with its parent's)."""
    return int(re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[0]) / 1000


def _now(connection: psycopg.Connection) -> tuple[float, float, float]:
    """The time, and the processor seconds so far of this process and of the database server with all its processes."""
    (backend,) = cast(tuple[int], connection.execute("select pg_backend_pid()").fetchone())
    postmaster = int(_stat(backend)[1])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    # Fields 14 to 17 of proc(5): user and system time, the process's own and that of its children that have ended.
    ticks = sum(int(time) for time in _stat(postmaster)[11:15]) + sum(int(time) for child in children for time in _stat(int(child))[11:13])
    return time.perf_counter(), time.process_time(), ticks / os.sysconf("SC_CLK_TCK")


def _since(connection: psycopg.Connection, begun: tuple[float, float, float]) -> tuple[float, float, float]:
    seconds, cpu, server = (now - before for now, before in zip(_now(connection), begun, strict=True))
    return seconds, cpu, server


def _stat(pid: int) -> list[str]:
    """What stands behind the name of the process, which may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


def _copied(url: str, folder: Path, rows: int) -> Run:
    """The same rows by COPY, in one transaction; afterwards the tables are empty."""
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        for table in TABLES:
            with (folder / table).open("wb") as file, connection.cursor().copy(f"copy {table} to stdout") as out:
                file.writelines(out)
        _emptied(connection)
        begun = _now(connection)
        with connection.transaction():
            copied = [_copy_in(connection, table, folder / table) for table in TABLES]
        spent = _since(connection, begun)
        assert copied == [rows] * len(TABLES)
        _emptied(connection)
    return Run(*spent)


def _copy_in(connection: psycopg.Connection, table: str, path: Path) -> int:
    cursor = connection.cursor()
    with cursor.copy(f"copy {table} from stdin") as into:
        for part in _parts(path):
            into.write(part)
    return cursor.rowcount


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(256 * 1024):
            yield part


def _emptied(connection: psycopg.Connection) -> None:
    connection.execute(f"truncate {', '.join(TABLES)} cascade")
    connection.execute("checkpoint")


SECTION = """\
| contacts imported per second, {rows:,} rows of {megabytes:.0f} MB, one number each | {per_second:,.0f} ({seconds:.1f} s) | |
| of a bare COPY of the same rows into the same indexed tables ({copied_per_second:,.0f}/s) | {ratio:.0%} | ≥ 35 % |
| the same by processor time of both sides | {cpu_ratio:.0%} | |
| processor seconds of the importing process, of the database server | {cpu_seconds:.1f} s, {server_seconds:.1f} s | |
| peak memory of the importing process | {memory_mb:.0f} MB | ≤ 300 MB |"""


def section(made: Imported) -> str:
    """The rows of the benchmarks' table."""
    names = ("rows", "megabytes", "per_second", "seconds", "copied_per_second", "ratio", "cpu_ratio")
    names += ("cpu_seconds", "server_seconds", "memory_mb")
    without = "" if made.is_compiled else "\n| (numbers read by the reference alone: no compiled numbering plan on this machine) | | |"
    return SECTION.format(**{name: getattr(made, name) for name in names}) + without


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.imports", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--turns", type=int, default=TURNS)
    given = parser.parse_args()
    print(section(asyncio.run(measure(given.rows, given.turns))))
    print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
