"""The real livekit-server with the simulated carrier, which writes down when each INVITE reaches it; all its callees are engaged."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from livekit import api
from sqlalchemy import update

from benchmarks.stage import Stage
from control_plane.db.models import Contact, Trunk
from control_plane.local.livekit import LiveKitKeys, LiveKitPorts, LocalLiveKit
from control_plane.local.livekit_binary import Finder
from control_plane.local.redis import EmbeddedRedis
from control_plane.local.secrets_file import random_password
from rehearsal import ledger
from tests.fixtures.carrier import listeners
from tests.fixtures.services import LiveKitService

ENGAGED = "busy"
ENDS_WITHIN_S, LISTENS_WITHIN_S = 60, 120


@dataclass(frozen=True)
class Network:
    service: LiveKitService
    ledger: Path

    def dialed_at(self) -> list[float]:
        """When each INVITE reached the carrier, in order; Unix seconds."""
        return sorted(record["at"] for record in ledger.read(self.ledger) if record["event"] == "dialed")

    async def join(self, made: Stage) -> None:
        """Make the stage's trunk known to LiveKit, and let all its callees be engaged."""
        service = self.service
        info = api.SIPOutboundTrunkInfo(name="bench", address="rehearsal.invalid", numbers=[made.world.number.e164])
        async with api.LiveKitAPI(service.url, service.key, service.secret) as client:
            trunk = await client.sip.create_outbound_trunk(api.CreateSIPOutboundTrunkRequest(trunk=info))
        async with made.dialer.sessions.begin() as session:
            await session.execute(update(Trunk).values(livekit_outbound_trunk_id=trunk.sip_trunk_id))
            await session.execute(update(Contact).values(attributes={"rehearsal_script": ENGAGED}))


@contextmanager
def network() -> Iterator[Network]:
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
        yield Network(service, _carrier(service, folder, stack))


def _carrier(service: LiveKitService, folder: Path, stack: ExitStack) -> Path:
    """Start the carrier, which ends with `stack`, and wait until it listens; its ledger."""
    path = folder / "ledger.jsonl"
    flags = ["--models-url", "tone:", "--ledger", str(path), "--processes", "1"]
    process = subprocess.Popen([sys.executable, "-m", "rehearsal.carrier", *flags], env={**os.environ, **service.env})
    stack.callback(process.wait, ENDS_WITHIN_S)
    stack.callback(process.send_signal, signal.SIGTERM)
    deadline = time.monotonic() + LISTENS_WITHIN_S
    while not listeners(service.redis_url):
        if time.monotonic() > deadline or process.poll() is not None:
            raise RuntimeError("The simulated carrier did not begin to listen.")
        time.sleep(0.1)
    return path
