"""The functions of `agent_worker.job` for the worker process, which holds no calls itself: it hands them to job processes by name.

There the module has been imported beforehand (`server.PRELOADED`). Without models, plugins and everything else that a call takes a worker
process is there 2 s sooner on a slow core.
"""

from importlib import import_module
from typing import Any

from livekit.agents import JobContext, JobProcess


def prewarm(process: JobProcess) -> None:
    _job().prewarm(process)


async def entrypoint(ctx: JobContext) -> None:
    await _job().entrypoint(ctx)


async def on_session_end(ctx: JobContext) -> None:
    await _job().on_session_end(ctx)


def _job() -> Any:
    return import_module("agent_worker.job")
