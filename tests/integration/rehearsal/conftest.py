"""A small agent to be the carrier's counterpart, and calls to be placed on it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
import pytest
from google.protobuf.duration_pb2 import Duration
from livekit import api, rtc

from sip_config.naming import ATTRIBUTE_ATTEMPT, ATTRIBUTE_CALL_ID, ATTRIBUTE_SCRIPT, callee_identity, room_name
from tests.fixtures.carrier import RunningCarrier
from tests.fixtures.services import LiveKitService

AGENT_RATE = 24_000
_calls = count(1)


@pytest.fixture(scope="session")
async def lk(livekit: LiveKitService) -> AsyncIterator[api.LiveKitAPI]:
    async with api.LiveKitAPI(livekit.url, livekit.key, livekit.secret) as client:
        yield client


@pytest.fixture(scope="session")
async def trunk(lk: api.LiveKitAPI) -> str:
    info = api.SIPOutboundTrunkInfo(name="rehearsal", address="rehearsal.invalid", numbers=["+12025550199"])
    return (await lk.sip.create_outbound_trunk(api.CreateSIPOutboundTrunkRequest(trunk=info))).sip_trunk_id


@dataclass(frozen=True, slots=True)
class Dial:
    """One call to be placed; every one has its own room."""

    call_id: str
    place: Callable[..., Coroutine[Any, Any, api.SIPParticipantInfo]]

    @property
    def room(self) -> str:
        return room_name(self.call_id)

    @property
    def identity(self) -> str:
        return callee_identity(self.call_id)


@pytest.fixture
def dial(lk: api.LiveKitAPI, trunk: str, carrier: RunningCarrier) -> Callable[[], Dial]:
    def make() -> Dial:
        call_id = f"t{next(_calls)}"

        async def place(
            script: str, *, attempt: int = 1, ring_s: int = 5, longest_s: int = 60, wait: bool = True
        ) -> api.SIPParticipantInfo:
            return await lk.sip.create_sip_participant(
                api.CreateSIPParticipantRequest(
                    sip_trunk_id=trunk,
                    sip_call_to="+12025550101",
                    sip_number="+12025550199",
                    room_name=room_name(call_id),
                    participant_identity=callee_identity(call_id),
                    participant_attributes={ATTRIBUTE_CALL_ID: call_id, ATTRIBUTE_SCRIPT: script, ATTRIBUTE_ATTEMPT: str(attempt)},
                    wait_until_answered=wait,
                    ringing_timeout=Duration(seconds=ring_s),
                    max_call_duration=Duration(seconds=longest_s),
                )
            )

        return Dial(call_id, place)

    return make


class Agent:
    """The other side of a call: joins the room, says tones, and keeps what it saw of the callee."""

    def __init__(self, room: str, service: LiveKitService) -> None:
        self.statuses: list[str] = []
        self.left: list[tuple[int | None, str]] = []
        self.digits: list[str] = []
        self.room = rtc.Room()
        self._source = rtc.AudioSource(AGENT_RATE, 1)
        grants = api.VideoGrants(room_join=True, room=room)
        self._token = api.AccessToken(service.key, service.secret).with_identity("agent").with_kind("agent").with_grants(grants).to_jwt()
        self._url = service.url

    async def join(self) -> None:
        self.room.on("participant_connected", lambda callee: self.statuses.append(callee.attributes["sip.callStatus"]))
        self.room.on("participant_attributes_changed", lambda changed, callee: self.statuses.append(changed["sip.callStatus"]))
        self.room.on("participant_disconnected", lambda p: self.left.append((p.disconnect_reason, p.attributes["sip.callStatus"])))
        self.room.on("sip_dtmf_received", lambda dtmf: self.digits.append(dtmf.digit))
        await self.room.connect(self._url, self._token)
        track = rtc.LocalAudioTrack.create_audio_track("agent", self._source)
        await self.room.local_participant.publish_track(track, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE))

    async def speak(self, seconds: float) -> None:
        t = np.arange(AGENT_RATE // 50) / AGENT_RATE
        tone = (8000 * np.sin(2 * np.pi * 300 * t)).astype(np.int16).tobytes()
        for _ in range(int(seconds * 50)):
            await self._source.capture_frame(rtc.AudioFrame(tone, AGENT_RATE, 1, AGENT_RATE // 50))
        await self._source.wait_for_playout()

    async def ask(self, identity: str, method: str) -> str:
        return await self.room.local_participant.perform_rpc(destination_identity=identity, method=method, payload="{}")

    async def leave(self) -> None:
        await self.room.disconnect()
        await self._source.aclose()


@pytest.fixture
async def agent_in(livekit: LiveKitService) -> AsyncIterator[Callable[[str], Awaitable[Agent]]]:
    agents: list[Agent] = []

    async def enter(room: str) -> Agent:
        agents.append(Agent(room, livekit))
        await agents[-1].join()
        return agents[-1]

    yield enter
    for agent in agents:
        await agent.leave()
