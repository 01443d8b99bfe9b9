"""A LiveKit with a real SIP service (LiveKit Cloud, or livekit-sip of your own) and a carrier behind it: only where somebody gives them.

`CALLWRIGHT_TRY_LIVEKIT_URL`, `…_API_KEY` and `…_API_SECRET` name the LiveKit: a trunk is made there and taken away again, and one whose
host is not there is dialled. With `CALLWRIGHT_TRY_SIP_ADDRESS`, `…_USERNAME`, `…_PASSWORD`, `…_FROM` and `…_TO` the carrier is asked, too,
and the phone of `…_TO` rings for some seconds: give your own. `…_SIP_WITHOUT_SRTP=1` says that this carrier takes no encrypted sound;
`…_SIP_INBOUND` is a number of yours there whose calls come to that LiveKit. What the simulated carrier promises of all this stands in
`test_telephony` and `test_inbound`.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from livekit import api
from livekit.protocol.models import ParticipantInfo

from control_plane.telephony.livekit import LiveKitTelephony
from control_plane.telephony.port import Answered, Dial, DialResult, Refused
from control_plane.trunks.faults import Ended, faults_of
from sip_config.causes import of_refusal
from sip_config.naming import callee_identity, is_inbound_room, room_name
from sip_config.provision import Provisioner
from sip_config.trunks import NumberDescription, TrunkDescription
from tests.factories.dials import permitted
from tests.fixtures import outside

RING_S = 8
ARRIVES_S = 30.0
"""Within which a call to a number of ours has come in."""
NOBODY, FICTIONAL = "+12025550199", "+12025550101"


@pytest.fixture
async def service() -> list[str]:
    """Address, key and secret of the LiveKit."""
    names = ("CALLWRIGHT_TRY_LIVEKIT_URL", "CALLWRIGHT_TRY_LIVEKIT_API_KEY", "CALLWRIGHT_TRY_LIVEKIT_API_SECRET")
    return outside.given("a LiveKit with a SIP service", *names)


@pytest.fixture
async def provisioner(service: list[str]) -> AsyncIterator[Provisioner]:
    async with Provisioner(*service) as made:
        yield made


@pytest.fixture
async def telephony(service: list[str]) -> AsyncIterator[LiveKitTelephony]:
    made = LiveKitTelephony(*service)
    yield made
    await made.aclose()


@pytest.fixture
def carrier(service: list[str]) -> tuple[TrunkDescription, str]:
    """A trunk that the carrier lets in, and the phone that may ring."""
    names = ("CALLWRIGHT_TRY_SIP_ADDRESS", "CALLWRIGHT_TRY_SIP_USERNAME", "CALLWRIGHT_TRY_SIP_PASSWORD")
    address, user, password = outside.given("a carrier", *names)
    caller, phone = outside.given("a carrier", "CALLWRIGHT_TRY_SIP_FROM", "CALLWRIGHT_TRY_SIP_TO")
    return a_trunk(address, user, password, caller), phone


def a_trunk(address: str, user: str = "", password: str = "", caller: str = NOBODY) -> TrunkDescription:
    numbers = (NumberDescription(caller, is_answered=False),)
    return TrunkDescription(f"trying-{uuid.uuid4()}", address, auth_username=user, auth_password=password, numbers=numbers)


async def dialled(provisioner: Provisioner, telephony: LiveKitTelephony, trunk: TrunkDescription, to: str) -> DialResult:
    """What becomes of a call without an agent; nothing of it is left at LiveKit."""
    call_id = str(uuid.uuid4())
    room = room_name(call_id)
    try:
        trunk_id = (await provisioner.apply(trunk)).outbound_trunk_id
        order = Dial(room, callee_identity(call_id), str(trunk_id), to, trunk.numbers[0].e164, RING_S, 60)
        return await telephony.dial(permitted(order))
    finally:
        await telephony.close_room(room)
        await provisioner.remove(trunk.id)


def faults(result: DialResult) -> list[str]:
    """What the trunk's health would name."""
    if isinstance(result, Answered):
        return []
    code, text = (result.sip_code, result.text) if isinstance(result, Refused) else (None, result.error)
    network = of_refusal(code, text, result.code if isinstance(result, Refused) else "", rang=False, canceled_by_us=False)
    return [found.kind for found in faults_of([Ended(network, code, text, None)])]


