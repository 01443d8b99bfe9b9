"""The real task worker on the chaos suite's telephone network: `serve` takes a telephony port, which is the only difference."""

import asyncio
import os

from control_plane.kit.logs import configure
from control_plane.settings import Settings
from control_plane.worker import serve
from tests.fakes.telephony_server import NetworkTelephony


async def main() -> None:
    settings = Settings.from_environment()
    configure(settings.log_level)
    await serve(settings, telephony=NetworkTelephony(os.environ["CHAOS_NETWORK"]))


if __name__ == "__main__":
    asyncio.run(main())
