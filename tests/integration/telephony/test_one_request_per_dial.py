"""LiveKit Cloud's addresses make the client library repeat requests; a dial must never be one of them. And none leaves by a shut door."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from control_plane.telephony.door import Door
from control_plane.telephony.livekit import LiveKitTelephony
from control_plane.telephony.port import TURNED_AWAY, Answered, Dial, Refused
from tests.factories.dials import permitted

HOST = "project.livekit.cloud"
ORDER = Dial("call-1", "callee-1", "ST_1", "+12025550101", "+12025550199", 15, 60)
DIALLED = "/twirp/livekit.SIP/CreateSIPParticipant"


@asynccontextmanager
async def refusing(requests: list[str], status: int, code: str) -> AsyncIterator[int]:
    """A server that writes down what reaches it; its port."""

    async def refuse(request: web.Request) -> web.Response:
        requests.append(request.path)
        return web.json_response({"code": code, "msg": "no"}, status=status)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", refuse)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(("status", "code"), [(503, "unavailable"), (500, "internal")])
async def test_a_dial_that_fails_on_livekit_cloud_is_sent_once(monkeypatch: pytest.MonkeyPatch, status: int, code: str) -> None:
    requests: list[str] = []
    _lead_home(monkeypatch)
    async with refusing(requests, status, code) as port:
        telephony = LiveKitTelephony(f"http://{HOST}:{port}", "key", "s" * 32)
        try:
            async with asyncio.timeout(20):
                result = await telephony.dial(permitted(ORDER))
        finally:
            await telephony.aclose()
    assert not isinstance(result, Answered)
    assert requests == [DIALLED]


async def test_not_even_a_request_leaves_by_a_shut_door_and_the_next_one_does() -> None:
    requests: list[str] = []
    async with refusing(requests, 503, "unavailable") as port:
        telephony = LiveKitTelephony(f"http://127.0.0.1:{port}", "key", "s" * 32)
        try:
            # First over a connection that has to be made, then over one that is there.
            assert await telephony.dial(permitted(ORDER, Door(lambda: False))) == TURNED_AWAY
            assert isinstance(await telephony.dial(permitted(ORDER)), Refused)
            assert await telephony.dial(permitted(ORDER, Door(lambda: False))) == TURNED_AWAY
        finally:
            await telephony.aclose()
    assert requests == [DIALLED]


def _lead_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cloud's name leads to this machine."""
    resolve = socket.getaddrinfo

    def resolve_here(host: Any, *arguments: Any, **options: Any) -> Any:
        return resolve("127.0.0.1" if host == HOST else host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_here)
