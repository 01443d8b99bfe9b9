"""The real task worker. On the chaos suite's telephone network the only difference is the telephony port that `serve` is given."""

import asyncio
import os

from control_plane.kit.logs import configure
from control_plane.settings import Settings
from control_plane.worker import serve
from tests.fakes.telephony_server import NetworkTelephony


async def main() -> None:
    settings = Settings.from_environment()
    configure(settings.log_level)
    network = os.environ.get("CHAOS_NETWORK")
    await serve(settings, telephony=NetworkTelephony(network) if network else None)


if __name__ == "__main__":
    asyncio.run(main())
