"""A worker that carries out one task and never gets past the first commit of something that it wrote or locked: it says so on its standard
output and waits to be killed.

Run as `python -m tests.integration.dying DATABASE_URL MODULE TASK NOW`, or by `frozen_worker`.
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from subprocess import PIPE, Popen
from typing import Any

from sqlalchemy import event, text

from control_plane.db.session import create_engine, create_sessions
from control_plane.kit.clock import SettableClock
from control_plane.kit.queue import RememberingQueue

COMMITTING = "committing"
PATIENCE_S = 200


class Frozen:
    """Sessions whose first commit of anything never begins."""

    def __init__(self, sessions: Any) -> None:
        self._sessions = sessions

    def __call__(self) -> Any:
        session = self._sessions()
        event.listen(session.sync_session, "before_commit", self._stand_still)
        return session

    def _stand_still(self, session: Any) -> None:
        session.flush()
        if session.scalar(text("select pg_current_xact_id_if_assigned() is not null")):
            print(COMMITTING, flush=True)
            time.sleep(3600)


async def main(url: str, module: str, task: str, now: str) -> None:
    sessions = Frozen(create_sessions(create_engine(url), "dying"))
    clock = SettableClock(datetime.fromisoformat(now))
    await getattr(import_module(module), task)({"sessions": sessions, "queue": RememberingQueue(), "clock": clock})


@contextmanager
def frozen_worker(url: str, module: str, task: str, now: datetime) -> Iterator[Popen[str]]:
    """A process that has done all of the task's first piece of work but the commit."""
    process = Popen([sys.executable, "-m", "tests.integration.dying", url, module, task, now.isoformat()], stdout=PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == COMMITTING
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE_S)
        if process.stdout is not None:
            process.stdout.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
