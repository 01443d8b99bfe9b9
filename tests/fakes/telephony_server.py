"""A telephone network in a process of its own: the telephony port's second implementation, across processes.

The server holds rooms, agents and phones, plays scripted callees, and keeps the carrier's ledger: one line per INVITE and per end, written
before anything else happens, so that it survives the server's own death. It can be told to misbehave. `NetworkTelephony` is the port.

    python -m tests.fakes.telephony_server --port 7000 --ledger calls.jsonl [--webhooks http://127.0.0.1:8000 --key K --secret S]
"""

import argparse
import asyncio
import base64
import contextlib
import hashlib
import json
import os
import random
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from livekit import api as livekit

from control_plane.telephony.door import guarded, leaving_by
from control_plane.telephony.port import (
    TURNED_AWAY,
    Answered,
    Dial,
    DialResult,
    Dispatch,
    Leg,
    PermittedDial,
    Refused,
    TelephonyError,
    Uncertain,
)
from sip_config.naming import ATTRIBUTE_SCRIPT, call_id_of_room, callee_identity
from tests.fakes.callees import GOODBYE_PATIENCE_S, SILENCE_PATIENCE_S, behaviour_of

AGENT_SILENCE_S = 8.0
"""A worker whose connection says nothing for so long is gone, as LiveKit's media connections time out."""
CANCELED = Refused(None, "twirp error unknown: sip request timed out", "canceled")
ANSWER_MARGIN_S = 6.0
REQUEST_TIMEOUT_S = 10.0
WEBHOOKS_LOST, WEBHOOKS_REPEATED = 0.2, 0.2


class Ledger:
    """The carrier's own record: append-only lines with the machine's clock."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, event: str, **facts: Any) -> None:
        os.write(self._file, (json.dumps({"event": event, "at": time.time(), **facts}) + "\n").encode())

    def close(self) -> None:
        os.close(self._file)


def read_ledger(path: Path) -> list[dict[str, Any]]:
    """All lines of a ledger; empty when there is none."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def open_calls(lines: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """INVITEs without an end, by their id."""
    invites = {line["invite"]: line for line in lines if line["event"] == "invite"}
    for line in lines:
        if line["event"] == "ended":
            invites.pop(line["invite"], None)
    return invites


@dataclass(eq=False, slots=True)
class AgentLine:
    """One connected agent worker."""

    worker: str
    slots: int
    socket: web.WebSocketResponse
    jobs: set[str] = field(default_factory=set)
    is_draining: bool = False

    async def tell(self, **message: Any) -> None:
        with contextlib.suppress(ConnectionError, aiohttp.ClientError, RuntimeError):
            await self.socket.send_json(message)


@dataclass(eq=False, slots=True)
class Room:
    name: str
    agent: AgentLine | None = None
    is_joined: bool = False
    phone: "Phone | None" = None


@dataclass(eq=False, slots=True)
class Phone:
    """One leg: dialing, ringing, active, or gone."""

    invite: str
    order: Dial
    answer: "asyncio.Future[DialResult]"
    status: str = "dialing"
    life: "asyncio.Task[None] | None" = None


@dataclass(slots=True)
class Fault:
    """How the server misbehaves: `refuse`, `hang`, `late` (the answer to a dial comes long after), `drop` (it never comes)."""

    mode: str = ""
    until: float = 0.0

    @property
    def now(self) -> str:
        return self.mode if time.monotonic() < self.until else ""

    @property
    def left_s(self) -> float:
        return max(0.0, self.until - time.monotonic())


class Webhooks:
    """LiveKit's webhooks, as unreliable as they are: some lost, some twice, all a little late."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        self._url, self._key, self._secret = url, key, secret
        self._sending: set[asyncio.Task[None]] = set()

    def callee_left(self, room: str, last_status: str, reason: str) -> None:
        participant = {"identity": callee_identity(call_id_of_room(room) or ""), "kind": "SIP", "disconnectReason": reason}
        self._left(room, {**participant, "attributes": {"sip.callStatus": last_status}})

    def agent_left(self, room: str) -> None:
        self._left(room, {"identity": "agent", "kind": "AGENT", "disconnectReason": "CLIENT_INITIATED"})

    def _left(self, room: str, participant: dict[str, Any]) -> None:
        if not self._url or random.random() < WEBHOOKS_LOST:
            return
        event_id = f"EV_{uuid.uuid4().hex[:12]}"
        body = {"event": "participant_left", "id": event_id, "createdAt": str(int(time.time())), "room": {"name": room}}
        for _ in range(2 if random.random() < WEBHOOKS_REPEATED else 1):
            task = asyncio.create_task(self._send(json.dumps(body | {"participant": participant})))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _send(self, body: str) -> None:
        await asyncio.sleep(random.uniform(0, 1.5))
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        token = livekit.AccessToken(self._key, self._secret).with_sha256(digest).to_jwt()
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
                await session.post(f"{self._url}/webhooks/livekit", data=body, headers={"Authorization": token})


