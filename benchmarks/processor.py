"""Processor time of the database server, read from Linux's /proc."""

import os
from contextlib import suppress
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession


async def server_of(session: AsyncSession) -> int:
    """The process that all backends come from."""
    return int(_stat(await session.scalar(select(func.pg_backend_pid())) or 0)[1])


def cpu_of(server: int) -> float:
    """Processor seconds of a server and all of its processes, those that have ended too."""
    ticks = sum(int(field) for field in _stat(server)[11:15])
    for process in Path(f"/proc/{server}/task/{server}/children").read_text().split():
        with suppress(FileNotFoundError, ProcessLookupError):
            ticks += sum(int(field) for field in _stat(int(process))[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(process: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
