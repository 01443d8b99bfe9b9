"""`callwright doctor`: everything that calls need, a line each, looked at from here or as a running API sees it."""

import asyncio

import httpx
import msgspec

from control_plane.db.session import Sessions, create_engine, create_sessions
from control_plane.health.database_findings import DatabaseFindings
from control_plane.health.findings import Diagnosis, Finding, diagnosis, note, of_readiness, ok
from control_plane.health.readiness import Readiness, ReadinessCheck
from control_plane.health.repository import HealthRepository
from control_plane.health.service_findings import livekit, models, redis, sip
from control_plane.health.surroundings import public_address, storage
from control_plane.kit.clock import SystemClock
from control_plane.settings import Settings, SettingsError

_UNKNOWN = note("rows", "Trunks, webhook endpoints, agent workers, clock and invariants are not known until the database is right.")


def examine(settings: Settings) -> Diagnosis:
    """Look at everything that `settings` name, from here."""
    return asyncio.run(look(settings))


def ask_api(url: str) -> Diagnosis:
    """What the API at `url` says of its own dependencies. Raises `SettingsError` with a sentence when no API answers there."""
    try:
        answer = httpx.get(f"{url.rstrip('/')}/health/ready", timeout=30)
        return diagnosis(of_readiness(msgspec.json.decode(answer.content, type=Readiness)))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SettingsError(f"No Callwright API answers at {url}; start one with `callwright up`, or say --url.") from error
    except msgspec.MsgspecError as error:
        raise SettingsError(f"What answers at {url} is not a Callwright API.") from error


async def look(settings: Settings) -> Diagnosis:
    """As `examine`, within a running event loop."""
    engine = create_engine(settings.sqlalchemy_url, pool_size=5)
    clock = SystemClock()
    sessions = create_sessions(engine, settings.number_secret)
    try:
        of_database = DatabaseFindings(settings, sessions, clock)
        server = await of_database.server()
        rows = [_UNKNOWN] if server.state == "problem" else await _of_rows(of_database, ReadinessCheck(settings, sessions, clock.now()))
        synced = None if server.state == "problem" else await _synced(sessions)
        around = await asyncio.gather(
            livekit(settings), sip(settings, synced), models(settings), public_address(settings), storage(settings)
        )
        return diagnosis([server, *await redis(settings, clock), *around, _carrier(settings), *rows])
    finally:
        await engine.dispose()


async def _of_rows(of_database: DatabaseFindings, readiness: ReadinessCheck) -> list[Finding]:
    """What only a database of this program's schema can tell."""
    lines = Readiness(True, [await readiness.agent_workers(), await readiness.invariants()])
    told = [await of_database.clock(), *await of_database.trunks(), await of_database.endpoints(), await of_database.meaning()]
    return [*told, *of_readiness(lines)]


async def _synced(sessions: Sessions) -> frozenset[str]:
    async with sessions() as session:
        return await HealthRepository(session).synced_ids()


def _carrier(settings: Settings) -> Finding:
    if settings.rehearsal:
        return note("carrier", "SIMULATED: no phone rings, and only fictional numbers can be called.")
    return ok("carrier", "Real trunks: phones ring.")