async def test_a_trunk_is_made_once_and_taken_away(provisioner: Provisioner) -> None:
    trunk = replace(a_trunk("sip.example.com"), numbers=(NumberDescription(NOBODY, is_answered=True),))
    try:
        made = await provisioner.apply(trunk)
        assert await provisioner.apply(trunk) == made
    finally:
        await provisioner.remove(trunk.id)
    gone = {made.outbound_trunk_id, made.inbound_trunk_id, *made.rule_ids.values()}
    assert None not in gone
    assert not gone & await provisioner.known_ids()


async def test_a_host_that_is_not_there_is_a_dead_host(provisioner: Provisioner, telephony: LiveKitTelephony) -> None:
    assert faults(await dialled(provisioner, telephony, a_trunk("carrier.invalid"), FICTIONAL)) == ["dead_host"]


async def test_a_wrong_password_is_told(
    provisioner: Provisioner, telephony: LiveKitTelephony, carrier: tuple[TrunkDescription, str]
) -> None:
    trunk, phone = carrier
    assert faults(await dialled(provisioner, telephony, replace(trunk, auth_password="not-the-password"), phone)) == ["wrong_password"]


async def test_a_caller_id_that_is_not_ours_is_a_refused_number(
    provisioner: Provisioner, telephony: LiveKitTelephony, carrier: tuple[TrunkDescription, str]
) -> None:
    trunk, phone = carrier
    stranger = (NumberDescription(NOBODY, is_answered=False),)
    assert faults(await dialled(provisioner, telephony, replace(trunk, numbers=stranger), phone)) == ["refused_number"]


async def test_sound_that_the_carrier_does_not_take_is_a_missing_codec(
    provisioner: Provisioner, telephony: LiveKitTelephony, carrier: tuple[TrunkDescription, str]
) -> None:
    outside.given("a carrier that takes no encrypted sound", "CALLWRIGHT_TRY_SIP_WITHOUT_SRTP")
    trunk, phone = carrier
    assert faults(await dialled(provisioner, telephony, replace(trunk, media_encryption="require"), phone)) == ["missing_codec"]


async def test_a_call_to_our_number_comes_in_by_its_rule(
    service: list[str], provisioner: Provisioner, telephony: LiveKitTelephony, carrier: tuple[TrunkDescription, str]
) -> None:
    (number,) = outside.given("a number whose calls come in", "CALLWRIGHT_TRY_SIP_INBOUND")
    trunk, _ = carrier
    ours = replace(trunk, numbers=(*trunk.numbers, NumberDescription(number, is_answered=True)))
    async with api.LiveKitAPI(*service) as client:
        calling = asyncio.create_task(dialled(provisioner, telephony, ours, number))
        try:
            caller = await arrived(client, number)
        finally:
            await calling
    assert caller.attributes["sip.trunkPhoneNumber"] == number
    assert caller.attributes["sip.phoneNumber"]


async def arrived(client: api.LiveKitAPI, number: str) -> ParticipantInfo:
    """Who calls `number`, in the room of its rule, which is closed then."""
    async with asyncio.timeout(ARRIVES_S):
        while True:
            for room in (await client.room.list_rooms(api.ListRoomsRequest())).rooms:
                for who in (await client.room.list_participants(api.ListParticipantsRequest(room=room.name))).participants:
                    if is_inbound_room(room.name) and who.attributes.get("sip.trunkPhoneNumber") == number:
                        await client.room.delete_room(api.DeleteRoomRequest(room=room.name))
                        return who
            await asyncio.sleep(0.2)


async def test_the_phone_rings_and_somebody_takes_it_or_not(
    provisioner: Provisioner, telephony: LiveKitTelephony, carrier: tuple[TrunkDescription, str]
) -> None:
    result = await dialled(provisioner, telephony, *carrier)
    assert isinstance(result, Answered | Refused)
    assert faults(result) == []