class Network:
    """The whole network of one server process."""

    def __init__(self, ledger: Path, webhooks: Webhooks | None = None) -> None:
        lines = read_ledger(ledger)
        self._rung = Counter(line["number"] for line in lines if line["event"] == "invite")
        self.ledger = Ledger(ledger)
        for invite, line in open_calls(lines).items():
            self.ledger.write("ended", invite=invite, call=line["call"], number=line["number"], why="the network died")
        self.rooms: dict[str, Room] = {}
        self.agents: set[AgentLine] = set()
        self.fault = Fault()
        self._webhooks = webhooks or Webhooks("", "", "")
        self._timers: set[asyncio.Task[None]] = set()

    async def dispatch(self, name: str, metadata: str, empty_timeout_s: float) -> None:
        """A dispatch without a free worker is accepted and never runs, as with LiveKit (facts/voice §2)."""
        if name in self.rooms:
            return
        room = self.rooms[name] = Room(name)
        self._later(empty_timeout_s, self._close_if_empty, room)
        free = [agent for agent in self.agents if len(agent.jobs) < agent.slots and not agent.is_draining]
        if not free:
            self.ledger.write("dispatch_unheard", room=name)
            return
        room.agent = min(free, key=lambda agent: len(agent.jobs))
        room.agent.jobs.add(name)
        await room.agent.tell(kind="job", room=name, metadata=metadata)

    def dial(self, order: Dial, sent_at: float) -> Phone:
        """The INVITE leaves: written down first. LiveKit makes the room when it is not there."""
        invite, call = uuid.uuid4().hex, call_id_of_room(order.room)
        trunk, caller = order.trunk_id, order.from_number
        self.ledger.write("invite", invite=invite, call=call, number=order.to, trunk=trunk, caller=caller, sent_at=sent_at)
        phone = Phone(invite, order, asyncio.get_running_loop().create_future())
        room = self.rooms.setdefault(order.room, Room(order.room))
        if room.phone is not None:
            # A second participant of the same identity evicts the first.
            self._hang_up(room, "DUPLICATE_IDENTITY")
        room.phone = phone
        nth = self._rung[order.to]
        self._rung[order.to] += 1
        phone.life = asyncio.create_task(self._live(room, phone, nth))
        return phone

    async def _live(self, room: Room, phone: Phone, nth: int) -> None:
        order = phone.order
        will = behaviour_of(order.attributes.get(ATTRIBUTE_SCRIPT, ""), order.to, nth)
        begun = time.monotonic()
        await asyncio.sleep(will.setup_s)
        if will.refusal is not None:
            code, text, error = will.refusal
            self._gone(room, phone, Refused(code, text, error), "USER_REJECTED")
            return
        await self._becomes(room, phone, "ringing")
        if not will.picks_up:
            await asyncio.sleep(max(0.0, order.ringing_timeout_s - (time.monotonic() - begun)))
            self._gone(room, phone, CANCELED, "USER_UNAVAILABLE")
            return
        await asyncio.sleep(will.rings_s)
        self.ledger.write("answered", invite=phone.invite, call=call_id_of_room(room.name), number=order.to)
        if not phone.answer.done():
            phone.answer.set_result(Answered())
        await self._becomes(room, phone, "active")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(order.max_call_duration_s - (time.monotonic() - begun)):
                await self._converse(room, will.word, will.talks_s)
        self._gone(room, phone, CANCELED, "CLIENT_INITIATED")

    async def _converse(self, room: Room, word: str, talks_s: float) -> None:
        waited = 0.0
        while not room.is_joined and waited < SILENCE_PATIENCE_S:
            await asyncio.sleep(0.1)
            waited += 0.1
        await asyncio.sleep(talks_s)
        if room.agent is None or word == "hangs_up":
            return
        await room.agent.tell(kind="said", room=room.name, word=word)
        await asyncio.sleep(GOODBYE_PATIENCE_S)

    async def _becomes(self, room: Room, phone: Phone, status: str) -> None:
        phone.status = status
        if room.agent is not None and room.is_joined:
            await room.agent.tell(kind="leg", room=room.name, status=status)

    def _gone(self, room: Room, phone: Phone, result: DialResult, reason: str) -> None:
        """The leg is over; said once to the ledger, the dialler, the agent and the webhooks."""
        if room.phone is not phone:
            return
        room.phone = None
        self.ledger.write("ended", invite=phone.invite, call=call_id_of_room(room.name), number=phone.order.to, why=reason)
        if not phone.answer.done():
            phone.answer.set_result(result)
        self._webhooks.callee_left(room.name, phone.status, reason)
        if room.agent is not None:
            self._spawn(room.agent.tell(kind="leg", room=room.name, status="gone", last_status=phone.status, reason=reason))
        elif not room.is_joined:
            self.rooms.pop(room.name, None)

    def _hang_up(self, room: Room, reason: str) -> None:
        phone = room.phone
        if phone is not None:
            if phone.life is not None:
                phone.life.cancel()
            self._gone(room, phone, CANCELED, reason)

    def close(self, name: str) -> None:
        room = self.rooms.pop(name, None)
        if room is not None:
            self._hang_up(room, "ROOM_DELETED")
            if room.agent is not None:
                room.agent.jobs.discard(name)
                self._spawn(room.agent.tell(kind="closed", room=name))

    def hang_up(self, room: str, identity: str) -> None:
        found = self.rooms.get(room)
        if found is not None and found.phone is not None and found.phone.order.identity == identity:
            self._hang_up(found, "PARTICIPANT_REMOVED")

    async def hear_agent(self, agent: AgentLine, said: dict[str, Any]) -> None:
        room = self.rooms.get(said["room"])
        if said["kind"] == "opt_out_confirmed":
            self.ledger.write("opt_out_confirmed", number=said["number"], call=call_id_of_room(said["room"]))
        elif said["kind"] == "drain":
            agent.is_draining = True
        elif said["kind"] == "finished":
            agent.jobs.discard(said["room"])
        elif room is None or room.agent is not agent:
            await agent.tell(kind="closed", room=said["room"])
        elif said["kind"] == "join":
            room.is_joined = True
            if room.phone is not None:
                await agent.tell(kind="leg", room=room.name, status=room.phone.status)
        elif said["kind"] == "hang_up":
            self.close(room.name)
        elif said["kind"] == "leave":
            self.agent_leaves(room)

    def agent_leaves(self, room: Room) -> None:
        """A caller stays in the room alone; an empty room goes."""
        if room.is_joined:
            self._webhooks.agent_left(room.name)
        room.agent, room.is_joined = None, False
        if room.phone is None:
            self.rooms.pop(room.name, None)

    def worker_is_gone(self, agent: AgentLine) -> None:
        self.agents.discard(agent)
        for room in [room for room in self.rooms.values() if room.agent is agent]:
            self.agent_leaves(room)

    async def aclose(self) -> None:
        for name in list(self.rooms):
            self.close(name)
        for task in list(self._timers):
            task.cancel()
        await asyncio.gather(*self._timers, return_exceptions=True)
        self.ledger.close()

    async def _close_if_empty(self, room: Room) -> None:
        if not room.is_joined and room.phone is None and self.rooms.get(room.name) is room:
            self.close(room.name)

    def _later(self, delay_s: float, act: Any, *arguments: Any) -> None:
        async def wait() -> None:
            await asyncio.sleep(delay_s)
            await act(*arguments)

        self._spawn(wait())

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._timers.add(task)
        task.add_done_callback(self._timers.discard)


