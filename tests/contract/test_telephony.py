"""What every implementation of the telephony port promises: LiveKit with the simulated carrier, and both fakes of the tests."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import pytest
from livekit import api

from control_plane.local.processes import free_port
from control_plane.telephony.door import Door
from control_plane.telephony.livekit import LiveKitTelephony
from control_plane.telephony.port import (
    TURNED_AWAY,
    Answered,
    Dial,
    Dispatch,
    Leg,
    NotTransferred,
    PermittedDial,
    Refused,
    Telephony,
    Transfer,
    Transferred,
    Uncertain,
)
from sip_config.naming import ATTRIBUTE_CALL_ID, ATTRIBUTE_SCRIPT, callee_identity, room_name
from tests.factories.dials import permitted
from tests.fakes.telephony import FakeTelephony
from tests.fakes.telephony_server import Network, NetworkTelephony, serve
from tests.fixtures.carrier import RunningCarrier
from tests.fixtures.services import LiveKitService

RING_S = 3


class Subject(Protocol):
    """An implementation, and a way to make its next callee behave like one of the carrier's scripts."""

    port: Telephony

    def order(self, script: str) -> PermittedDial: ...


def dial_order(script: str, trunk: str) -> PermittedDial:
    call_id = str(uuid.uuid4())
    attributes = {ATTRIBUTE_CALL_ID: call_id, ATTRIBUTE_SCRIPT: script}
    return permitted(Dial(room_name(call_id), callee_identity(call_id), trunk, "+12025550101", "+12025550199", RING_S, 60, attributes))


class OnLiveKit:
    def __init__(self, port: LiveKitTelephony, trunk: str) -> None:
        self.port = port
        self._trunk = trunk

    def order(self, script: str) -> PermittedDial:
        return dial_order(script, self._trunk)


class InMemory:
    ANSWERS = {"answers-and-talks": Answered(), "busy": Refused(486, "Busy Here", "resource_exhausted")}

    def __init__(self) -> None:
        self.port = FakeTelephony()

    def order(self, script: str) -> PermittedDial:
        order = dial_order(script, "ST_test")
        if script in self.ANSWERS:
            self.port.answer(order.room, self.ANSWERS[script])
        return order


class OnNetwork:
    """The chaos suite's telephone network, over HTTP."""

    SCRIPTS = {"answers-and-talks": "talks", "busy": "busy", "rings-out": "rings_out"}

    def __init__(self, port: NetworkTelephony) -> None:
        self.port = port

    def order(self, script: str) -> PermittedDial:
        return dial_order(self.SCRIPTS[script], "ST_test")


@asynccontextmanager
async def network_server(folder: Path) -> AsyncIterator[NetworkTelephony]:
    tcp_port, network = free_port(), Network(folder / "ledger.jsonl")
    runner = await serve(tcp_port, network)
    client = NetworkTelephony(f"http://127.0.0.1:{tcp_port}")
    try:
        yield client
    finally:
        await client.aclose()
        await network.aclose()
        await runner.cleanup()


@pytest.fixture(params=["livekit", "fake", "network"])
async def subject(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Subject]:
    if request.param == "fake":
        yield InMemory()
        return
    if request.param == "network":
        async with network_server(tmp_path) as client:
            yield OnNetwork(client)
        return
    service: LiveKitService = request.getfixturevalue("livekit")
    _: RunningCarrier = request.getfixturevalue("carrier")
    info = api.SIPOutboundTrunkInfo(name="contract", address="rehearsal.invalid", numbers=["+12025550199"])
    async with api.LiveKitAPI(service.url, service.key, service.secret) as client:
        made = await client.sip.create_outbound_trunk(api.CreateSIPOutboundTrunkRequest(trunk=info))
    port = LiveKitTelephony(service.url, service.key, service.secret)
    yield OnLiveKit(port, made.sip_trunk_id)
    await port.aclose()


def dispatch_for(order: Dial) -> Dispatch:
    return Dispatch(order.room, "{}", empty_timeout_s=30, departure_timeout_s=5)


async def test_a_dispatch_makes_the_room_and_a_second_one_does_not_fail(subject: Subject) -> None:
    order = subject.order("rings-out")
    await subject.port.dispatch(dispatch_for(order))
    await subject.port.dispatch(dispatch_for(order))
    assert order.room in await subject.port.rooms()
    await subject.port.close_room(order.room)


async def test_a_callee_who_answers_is_a_leg_that_is_active(subject: Subject) -> None:
    order = subject.order("answers-and-talks")
    await subject.port.dispatch(dispatch_for(order))
    assert await subject.port.dial(order) == Answered()
    (leg,) = [leg for leg in await subject.port.legs(order.room) if leg.is_phone]
    assert (leg.identity, leg.call_status) == (order.identity, "active")
    await subject.port.close_room(order.room)


