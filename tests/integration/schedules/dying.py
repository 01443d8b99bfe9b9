"""A worker that carries out one task and never gets past its first commit: it says so on its standard output and waits to be killed.

Run as `python -m tests.integration.schedules.dying DATABASE_URL TASK NOW`.
"""

import asyncio
import sys
import time
from datetime import datetime
from typing import Any

from sqlalchemy import event

from control_plane.db.session import create_engine, create_sessions
from control_plane.kit.clock import SettableClock
from control_plane.kit.queue import RememberingQueue
from control_plane.schedules import tasks

COMMITTING = "committing"


class Frozen:
    """Sessions whose commit never begins."""

    def __init__(self, sessions: Any) -> None:
        self._sessions = sessions

    def __call__(self) -> Any:
        session = self._sessions()
        event.listen(session.sync_session, "before_commit", self._stand_still)
        return session

    def _stand_still(self, session: Any) -> None:
        session.flush()
        print(COMMITTING, flush=True)
        time.sleep(3600)


async def main(url: str, task: str, now: str) -> None:
    sessions = Frozen(create_sessions(create_engine(url), "dying"))
    clock = SettableClock(datetime.fromisoformat(now))
    await getattr(tasks, task)({"sessions": sessions, "queue": RememberingQueue(), "clock": clock})


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
