"""The stand-in language model over HTTP, in this process: no voice is loaded for it."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from rehearsal.models.server import StandIn


@pytest.fixture(scope="session")
async def chat_url() -> AsyncIterator[str]:
    stand_in, app = StandIn(()), web.Application()
    app.router.add_post("/v1/chat/completions", stand_in.chat)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    await runner.cleanup()
