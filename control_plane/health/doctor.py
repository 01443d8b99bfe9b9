"""`callwright doctor`: every dependency on a line, from here or as a running API sees them."""

import asyncio

import httpx
import msgspec

from control_plane.db.session import create_engine, create_sessions
from control_plane.health.readiness import Readiness, ReadinessCheck
from control_plane.kit.clock import SystemClock
from control_plane.settings import Settings, SettingsError


def examine(settings: Settings) -> Readiness:
    """Ask the dependencies that `settings` name."""
    return asyncio.run(_examine(settings))


def ask_api(url: str) -> Readiness:
    """What the API at `url` says of its own. Raises `SettingsError` with a sentence when no API answers there."""
    try:
        answer = httpx.get(f"{url.rstrip('/')}/health/ready", timeout=30)
        return msgspec.json.decode(answer.content, type=Readiness)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SettingsError(f"No Callwright API answers at {url}; start one with `callwright up`, or say --url.") from error
    except msgspec.MsgspecError as error:
        raise SettingsError(f"What answers at {url} is not a Callwright API.") from error


def as_lines(readiness: Readiness) -> str:
    """The report as people read it."""
    width = max(len(line.name) for line in readiness.dependencies)
    return "\n".join(f"{'ok     ' if line.ok else 'PROBLEM'}  {line.name:<{width}}  {line.detail}" for line in readiness.dependencies)


async def _examine(settings: Settings) -> Readiness:
    engine = create_engine(settings.sqlalchemy_url, pool_size=1)
    try:
        return await ReadinessCheck(settings, create_sessions(engine, settings.number_secret), SystemClock().now()).run()
    finally:
        await engine.dispose()
