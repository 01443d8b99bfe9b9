"""The telephony port on LiveKit's server API."""

import asyncio
from datetime import timedelta

import aiohttp
from google.protobuf.duration_pb2 import Duration
from livekit import api
from livekit.protocol.agent_dispatch import RoomAgentDispatch
from livekit.protocol.models import ParticipantInfo
from livekit.protocol.room import CreateRoomRequest, DeleteRoomRequest, ListParticipantsRequest, ListRoomsRequest, RoomParticipantIdentity
from livekit.protocol.sip import CreateSIPParticipantRequest, SIPTransferStatus, TransferSIPParticipantRequest

from control_plane.telephony.door import guarded, leaving_by
from control_plane.telephony.port import (
    TURNED_AWAY,
    Answered,
    Dial,
    DialResult,
    Dispatch,
    Leg,
    NotTransferred,
    PermittedDial,
    Refused,
    TelephonyError,
    Transfer,
    Transferred,
    TransferResult,
    Uncertain,
)
from sip_config.causes import FINAL_CODES, NOT_SENT_CODES
from sip_config.naming import AGENT_NAME, SIP_CALL_STATUS

ANSWER_MARGIN_S = 6.0
"""Beyond the ringing time: joining the room and the answer's way back take seconds on a busy machine (facts/carrier §5)."""
REQUEST_TIMEOUT_S = 10.0

_TRANSPORT_ERRORS = (aiohttp.ClientError, asyncio.TimeoutError, OSError)


class LiveKitTelephony:
    """One per process; must be made inside a running event loop and closed."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S), trace_configs=[guarded()])
        # No failover: for LiveKit Cloud the client would send a request again after any 5xx or time-out, and a dial sent twice rings twice.
        self._api = api.LiveKitAPI(url, key, secret, session=self._http, failover=False)

    async def aclose(self) -> None:
        await self._http.close()

    async def dispatch(self, order: Dispatch) -> None:
        request = CreateRoomRequest(
            name=order.room,
            empty_timeout=order.empty_timeout_s,
            departure_timeout=order.departure_timeout_s,
            agents=[RoomAgentDispatch(agent_name=AGENT_NAME, metadata=order.agent_metadata)],
        )
        try:
            await self._api.room.create_room(request)
        except (api.ServerError, *_TRANSPORT_ERRORS) as error:
            raise TelephonyError(_words(error)) from error

    async def dial(self, order: PermittedDial) -> DialResult:
        request, timeout_s = _participant_request(order), order.ringing_timeout_s + ANSWER_MARGIN_S
        try:
            with leaving_by(order.door):
                await self._api.sip.create_sip_participant(request, timeout=timeout_s)
        except api.SipCallError as error:
            return Refused(error.sip_status_code, error.sip_status or error.message, error.code)
        except api.ServerError as error:
            if error.code not in FINAL_CODES:
                return Uncertain(_words(error))
            return Refused(None, error.message, error.code, not_sent=error.code in NOT_SENT_CODES)
        except _TRANSPORT_ERRORS as error:
            return _of_transport(order, error)
        return Answered()

    async def transfer(self, order: Transfer) -> TransferResult:
        request = TransferSIPParticipantRequest(
            room_name=order.room,
            participant_identity=order.identity,
            transfer_to=f"tel:{order.to}",
            play_dialtone=True,
            ringing_timeout=_duration(order.ringing_timeout_s),
        )
        try:
            answer = await self._api.sip.transfer_sip_participant(request, timeout=order.ringing_timeout_s + ANSWER_MARGIN_S)
        except (api.ServerError, *_TRANSPORT_ERRORS) as error:
            return NotTransferred(_words(error))
        # Servers up to 1.13 answer nothing, which reads as ongoing, and mean that it is done (facts/livekit §1.5).
        if answer.status == SIPTransferStatus.STS_TRANSFER_FAILED:
            return NotTransferred(f"The carrier has refused ({answer.sip_status.code or answer.reason}).")
        return Transferred()

    async def close_room(self, room: str) -> None:
        try:
            await self._api.room.delete_room(DeleteRoomRequest(room=room))
        except api.ServerError as error:
            if error.code != "not_found":
                raise TelephonyError(_words(error)) from error
        except _TRANSPORT_ERRORS as error:
            raise TelephonyError(_words(error)) from error

    async def hang_up(self, room: str, identity: str) -> None:
        try:
            await self._api.room.remove_participant(RoomParticipantIdentity(room=room, identity=identity))
        except api.ServerError as error:
            if error.code != "not_found":
                raise TelephonyError(_words(error)) from error
        except _TRANSPORT_ERRORS as error:
            raise TelephonyError(_words(error)) from error

    async def legs(self, room: str) -> tuple[Leg, ...]:
        try:
            answer = await self._api.room.list_participants(ListParticipantsRequest(room=room))
        except api.ServerError as error:
            if error.code == "not_found":
                return ()
            raise TelephonyError(_words(error)) from error
        except _TRANSPORT_ERRORS as error:
            raise TelephonyError(_words(error)) from error
        return tuple(_leg(participant) for participant in answer.participants)

    async def rooms(self) -> tuple[str, ...]:
        try:
            answer = await self._api.room.list_rooms(ListRoomsRequest())
        except (api.ServerError, *_TRANSPORT_ERRORS) as error:
            raise TelephonyError(_words(error)) from error
        return tuple(room.name for room in answer.rooms)


def _of_transport(order: PermittedDial, error: BaseException) -> DialResult:
    """What a request that met `error` may have done: nothing, as long as it has not left."""
    if order.door.has_turned_away:
        return TURNED_AWAY
    return Uncertain(_words(error)) if order.door.passed.is_set() else Refused(None, _words(error), "unavailable", not_sent=True)


def _participant_request(order: Dial) -> CreateSIPParticipantRequest:
    return CreateSIPParticipantRequest(
        sip_trunk_id=order.trunk_id,
        sip_call_to=order.to,
        # Said explicitly: LiveKit otherwise picks one of the trunk's numbers at random (facts/livekit §1.4).
        sip_number=order.from_number,
        room_name=order.room,
        participant_identity=order.identity,
        participant_attributes=dict(order.attributes),
        wait_until_answered=True,
        ringing_timeout=_duration(order.ringing_timeout_s),
        max_call_duration=_duration(order.max_call_duration_s),
    )


def _duration(seconds: int) -> Duration:
    duration = Duration()
    duration.FromTimedelta(timedelta(seconds=seconds))
    return duration


def _leg(participant: ParticipantInfo) -> Leg:
    return Leg(
        identity=participant.identity,
        is_agent=participant.kind == ParticipantInfo.Kind.AGENT,
        is_phone=participant.kind == ParticipantInfo.Kind.SIP,
        call_status=participant.attributes.get(SIP_CALL_STATUS, ""),
    )


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
