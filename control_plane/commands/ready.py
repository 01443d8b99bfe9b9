"""What every command does first: settings that hold, and what it needs within reach, or one sentence and exit 78."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import typer

from control_plane.db.session import create_engine, create_sessions
from control_plane.db.unit import Unit, open_unit
from control_plane.health.database import require_database
from control_plane.kit.clock import SystemClock
from control_plane.kit.logs import configure
from control_plane.kit.queue import RememberingQueue
from control_plane.settings import EXIT_MISCONFIGURED, Settings, SettingsError


def ready(require: Callable[[Settings], None] = require_database) -> Settings:
    """The settings, with what `require` asks for within reach."""
    try:
        settings = Settings.from_environment()
        configure(settings.log_level)
        require(settings)
    except SettingsError as error:
        raise misconfigured(error) from error
    return settings


def misconfigured(error: SettingsError) -> typer.Exit:
    """Says what is wrong; the exit to raise."""
    typer.echo(f"callwright: {error}", err=True)
    return typer.Exit(EXIT_MISCONFIGURED)


def in_unit(settings: Settings, work: Callable[[Unit], Awaitable[Any]]) -> Any:
    """What `work` returns after its transaction. Its nudges are dropped: the sweeps find what was changed."""
    return asyncio.run(_in_unit(settings, work))


async def _in_unit(settings: Settings, work: Callable[[Unit], Awaitable[Any]]) -> Any:
    engine = create_engine(settings.sqlalchemy_url, pool_size=1)
    try:
        sessions = create_sessions(engine, settings.number_secret)
        async with open_unit(sessions, RememberingQueue(), SystemClock(), actor="command line") as unit:
            return await work(unit)
    finally:
        await engine.dispose()
