"""One phone in one room: joins as LiveKit's SIP bridge does, speaks, listens, and leaves with the right reason (facts/carrier §3)."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import structlog
from aiohttp import ClientError
from livekit import api, rtc
from livekit.protocol.room import UpdateParticipantRequest

from rehearsal import clock
from rehearsal.hearing import Hearing, Utterance, is_loud
from rehearsal.speech_client import RATE, Sound
from sip_config.naming import SIP_CALL_STATUS

HEARD_RATE = 8000
FRAME_MS = 20
_PUSH = RATE // 10
_DTMF_CODES = {digit: code for code, digit in enumerate("0123456789*#ABCD")}
_DTMF_GAP_S = 0.25
_log = structlog.get_logger(__name__)

OnSound = Callable[[str, str, Utterance], None]


def _deaf(by: str, track: str, heard: Utterance) -> None: ...


@dataclass(frozen=True, slots=True)
class Seat:
    """Who joins which room, with which attributes."""

    room: str
    identity: str
    name: str
    metadata: str
    attributes: dict[str, str]


abandoned: set[asyncio.Task[None]] = set()
"""Joins that nobody waits for any more, and that are not over."""


def abandon(room: rtc.Room, joining: asyncio.Task[None]) -> None:
    """Leave `room` as soon as it is joined. LiveKit's client cannot be told to stop joining: left to itself it would sit there, and try to
    come back whenever its server has gone, until the process ends."""
    leaving = asyncio.create_task(_leave_when_joined(room, joining))
    abandoned.add(leaving)
    leaving.add_done_callback(abandoned.discard)


async def _leave_when_joined(room: rtc.Room, joining: asyncio.Task[None]) -> None:
    with contextlib.suppress(rtc.ConnectError):
        await joining
        await room.disconnect()


class Leg:
    """A participant of kind SIP. `gone` gets LiveKit's disconnect reason when the room throws it out or closes."""

    def __init__(self, seat: Seat, livekit: api.LiveKitAPI, on_utterance: Callable[[Utterance], None], on_sound: OnSound = _deaf) -> None:
        """`on_utterance` is told of all that is heard together, `on_sound` of each track by itself: whose, its name, what."""
        self.seat, self._on_sound = seat, on_sound
        self.gone: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.hearing = Hearing(clock.now, on_utterance)
        self.on_digit: Callable[[str], None] = lambda digit: None
        self._livekit = livekit
        self._room = rtc.Room()
        self._source = rtc.AudioSource(RATE, 1, queue_size_ms=1000)
        self._ears: dict[str, asyncio.Task[None]] = {}
        self._is_listening = False

    async def join(self, url: str, key: str, secret: str) -> None:
        """Raises `livekit.rtc.ConnectError`, or `PublishTrackError` when the room closed meanwhile."""
        self._room.on("disconnected", self._on_disconnected)
        self._room.on("track_published", self._on_published)
        self._room.on("track_subscribed", self._on_subscribed)
        self._room.on("track_unsubscribed", self._on_unsubscribed)
        self._room.on("sip_dtmf_received", lambda dtmf: self.on_digit(dtmf.digit))
        joining = asyncio.create_task(self._room.connect(url, self._token(key, secret), rtc.RoomOptions(auto_subscribe=False)))
        try:
            await asyncio.shield(joining)
        except asyncio.CancelledError:
            abandon(self._room, joining)
            raise
        track = rtc.LocalAudioTrack.create_audio_track(self.seat.identity, self._source)
        await self._room.local_participant.publish_track(track, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE))

    def offer(self, method: str, answer: Callable[[rtc.RpcInvocationData], Awaitable[str]]) -> None:
        """Answer participant RPC `method` with the coroutine function `answer`."""
        self._room.local_participant.register_rpc_method(method, answer)

    @property
    def participant_id(self) -> str:
        return self._room.local_participant.sid

    async def set_status(self, status: str) -> None:
        """Change `sip.callStatus`. By the server's API: the client's own way may take 5 s (facts/carrier §6, 2)."""
        change = UpdateParticipantRequest(room=self.seat.room, identity=self.seat.identity, attributes={SIP_CALL_STATUS: status})
        try:
            await self._livekit.room.update_participant(change)
        except (api.ServerError, ClientError, TimeoutError) as error:
            _log.info("leg_status_not_set", room=self.seat.room, status=status, error=type(error).__name__)

    def listen(self) -> None:
        """Subscribe to everybody's audio, now and later; the bridge does so at the answer and not before."""
        self._is_listening = True
        for participant in self._room.remote_participants.values():
            for publication in participant.track_publications.values():
                self._on_published(publication, participant)

    async def say(self, sound: Sound) -> Utterance:
        """Send `sound`; returns when its last word has left, with the times of its words."""
        started_at = clock.now()
        for start in range(0, sound.samples.size, _PUSH):
            part = sound.samples[start : start + _PUSH]
            await self._source.capture_frame(rtc.AudioFrame(part.tobytes(), RATE, 1, part.size))
        await asyncio.sleep(max(0.0, self._source.queued_duration - sound.tail_s))
        return Utterance(started_at, clock.now())

    async def press(self, digits: str) -> None:
        for digit in digits:
            await self._room.local_participant.publish_dtmf(code=_DTMF_CODES[digit], digit=digit)
            await asyncio.sleep(_DTMF_GAP_S)

    async def leave(self, reason: int) -> None:
        """Leave with a `DisconnectReason` and let go of everything; harmless when the room is already gone."""
        await self._room.disconnect(reason=reason)  # pyright: ignore[reportArgumentType]
        for ear in self._ears.values():
            ear.cancel()
        await asyncio.gather(*self._ears.values(), return_exceptions=True)
        self.hearing.flush()
        # Left open, source and room keep native capture threads (facts/carrier §6, 3).
        await self._source.aclose()
        self._room = rtc.Room()

    def _token(self, key: str, secret: str) -> str:
        grants = api.VideoGrants(room_join=True, room=self.seat.room, can_update_own_metadata=True)
        token = api.AccessToken(key, secret).with_identity(self.seat.identity).with_name(self.seat.name).with_kind("sip")
        attributes = {name: value for name, value in self.seat.attributes.items() if value}
        return token.with_metadata(self.seat.metadata).with_attributes(attributes).with_grants(grants).to_jwt()

    def _on_disconnected(self, reason: int) -> None:
        if not self.gone.done():
            self.gone.set_result(reason)

    def _on_published(self, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant) -> None:
        if self._is_listening and publication.kind == rtc.TrackKind.KIND_AUDIO:
            publication.set_subscribed(True)

    def _on_subscribed(self, track: rtc.Track, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            told = partial(self._on_sound, participant.identity, publication.name)
            self._ears[track.sid] = asyncio.create_task(self._hear(track, Hearing(clock.now, told)))

    def _on_unsubscribed(self, track: rtc.Track, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant) -> None:
        if ear := self._ears.pop(track.sid, None):
            ear.cancel()

    async def _hear(self, track: rtc.Track, of_track: Hearing) -> None:
        stream = rtc.AudioStream.from_track(track=track, sample_rate=HEARD_RATE, num_channels=1, frame_size_ms=FRAME_MS)
        try:
            async for event in stream:
                samples = np.frombuffer(event.frame.data, dtype=np.int16)
                heard = (is_loud(samples), clock.now(), samples.size / HEARD_RATE)
                self.hearing.feed(*heard)
                of_track.feed(*heard)
        finally:
            of_track.flush()
            await stream.aclose()
