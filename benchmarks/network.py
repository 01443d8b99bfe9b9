"""The real livekit-server with a SIP service that has no telephones: it notes when each INVITE arrives, and says that its callee is
engaged.

The simulated carrier's callees join the room before they refuse. That takes 0.2 s of a core each, which is the carrier's and not ours, and
at five a second leaves the placing processes too little of a small machine.
"""

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

from livekit import api
from sqlalchemy import update

from benchmarks.stage import Stage
from control_plane.db.models import Trunk
from control_plane.local.livekit import LiveKitKeys, LiveKitPorts, LocalLiveKit
from control_plane.local.livekit_binary import Finder
from control_plane.local.redis import EmbeddedRedis
from control_plane.local.secrets_file import random_password
from rehearsal import clock, sip_answers, wire
from rehearsal.psrpc import RpcServer
from tests.fixtures.services import LiveKitService


@dataclass(frozen=True)
class Network:
    """`arrived`: when each INVITE reached the SIP service, Unix seconds."""

    service: LiveKitService
    arrived: list[float]

    async def join(self, made: Stage) -> None:
        """Make the stage's trunk known to LiveKit."""
        service = self.service
        info = api.SIPOutboundTrunkInfo(name="bench", address="rehearsal.invalid", numbers=[made.world.number.e164])
        async with api.LiveKitAPI(service.url, service.key, service.secret) as client:
            trunk = await client.sip.create_outbound_trunk(api.CreateSIPOutboundTrunkRequest(trunk=info))
        async with made.dialer.sessions.begin() as session:
            await session.execute(update(Trunk).values(livekit_outbound_trunk_id=trunk.sip_trunk_id))


@asynccontextmanager
async def network() -> AsyncIterator[Network]:
    with TemporaryDirectory(prefix="callwright-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        redis = EmbeddedRedis(folder, durable=False)
        stack.callback(redis.stop)
        url = redis.start()
        keys = LiveKitKeys("callwright", random_password())
        address, ports = (redis.address, redis.password), LiveKitPorts.free()
        livekit = LocalLiveKit(Finder({}, print).find(), folder / "livekit", redis=address, keys=keys, ports=ports)
        stack.callback(livekit.stop)
        service = LiveKitService(livekit.start(), keys.key, keys.secret, url)
        async with _engaged(service) as arrived:
            yield Network(service, arrived)


@asynccontextmanager
async def _engaged(service: LiveKitService) -> AsyncIterator[list[float]]:
    arrived = list[float]()

    async def refuse(request: Any, expires_at: float) -> NoReturn:
        arrived.append(clock.now())
        raise sip_answers.refused(486, "Busy Here")

    server = RpcServer(service.redis_url)
    await server.serve(wire.CreateRequest, "CreateSIPParticipant", refuse)
    await server.start()
    try:
        yield arrived
    finally:
        await server.close()
