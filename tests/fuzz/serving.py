"""The application behind a real HTTP server on loopback, in this process and on this event loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar

from control_plane.live.hub import Limits
from control_plane.local.processes import free_port

PATIENCE_S = 60.0


@asynccontextmanager
async def served(app: Litestar) -> AsyncIterator[str]:
    """Where `app`, whose state somebody else has filled, answers while this lasts."""
    # A stream goes on for minutes, and who asks waits for the end of the answer.
    app.state.live.limits = Limits(pulse_s=0.01, longest_s=0.05)
    port = free_port()
    server = Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGINL, log_enabled=False)
    serving = asyncio.create_task(server.serve())
    url = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(PATIENCE_S), httpx.AsyncClient() as client:
            while not await _answers(client, url):
                await asyncio.sleep(0.05)
            # Put together when it is first asked for, which takes a busy machine longer than schemathesis waits.
            await client.get(f"{url}/openapi.json", timeout=PATIENCE_S)
        yield url
    finally:
        server.stop()
        await serving


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        await client.get(f"{url}/health/live")
    except httpx.TransportError:
        return False
    return True
