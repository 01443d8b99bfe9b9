"""One line per dependency: what it is, whether it can be used, and what to do when it cannot."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import httpx
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from control_plane.db.session import Sessions
from control_plane.domain.counted import counted
from control_plane.health.repository import HealthRepository
from control_plane.operations.invariants import violations
from control_plane.settings import Settings
from control_plane.telephony.livekit import LiveKitTelephony
from control_plane.telephony.port import TelephonyError

_OPENAI = "https://api.openai.com/v1"
_MODELS_TIMEOUT_S = 2.0
# Every answer of the stand-ins says so; a real server answers 401 without a key, which is answer enough.
_STAND_IN = "stand_in"


class Line(Struct):
    name: str
    ok: bool
    detail: str


class Readiness(Struct):
    ready: bool
    dependencies: list[Line]


class ReadinessCheck:
    """Asks every dependency once; nothing it finds raises."""

    def __init__(self, settings: Settings, sessions: Sessions, now: datetime) -> None:
        self._settings = settings
        self._sessions = sessions
        self._now = now

    async def run(self) -> Readiness:
        lines = await asyncio.gather(*(check() for check in self._checks()))
        return Readiness(all(line.ok for line in lines if line.name in _REQUIRED), list(lines))

    def _checks(self) -> tuple[Callable[[], Awaitable[Line]], ...]:
        return (self._database, self._redis, self._livekit, self._carrier, self.agent_workers, self._models, self.invariants)

    async def _database(self) -> Line:
        try:
            async with self._sessions.begin() as session:
                return Line("postgresql", True, f"PostgreSQL {await HealthRepository(session).server_version()}")
        except (SQLAlchemyError, OSError) as error:
            return Line("postgresql", False, f"The database cannot be reached ({type(error).__name__}).")

    async def _redis(self) -> Line:
        client = Redis.from_url(self._settings.redis_url, socket_connect_timeout=2, socket_timeout=2)
        try:
            await client.ping()  # type: ignore[misc]
            return Line("redis", True, "answers")
        except (RedisError, OSError) as error:
            return Line("redis", False, f"Redis cannot be reached ({type(error).__name__}); calls start later, none is lost.")
        finally:
            await client.aclose()

    async def _livekit(self) -> Line:
        telephony = LiveKitTelephony(self._settings.livekit_url, self._settings.livekit_api_key, self._settings.livekit_api_secret)
        try:
            return Line("livekit", True, counted(len(await telephony.rooms()), "room"))
        except TelephonyError:
            return Line("livekit", False, "LiveKit does not answer at LIVEKIT_URL, or refuses the key.")
        finally:
            await telephony.aclose()

    async def _carrier(self) -> Line:
        detail = "SIMULATED carrier: no phone rings, only fictional numbers can be called" if self._settings.rehearsal else "real trunks"
        return Line("carrier", True, detail)

    async def agent_workers(self) -> Line:
        try:
            async with self._sessions.begin() as session:
                count, slots = await HealthRepository(session).workers(self._now)
        except (SQLAlchemyError, OSError):
            return Line("agent_workers", False, "not known while the database cannot be reached")
        told = f"{counted(count, 'worker')} with {counted(slots, 'slot')}"
        return Line("agent_workers", slots > 0, told if count else "No agent worker has reported; start one.")

    async def invariants(self) -> Line:
        """Degraded and no 503: calls go on, and a person must look."""
        telephony = LiveKitTelephony(self._settings.livekit_url, self._settings.livekit_api_key, self._settings.livekit_api_secret)
        try:
            found = await violations(self._sessions, telephony)
        except (SQLAlchemyError, OSError):
            return Line("invariants", False, "not known while the database cannot be reached")
        finally:
            await telephony.aclose()
        broken = [f"{name} ({len(ids)})" for name, ids in found.items() if ids]
        return Line("invariants", not broken, f"broken: {', '.join(broken)}" if broken else f"{len(found)} hold")

    async def _models(self) -> Line:
        base_url = (self._settings.models_base_url or _OPENAI).rstrip("/")
        try:
            async with httpx.AsyncClient(timeout=_MODELS_TIMEOUT_S) as client:
                answer = await client.get(f"{base_url}/models")
        except httpx.HTTPError as error:
            return Line("models", False, f"The models cannot be reached ({type(error).__name__}).")
        if _STAND_IN in answer.text:
            return Line("models", True, "STAND-IN models: fixed rules and a synthetic voice, good for trying the flow and nothing else")
        return Line("models", True, "real models answer")


_REQUIRED = frozenset({"postgresql", "redis", "livekit"})
"""Without an agent worker calls wait; without these nothing works."""
