"""Twilio for tests: the endpoints that we use, with a memory, behind HTTP on loopback.

What comes in and goes out is held against Twilio's own descriptions where these are at hand (`violations`). `client_dies_after` makes the
process that talks to it end right after Twilio has carried out so many more writes: the answer is lost, the effect is not.
"""

import base64
import itertools
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import requests
from aiohttp import web
from requests.adapters import HTTPAdapter
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from control_plane.telephony.twilio import TwilioAccess
from tests.fakes.twilio_description import Descriptions
from tests.fakes.twilio_resources import ACCOUNT, ROUTES, Refusal

TOKEN = "0123456789abcdef0123456789abcdef"
Thing = dict[str, Any]


class Killed(BaseException):
    """As if the process had been killed: nothing of ours catches it."""


@lru_cache(maxsize=1)
def descriptions() -> Descriptions:
    return Descriptions()


@dataclass
class TwilioEmulator:
    url: str = ""
    token: str = TOKEN
    trunks: dict[str, Thing] = field(default_factory=dict)
    lists: dict[str, Thing] = field(default_factory=dict)
    credentials: dict[str, Thing] = field(default_factory=dict)
    """By id; `list` is their list's, `password` is kept too, which Twilio never shows."""
    on_trunk: set[tuple[str, str]] = field(default_factory=set)
    """(trunk, credential list)"""
    urls: dict[str, Thing] = field(default_factory=dict)
    numbers: dict[str, Thing] = field(default_factory=dict)
    calls: dict[str, Thing] = field(default_factory=dict)
    """`from`, `to` and `start_time` by id."""
    recordings: dict[str, bytes] = field(default_factory=dict)
    lookups: dict[str, Thing] = field(default_factory=dict)
    """`line_type` in Twilio's words and `reassigned_on` (YYYYMMDD, `unknown`, or `refused`) by number."""
    looked_up: list[tuple[str, ...]] = field(default_factory=list)
    """Of each look-up the number, the packages and the date asked about."""
    account_type: str = "Full"
    is_down: bool = False
    loses_answers: bool = False
    """It does what is asked, and the connection breaks before it has answered."""
    writes: int = 0
    requests: int = 0
    client_dies_after: int | None = None
    violations: list[str] = field(default_factory=list)
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    def add_number(self, e164: str, *, trunk_sid: str | None = None) -> str:
        sid = self._sid("PN")
        self.numbers[sid] = {"phone_number": e164, "trunk_sid": trunk_sid, "friendly_name": e164}
        return sid

    def trunk_of(self, e164: str) -> str | None:
        return next(number["trunk_sid"] for number in self.numbers.values() if number["phone_number"] == e164)

    def is_empty(self) -> bool:
        """Whether nothing is left of what a trunk is made of."""
        return not (self.trunks or self.lists or self.credentials or self.on_trunk or self.urls) and all(
            number["trunk_sid"] is None for number in self.numbers.values()
        )

    def connect(self, access: TwilioAccess) -> Client:
        """As `control_plane.telephony.twilio.connect`, with the way to Twilio bent to here."""
        http = TwilioHttpClient(timeout=10)
        assert http.session is not None
        http.session.mount("https://", _Bent(self))
        return Client(access.account_sid, access.auth_token, http_client=http)

    def _sid(self, prefix: str) -> str:
        return f"{prefix}{next(self._ids):032x}"

    # — HTTP —

    async def answer(self, request: web.Request) -> web.Response:
        host, path = request.match_info["host"], "/" + request.match_info["rest"]
        form = {str(name): str(value) for name, value in (await request.post()).items()}
        self.requests += 1
        try:
            status, body = self._carried_out(request, host, path, form)
        except Refusal as refusal:
            status, body = refusal.body["status"], refusal.body
        if self.loses_answers and request.transport is not None:
            request.transport.abort()
        if isinstance(body, bytes):
            return web.Response(body=body, content_type="audio/x-wav")
        self.violations += descriptions().faults(host, request.method, path, dict(request.query), form, status, body)
        return web.Response(status=status) if status == 204 else web.json_response(body, status=status)

    def _carried_out(self, request: web.Request, host: str, path: str, form: dict[str, str]) -> tuple[int, Any]:
        if self.is_down:
            raise Refusal(503, 20503, "Service unavailable")
        given = base64.b64encode(f"{ACCOUNT}:{self.token}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {given}":
            raise Refusal(401, 20003, "Authenticate")
        for (method, at, pattern), handler in ROUTES.items():
            found = re.fullmatch(pattern, path)
            if (method, at) == (request.method, host) and found:
                self.writes += method != "GET"
                return handler(self, *found.groups(), **({"form": form} if method == "POST" else {}), **_query(method, request))
        raise Refusal(404, 20404, f"The requested resource {path} was not found")


def _query(method: str, request: web.Request) -> dict[str, Any]:
    return {"query": dict(request.query)} if method == "GET" else {}


class _Bent(HTTPAdapter):
    """What is meant for Twilio goes to the emulator."""

    def __init__(self, emulator: TwilioEmulator) -> None:
        super().__init__()
        self._emulator = emulator

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        request.url = f"{self._emulator.url}/{parts.hostname}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        answer = super().send(request, *args, **kwargs)
        if request.method != "GET" and self._emulator.client_dies_after is not None:
            self._emulator.client_dies_after -= 1
            if self._emulator.client_dies_after <= 0:
                self._emulator.client_dies_after = None
                raise Killed
        return answer


@asynccontextmanager
async def twilio_emulator() -> AsyncIterator[TwilioEmulator]:
    """It answers while this lasts; afterwards nothing that it saw may have been against the descriptions."""
    emulator = TwilioEmulator()
    app = web.Application()
    app.router.add_route("*", "/{host}/{rest:.*}", emulator.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        emulator.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield emulator
    finally:
        await runner.cleanup()
    assert emulator.violations == []