NETWORK = web.AppKey("network", Network)


@web.middleware
async def misbehave(request: web.Request, handler: Any) -> web.StreamResponse:
    """Refusing and hanging concern everything but the agents' connection. What hung is done afterwards all the same."""
    fault = request.app[NETWORK].fault
    if request.path not in ("/agents", "/fault"):
        if fault.now == "refuse":
            raise web.HTTPServiceUnavailable
        if fault.now == "hang":
            await asyncio.sleep(fault.left_s)
    return await handler(request)


async def post_dispatch(request: web.Request) -> web.Response:
    said = await request.json()
    await request.app[NETWORK].dispatch(said["room"], said["agent_metadata"], said["empty_timeout_s"])
    return web.json_response({})


async def post_dial(request: web.Request) -> web.Response:
    network, said = request.app[NETWORK], await request.json()
    mode, left_s = network.fault.now, network.fault.left_s
    sent_at = said.pop("sent_at")
    phone = network.dial(Dial(**said), sent_at)
    if mode == "drop":
        assert request.transport is not None
        request.transport.abort()
    result = await asyncio.shield(phone.answer)
    if mode == "late":
        await asyncio.sleep(left_s)
    return web.json_response({"answered": True} if isinstance(result, Answered) else {"refused": asdict(result)})  # type: ignore[call-overload]


async def post_close(request: web.Request) -> web.Response:
    request.app[NETWORK].close((await request.json())["room"])
    return web.json_response({})


async def post_hang_up(request: web.Request) -> web.Response:
    request.app[NETWORK].hang_up(**await request.json())
    return web.json_response({})


