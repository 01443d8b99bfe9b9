"""What the doctor asks of the services around the database: Redis, LiveKit and its SIP service, the task worker, the models."""

from datetime import UTC, datetime
from typing import Any

import httpx
from arq.constants import default_queue_name, health_check_key_suffix
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, RedisError

from control_plane.domain.counted import counted
from control_plane.health.database_findings import apart
from control_plane.health.findings import Finding, note, ok, problem
from control_plane.kit.clock import Clock
from control_plane.settings import Settings
from control_plane.telephony.livekit import LiveKitTelephony
from control_plane.telephony.port import TelephonyError
from sip_config.provision import Provisioner, ProvisionError

OPENAI = "https://api.openai.com/v1"
_PATIENCE_S = 5.0
# Every answer of the stand-ins says so.
_STAND_IN = "stand_in"
# A wrong key or secret is answered before Twirp: no code, no message, only the HTTP status.
_UNAUTHORIZED = "status=401"
HEARTBEAT = default_queue_name + health_check_key_suffix
# The channels of LiveKit's message bus: its own, and that on which a SIP service waits for calls to place (facts/carrier §1).
_ANY_CHANNEL, _SIP_CHANNEL = "*|REQ", "SIPInternal|CreateSIPParticipant|*"
_TRIED_MODELS = 10.0


async def redis(settings: Settings, clock: Clock) -> list[Finding]:
    """Redis, the clock of its machine, and the heartbeat of a task worker."""
    client = Redis.from_url(settings.redis_url, socket_connect_timeout=_PATIENCE_S, socket_timeout=_PATIENCE_S)
    try:
        before = clock.now()
        seconds, microseconds = await client.time()
        theirs = datetime.fromtimestamp(seconds + microseconds / 1_000_000, UTC)
        found = [await _keeping(client), apart("clock_of_redis", "Redis", theirs, before, clock.now())]
        return [*found, await _task_worker(client)]
    except AuthenticationError:
        return [problem("redis", "Redis refuses the password.", "Correct it in CALLWRIGHT_REDIS_URL.")]
    except (RedisError, OSError) as error:
        detail = f"Redis cannot be reached ({type(error).__name__}); calls start later, none is lost."
        return [problem("redis", detail, "Start Redis, and look at CALLWRIGHT_REDIS_URL.")]
    finally:
        await client.aclose()


async def _keeping(client: "Redis") -> Finding:
    memory: dict[str, Any] = await client.info("memory")
    if memory.get("maxmemory") and memory.get("maxmemory_policy") != "noeviction":
        return problem(
            "redis",
            f"Redis throws keys away when it is full ({memory['maxmemory_policy']}), LiveKit's trunks among them.",
            "Set its maxmemory-policy to noeviction.",
        )
    return ok("redis", "Redis answers.")


async def _task_worker(client: "Redis") -> Finding:
    if await client.exists(HEARTBEAT):
        return ok("task_worker", "A task worker is at work.")
    return problem("task_worker", "No task worker is at work: no call is placed.", "Start one with `callwright task-worker`.")


async def livekit(settings: Settings) -> Finding:
    telephony = LiveKitTelephony(settings.livekit_url, settings.livekit_api_key, settings.livekit_api_secret)
    try:
        return ok("livekit", f"LiveKit answers; {counted(len(await telephony.rooms()), 'room')}.")
    except TelephonyError as error:
        if _UNAUTHORIZED in str(error):
            advice = "Set LIVEKIT_API_KEY and LIVEKIT_API_SECRET to those of the server at LIVEKIT_URL."
            return problem("livekit", "LiveKit refuses the key or the secret.", advice)
        return problem("livekit", "LiveKit cannot be reached.", "Start it, and look at LIVEKIT_URL.")
    finally:
        await telephony.aclose()


async def sip(settings: Settings, synced: frozenset[str] | None) -> Finding:
    """LiveKit's side of telephony. `synced`: ids that it gave to our trunks; None when nobody could be asked.

    LiveKit tells nobody whether a SIP service is connected before a call is placed. Where our Redis is LiveKit's too, it is seen
    waiting there.
    """
    try:
        async with Provisioner(settings.livekit_url, settings.livekit_api_key, settings.livekit_api_secret) as provisioner:
            known = await provisioner.known_ids()
    except ProvisionError as error:
        return problem("sip", str(error), "Without SIP no phone rings; see docs/guides/self-hosting.md.")
    lost = len(synced - known) if synced is not None else 0
    if lost:
        detail = f"LiveKit has lost {counted(lost, 'trunk')} that it was told of."
        return problem("sip", detail, "Tell it again with `callwright trunks sync`, and let its Redis keep what it holds.")
    waiting = await _is_sip_waiting(settings)
    if waiting is None:
        return note("sip", "LiveKit keeps trunks; whether its SIP service runs is seen at the first call, not from here.")
    if waiting:
        return ok("sip", "A SIP service waits for calls.")
    return problem("sip", "LiveKit has no SIP service: no phone would ring.", "Start livekit-sip with the Redis of livekit-server.")


async def _is_sip_waiting(settings: Settings) -> bool | None:
    client = Redis.from_url(settings.redis_url, socket_connect_timeout=_PATIENCE_S, socket_timeout=_PATIENCE_S)
    try:
        if await client.pubsub_channels(_SIP_CHANNEL):
            return True
        return False if await client.pubsub_channels(_ANY_CHANNEL) else None
    except (RedisError, OSError):
        return None
    finally:
        await client.aclose()


async def models(settings: Settings) -> Finding:
    """Whether the vendor takes the key; costs nothing."""
    base_url = (settings.models_base_url or OPENAI).rstrip("/")
    headers = {"Authorization": f"Bearer {settings.openai_api_key}"} if settings.openai_api_key else {}
    try:
        async with httpx.AsyncClient(timeout=_TRIED_MODELS) as client:
            answer = await client.get(f"{base_url}/models", headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        detail = f"The models cannot be reached ({type(error).__name__})."
        return problem("models", detail, "Look at OPENAI_BASE_URL, and at the way out to the vendor.")
    if _STAND_IN in answer.text:
        return note("models", "STAND-IN models: fixed rules and a synthetic voice, good for trying the flow and nothing else.")
    if answer.status_code in (401, 403):
        if settings.openai_api_key:
            return problem("models", "The vendor refuses OPENAI_API_KEY.", "Make a new key there, and give it to the agent workers too.")
        return note(
            "models", "The vendor answers; no OPENAI_API_KEY is set here.", "Agent workers need one, or assistants with a credential."
        )
    if answer.is_server_error:
        return problem(
            "models", f"The vendor answers {answer.status_code}.", "Look at its status page; calls that begin now would be silent."
        )
    return ok("models", "Real models answer.")