async def test_an_order_that_its_door_turns_away_is_not_sent(subject: Subject) -> None:
    order = permitted(subject.order("rings-out"), Door(lambda: False))
    await subject.port.dispatch(dispatch_for(order))
    assert await subject.port.dial(order) == TURNED_AWAY
    assert not any(leg.is_phone for leg in await subject.port.legs(order.room))
    await subject.port.close_room(order.room)


async def test_an_order_has_passed_its_door_before_anybody_answers_and_passes_once(subject: Subject) -> None:
    order = subject.order("busy")
    await subject.port.dispatch(dispatch_for(order))
    dialling = asyncio.create_task(subject.port.dial(order))
    async with asyncio.timeout(5):
        await order.door.passed.wait()
    assert isinstance(await dialling, Refused)
    assert await subject.port.dial(order) == TURNED_AWAY
    await subject.port.close_room(order.room)


async def test_a_busy_callee_is_refused_with_the_sip_code(subject: Subject) -> None:
    order = subject.order("busy")
    await subject.port.dispatch(dispatch_for(order))
    refused = await subject.port.dial(order)
    assert isinstance(refused, Refused)
    assert (refused.sip_code, refused.text, refused.not_sent) == (486, "Busy Here", False)
    await subject.port.close_room(order.room)


async def test_a_phone_nobody_picks_up_ends_canceled_after_the_ringing_time(subject: Subject) -> None:
    order = subject.order("rings-out")
    await subject.port.dispatch(dispatch_for(order))
    refused = await subject.port.dial(order)
    assert isinstance(refused, Refused)
    assert (refused.sip_code, refused.code) == (None, "canceled")
    await subject.port.close_room(order.room)


async def phone_of(subject: Subject, room: str) -> Leg | None:
    return next((leg for leg in await subject.port.legs(room) if leg.is_phone), None)


async def test_closing_the_room_stops_the_ringing(subject: Subject) -> None:
    order = subject.order("rings-out")
    await subject.port.dispatch(dispatch_for(order))
    dialling = asyncio.create_task(subject.port.dial(order))
    async with asyncio.timeout(5):
        while (phone := await phone_of(subject, order.room)) is None or phone.call_status != "ringing":
            await asyncio.sleep(0.01)
    await subject.port.close_room(order.room)
    refused = await dialling
    assert isinstance(refused, Refused)
    assert refused.code == "canceled"


async def test_closing_the_room_while_the_phone_comes_into_it_ends_the_dial(subject: Subject) -> None:
    """LiveKit may answer then that the bridge could not join, which leaves open what was sent."""
    order = subject.order("rings-out")
    await subject.port.dispatch(dispatch_for(order))
    dialling = asyncio.create_task(subject.port.dial(order))
    async with asyncio.timeout(5):
        while await phone_of(subject, order.room) is None:
            await asyncio.sleep(0.001)
    await subject.port.close_room(order.room)
    assert isinstance(await dialling, Refused | Uncertain)
    assert await phone_of(subject, order.room) is None


async def test_a_room_that_is_not_there_has_no_legs_and_can_be_closed(subject: Subject) -> None:
    assert await subject.port.legs("call-nobody") == ()
    await subject.port.close_room("call-nobody")


PUTS_THROUGH = pytest.mark.parametrize("subject", ["livekit", "fake"], indirect=True)
"""The chaos suite's network puts nobody through."""


@PUTS_THROUGH
async def test_a_person_who_is_put_through_leaves_the_room(subject: OnLiveKit | InMemory) -> None:
    order = subject.order("answers-and-talks")
    await subject.port.dispatch(dispatch_for(order))
    assert await subject.port.dial(order) == Answered()
    assert await subject.port.transfer(Transfer(order.room, order.identity, "+12025550150", RING_S)) == Transferred()
    async with asyncio.timeout(30):
        while any(leg.is_phone for leg in await subject.port.legs(order.room)):
            await asyncio.sleep(0.1)
    await subject.port.close_room(order.room)


@PUTS_THROUGH
async def test_who_is_not_there_is_not_put_through(subject: OnLiveKit | InMemory) -> None:
    order = subject.order("answers-and-talks")
    await subject.port.dispatch(dispatch_for(order))
    found = await subject.port.transfer(Transfer(order.room, order.identity, "+12025550150", RING_S))
    assert isinstance(found, NotTransferred)
    assert found.text
    await subject.port.close_room(order.room)


async def test_a_server_that_cannot_be_reached_has_certainly_sent_nothing() -> None:
    port = LiveKitTelephony("http://127.0.0.1:1", "key", "a secret that is long enough for a key")
    refused = await port.dial(dial_order("busy", "ST_none"))
    await port.aclose()
    assert isinstance(refused, Refused)
    assert refused.not_sent