async def get_legs(request: web.Request) -> web.Response:
    room, legs = request.app[NETWORK].rooms.get(request.query["room"]), []
    if room is not None and room.is_joined:
        legs.append({"identity": "agent", "is_agent": True, "is_phone": False, "call_status": ""})
    if room is not None and room.phone is not None:
        legs.append({"identity": room.phone.order.identity, "is_agent": False, "is_phone": True, "call_status": room.phone.status})
    return web.json_response(legs)


async def get_rooms(request: web.Request) -> web.Response:
    return web.json_response(list(request.app[NETWORK].rooms))


async def post_fault(request: web.Request) -> web.Response:
    said = await request.json()
    request.app[NETWORK].fault = Fault(said["mode"], time.monotonic() + said["for_s"])
    return web.json_response({})


async def agents(request: web.Request) -> web.WebSocketResponse:
    """The line of one agent worker: jobs and legs to it, what it does from it."""
    network, socket = request.app[NETWORK], web.WebSocketResponse(heartbeat=AGENT_SILENCE_S)
    await socket.prepare(request)
    agent = AgentLine(request.query["worker"], int(request.query["slots"]), socket)
    network.agents.add(agent)
    try:
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                await network.hear_agent(agent, json.loads(message.data))
    finally:
        network.worker_is_gone(agent)
    return socket


def application(network: Network) -> web.Application:
    app = web.Application(middlewares=[misbehave])
    app[NETWORK] = network
    app.add_routes(
        [
            web.post("/dispatch", post_dispatch),
            web.post("/dial", post_dial),
            web.post("/close", post_close),
            web.post("/hang-up", post_hang_up),
            web.get("/legs", get_legs),
            web.get("/rooms", get_rooms),
            web.post("/fault", post_fault),
            web.get("/agents", agents),
        ]
    )
    return app


class NetworkTelephony:
    """The telephony port on the server above. One per event loop; connects when first used; to be closed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session: aiohttp.ClientSession | None = None

    async def dispatch(self, order: Dispatch) -> None:
        await self._ask("POST", "/dispatch", json=asdict(order))

    async def dial(self, order: PermittedDial) -> DialResult:
        patience, as_json = aiohttp.ClientTimeout(total=order.ringing_timeout_s + ANSWER_MARGIN_S), {"Content-Type": "application/json"}
        request = self._http().post(f"{self._url}/dial", data=_written_as_it_leaves(order), headers=as_json, timeout=patience)
        try:
            with leaving_by(order.door):
                async with request as response:
                    if response.status == 503:
                        return Refused(None, "service unavailable", "unavailable", not_sent=True)
                    said = await response.json()
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            words = f"{type(error).__name__}: {error}"
            if order.door.has_turned_away:
                return TURNED_AWAY
            return Uncertain(words) if order.door.passed.is_set() else Refused(None, words, "unavailable", not_sent=True)
        return Answered() if "answered" in said else Refused(**said["refused"])

    async def close_room(self, room: str) -> None:
        await self._ask("POST", "/close", json={"room": room})

    async def hang_up(self, room: str, identity: str) -> None:
        await self._ask("POST", "/hang-up", json={"room": room, "identity": identity})

    async def legs(self, room: str) -> tuple[Leg, ...]:
        return tuple(Leg(**leg) for leg in await self._ask("GET", "/legs", params={"room": room}))

    async def rooms(self) -> tuple[str, ...]:
        return tuple(await self._ask("GET", "/rooms"))

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S)
            self._session = aiohttp.ClientSession(timeout=timeout, trace_configs=[guarded()])
        return self._session

    async def _ask(self, method: str, path: str, **request: Any) -> Any:
        try:
            async with self._http().request(method, self._url + path, **request) as response:
                response.raise_for_status()
                return await response.json()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TelephonyError(f"{type(error).__name__}: {error}") from error


async def _written_as_it_leaves(order: Dial) -> AsyncIterator[bytes]:
    """A body that is asked for right before its first byte goes out: `sent_at` is when the request has left."""
    said = {f.name: getattr(order, f.name) for f in fields(Dial)} | {"attributes": dict(order.attributes)}
    yield json.dumps(said | {"sent_at": time.time()}).encode()


async def serve(port: int, network: Network) -> web.AppRunner:
    """Start serving on loopback; the runner is to be cleaned up."""
    runner = web.AppRunner(application(network), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
    return runner


async def _main(arguments: argparse.Namespace) -> None:
    network = Network(arguments.ledger, Webhooks(arguments.webhooks, arguments.key, arguments.secret))
    await serve(arguments.port, network)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--ledger", type=Path, required=True)
    for option in ("--webhooks", "--key", "--secret"):
        parser.add_argument(option, default="")
    asyncio.run(_main(parser.parse_args()))
