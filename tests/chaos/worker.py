"""The real task worker. On the chaos suite's telephone network the only difference is the telephony port that `serve` is given; on LiveKit,
that it notes when the request for each INVITE has left.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from control_plane.kit.logs import configure
from control_plane.settings import Settings
from control_plane.telephony.livekit import LiveKitTelephony
from control_plane.telephony.port import DialResult, PermittedDial
from control_plane.worker import serve
from tests.fakes.telephony_server import Ledger, NetworkTelephony


class NotingTelephony(LiveKitTelephony):
    """The product's own port, with a ledger of what has left it."""

    def __init__(self, settings: Settings, ledger: Path) -> None:
        super().__init__(settings.livekit_url, settings.livekit_api_key, settings.livekit_api_secret)
        self._ledger = Ledger(ledger)

    async def dial(self, order: PermittedDial) -> DialResult:
        with self._noting(order):
            return await super().dial(order)

    @contextlib.contextmanager
    def _noting(self, order: PermittedDial) -> Iterator[None]:
        """Written as soon as this process goes on after the first byte, with the instant of that byte."""

        async def note() -> None:
            await order.door.passed.wait()
            assert order.door.passed_at is not None
            self._ledger.write("left", room=order.room, sent_at=time.time() - (time.monotonic() - order.door.passed_at))

        noting = asyncio.create_task(note())
        try:
            yield
        finally:
            noting.cancel()


async def main() -> None:
    settings = Settings.from_environment()
    configure(settings.log_level)
    if network := os.environ.get("CHAOS_NETWORK"):
        await serve(settings, telephony=NetworkTelephony(network))
    else:
        await serve(settings, telephony=NotingTelephony(settings, Path(os.environ["CHAOS_DEPARTURES"])))


if __name__ == "__main__":
    asyncio.run(main())
