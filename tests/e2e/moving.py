"""The whole platform with a clock that a test moves: two hours later at once, for the processes of the control plane, the agents and the
database alike. Move it only while no call is being held: a lease that ends in the middle of a sentence is a call that is lost."""

import asyncio
import math
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from control_plane.local.settings import LocalOptions, process_environment
from control_plane.local.stack import LocalStack

_FOLDER = Path(__file__).with_name("time_machine")
# Found before those of pg_catalog by every statement, and by the defaults of every table that is made after them.
_DATABASE = """
create table public.time_machine (ahead interval not null);
insert into public.time_machine values ('0');
create function public.clock_timestamp() returns timestamptz language sql volatile
    as 'select pg_catalog.clock_timestamp() + (select ahead from public.time_machine)';
create function public.statement_timestamp() returns timestamptz language sql stable
    as 'select pg_catalog.statement_timestamp() + (select ahead from public.time_machine)';
create function public.now() returns timestamptz language sql stable
    as 'select pg_catalog.now() + (select ahead from public.time_machine)';
alter database callwright set search_path = public, pg_catalog;
"""


def options(folder: Path, **given: object) -> LocalOptions:
    """For a `MovingStack` that keeps its data in `folder`."""
    ahead = folder.with_name(f"{folder.name}-ahead")
    ahead.write_text("0")
    environ = process_environment() | {"PYTHONPATH": str(_FOLDER), "CALLWRIGHT_TEST_CLOCK": str(ahead)}
    return LocalOptions(data_dir=folder, environ=environ, **given)  # type: ignore[arg-type]


class MovingStack(LocalStack):
    _ahead = timedelta()

    async def _start_postgres(self) -> str:
        """The database's clock is in place before the first table is made."""
        url = await super()._start_postgres()
        await asyncio.to_thread(_do, url, _DATABASE)
        return url

    def now(self) -> datetime:
        """What the platform takes for now."""
        return datetime.now(UTC) + self._ahead

    async def move_to(self, at: datetime) -> None:
        """Let the time up to `at` pass."""
        by = timedelta(seconds=math.ceil((at - self.now()).total_seconds()))
        assert by >= timedelta(), "time goes forward only"
        self._ahead += by
        seconds = self._ahead.total_seconds()
        # An agent worker was heard of a second ago and not two hours ago.
        moved = f"update time_machine set ahead = '{seconds} seconds';"
        moved += f"update agent_worker set heartbeat_at = heartbeat_at + interval '{by.total_seconds()} seconds'"
        await asyncio.to_thread(_do, self.database_url, moved)
        file = Path(self.options.environ["CALLWRIGHT_TEST_CLOCK"])
        new = file.with_suffix(".new")
        new.write_text(str(seconds))
        os.replace(new, file)


def _do(url: str, statements: str) -> None:
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=False) as connection:
        connection.execute(statements.encode())
