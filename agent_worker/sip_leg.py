"""Watches the callee's leg in the room: its `sip.callStatus`, its keys, its leaving. Times are taken when the event arrives."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from livekit import rtc

from agent_worker import clock
from sip_config.naming import SIP_CALL_STATUS


@dataclass(frozen=True, slots=True)
class Departure:
    at: float
    last_status: str
    disconnect_reason: str


class SipLeg:
    """The leg with one identity. `answered` and `left` resolve once; callbacks run in the event loop, at once."""

    def __init__(self, room: rtc.Room, identity: str, on_status: Callable[[str, float], None], on_key: Callable[[str], None]) -> None:
        loop = asyncio.get_running_loop()
        self.answered: asyncio.Future[float] = loop.create_future()
        self.left: asyncio.Future[Departure] = loop.create_future()
        self._room, self._identity, self._on_status, self._on_key = room, identity, on_status, on_key
        self._status = ""
        room.on("participant_connected", self._connected)
        room.on("participant_attributes_changed", self._attributes_changed)
        room.on("participant_disconnected", self._disconnected)
        room.on("sip_dtmf_received", self._key_pressed)
        room.on("disconnected", self._room_gone)
        for participant in room.remote_participants.values():
            self._connected(participant)

    @property
    def status(self) -> str:
        """The last `sip.callStatus` seen, "" before the leg has joined."""
        return self._status

    @property
    def standing(self) -> dict[str, str]:
        """How the leg stands, as heartbeats tell it; empty before it has joined and after it has left."""
        return {"callee_status": self._status} if self._status and not self.left.done() else {}

    def has_left_before(self) -> None:
        """Whoever was here is not any more, and was not seen leaving."""
        self._leave("CLIENT_INITIATED")

    def _connected(self, participant: rtc.RemoteParticipant) -> None:
        if participant.identity == self._identity:
            self._take_status(participant.attributes)

    def _attributes_changed(self, _changed: dict[str, str], participant: rtc.Participant) -> None:
        if participant.identity == self._identity:
            self._take_status(participant.attributes)

    def _take_status(self, attributes: dict[str, str]) -> None:
        status = attributes.get(SIP_CALL_STATUS, "")
        if not status or status == self._status:
            return
        self._status, at = status, clock.seconds()
        self._on_status(status, at)
        if status == "active" and not self.answered.done():
            self.answered.set_result(at)

    def _disconnected(self, participant: rtc.RemoteParticipant) -> None:
        if participant.identity != self._identity:
            return
        self._take_status(participant.attributes)
        reason = participant.disconnect_reason or rtc.DisconnectReason.UNKNOWN_REASON
        self._leave(rtc.DisconnectReason.Name(reason))

    def _room_gone(self, reason: rtc.DisconnectReason.ValueType) -> None:
        self._leave(rtc.DisconnectReason.Name(reason))

    def _leave(self, reason: str) -> None:
        if not self.left.done():
            self.left.set_result(Departure(clock.seconds(), self._status, reason))

    def _key_pressed(self, key: rtc.SipDTMF) -> None:
        if key.participant is not None and key.participant.identity == self._identity:
            self._on_key(key.digit)
