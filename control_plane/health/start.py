"""What must be within reach before a process of the control plane starts: one sentence says what is not."""

import asyncio

from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, RedisError
from sqlalchemy.exc import ProgrammingError

from control_plane.db.session import create_engine, create_sessions
from control_plane.health.database import PATIENCE_S, reach_database
from control_plane.kit.number_hash import fingerprint
from control_plane.settings import Settings, SettingsError
from control_plane.telephony.livekit import LiveKitTelephony
from control_plane.telephony.port import TelephonyError
from control_plane.workspaces.sealed_repository import SealedRepository

# A wrong key or secret is answered before Twirp: no code, no message, only the HTTP status.
_UNAUTHORIZED = "status=401"


def require_dependencies(settings: Settings) -> None:
    """Raises `SettingsError` with one sentence about the first dependency that cannot be used."""
    asyncio.run(_require(settings))


async def _require(settings: Settings) -> None:
    await reach_database(settings)
    await _number_key(settings)
    await _redis(settings)
    await _livekit(settings)


async def _number_key(settings: Settings) -> None:
    """After a rotation: with another key the platform would call people who asked to be forgotten."""
    engine = create_engine(settings.sqlalchemy_url, pool_size=1)
    try:
        async with create_sessions(engine, settings.number_secret)() as session:
            known = await SealedRepository(session).number_key()
    except ProgrammingError:
        # A schema of before; the readiness check names it.
        return
    finally:
        await engine.dispose()
    if known not in ("", fingerprint(settings.number_secret)):
        raise SettingsError(
            "The numbers of erased people were hashed with another key; "
            "set CALLWRIGHT_NUMBER_HASH_KEY to what `callwright secrets rotate` printed."
        )


async def _redis(settings: Settings) -> None:
    client = Redis.from_url(settings.redis_url, socket_connect_timeout=PATIENCE_S, socket_timeout=PATIENCE_S)
    try:
        await client.ping()  # type: ignore[misc]
    except AuthenticationError as error:
        raise SettingsError("Redis at CALLWRIGHT_REDIS_URL refuses the password.") from error
    except (RedisError, OSError) as error:
        raise SettingsError("Redis at CALLWRIGHT_REDIS_URL cannot be reached; is it running?") from error
    finally:
        await client.aclose()


async def _livekit(settings: Settings) -> None:
    telephony = LiveKitTelephony(settings.livekit_url, settings.livekit_api_key, settings.livekit_api_secret)
    try:
        await telephony.rooms()
    except TelephonyError as error:
        if _UNAUTHORIZED in str(error):
            raise SettingsError(
                "LiveKit refuses LIVEKIT_API_KEY and LIVEKIT_API_SECRET; do they belong to the server at LIVEKIT_URL?"
            ) from error
        raise SettingsError(f"LiveKit at LIVEKIT_URL ({settings.livekit_url}) cannot be reached; is the address right?") from error
    finally:
        await telephony.aclose()
