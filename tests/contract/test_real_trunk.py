"""A LiveKit with a real SIP service (LiveKit Cloud, or livekit-sip of your own) and a carrier behind it: only where somebody gives them.

`CALLWRIGHT_TRY_LIVEKIT_URL`, `…_API_KEY` and `…_API_SECRET` name the LiveKit: a trunk is made there and taken away again, and one whose
host is not there is dialled. With `CALLWRIGHT_TRY_SIP_ADDRESS`, `…_USERNAME`, `…_PASSWORD`, `…_FROM` and `…_TO` the carrier is asked, too,
and the phone of `…_TO` rings for some seconds: give your own. What the simulated carrier promises of all this stands in `test_telephony`.
"""

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from control_plane.telephony.livekit import LiveKitTelephony
from control_plane.telephony.port import Answered, Dial, DialResult, Refused
from control_plane.trunks.faults import Ended, faults_of
from sip_config.causes import of_refusal
from sip_config.naming import callee_identity, room_name
from sip_config.provision import Provisioner
from sip_config.trunks import NumberDescription, TrunkDescription
from tests.factories.dials import permitted
from tests.fixtures import outside

RING_S = 8
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


async def test_the_phone_rings_and_somebody_takes_it_or_not(
    provisioner: Provisioner, telephony: LiveKitTelephony, carrier: tuple[TrunkDescription, str]
) -> None:
    result = await dialled(provisioner, telephony, *carrier)
    assert isinstance(result, Answered | Refused)
    assert faults(result) == []
