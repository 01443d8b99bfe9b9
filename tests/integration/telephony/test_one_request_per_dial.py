"""LiveKit Cloud's addresses make the client library repeat requests; a dial must never be one of them."""

import asyncio
import socket
from typing import Any

import pytest
from aiohttp import web

from control_plane.telephony.livekit import LiveKitTelephony
from control_plane.telephony.port import Answered, Dial
from tests.factories.dials import permitted

HOST = "project.livekit.cloud"
DIAL = permitted(Dial("call-1", "callee-1", "ST_1", "+12025550101", "+12025550199", 15, 60))


@pytest.mark.parametrize(("status", "code"), [(503, "unavailable"), (500, "internal")])
async def test_a_dial_that_fails_on_livekit_cloud_is_sent_once(monkeypatch: pytest.MonkeyPatch, status: int, code: str) -> None:
    requests: list[str] = []

    async def refuse(request: web.Request) -> web.Response:
        requests.append(request.path)
        return web.json_response({"code": code, "msg": "no"}, status=status)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", refuse)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    _lead_home(monkeypatch)
    telephony = LiveKitTelephony(f"http://{HOST}:{runner.addresses[0][1]}", "key", "s" * 32)
    try:
        async with asyncio.timeout(20):
            result = await telephony.dial(DIAL)
    finally:
        await telephony.aclose()
        await runner.cleanup()
    assert not isinstance(result, Answered)
    assert requests == ["/twirp/livekit.SIP/CreateSIPParticipant"]


def _lead_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cloud's name leads to this machine."""
    resolve = socket.getaddrinfo

    def resolve_here(host: Any, *arguments: Any, **options: Any) -> Any:
        return resolve("127.0.0.1" if host == HOST else host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_here)
