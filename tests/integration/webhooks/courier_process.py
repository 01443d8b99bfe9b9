"""One courier in a process of its own, so that it can be killed: `python -m … <database url> <encryption key> <time>`.

Its clock stands still at the time that it is given."""

import asyncio
import sys
from datetime import datetime

from control_plane.db.session import create_engine, create_sessions
from control_plane.kit.clock import SettableClock
from control_plane.kit.outbound import OutboundClient
from control_plane.kit.outbound_guard import Allowed, Guard
from control_plane.kit.queue import RememberingQueue
from control_plane.kit.secrets import SecretBox
from control_plane.webhooks.courier import PATIENCE_S, Courier


async def main(url: str, key: str, now: str) -> None:
    client = OutboundClient(Guard(Allowed.parse(["127.0.0.1"])), within_s=PATIENCE_S)
    engine = create_engine(url)
    sessions = create_sessions(engine, key)
    await Courier(sessions, RememberingQueue(), SettableClock(datetime.fromisoformat(now)), SecretBox(key), client).run(600)
    await client.aclose()
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
