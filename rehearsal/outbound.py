"""The life of one outbound call, from LiveKit's request to the end: join, ring, answer or refuse, talk, leave (facts/carrier §3, §4)."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any

import structlog
from google.protobuf.empty_pb2 import Empty
from livekit import api, rtc
from livekit.protocol.models import DisconnectReason

from rehearsal import clock, sip_answers, wire
from rehearsal.callee import play
from rehearsal.ledger import CallLabel, Ledger
from rehearsal.leg import Leg, Seat
from rehearsal.phone import Phone
from rehearsal.psrpc import RpcServer
from rehearsal.scripts import Behaviour, Script, ScriptBook
from rehearsal.settings import Settings
from rehearsal.speech_client import SpeechLibrary
from sip_config.naming import ATTRIBUTE_ATTEMPT, ATTRIBUTE_CALL_ID, ATTRIBUTE_SCRIPT, SIP_CALL_STATUS

RINGING_S = 180.0
LONGEST_CALL_S = 24 * 3600.0
"""Defaults of the real bridge (facts/carrier §3)."""
JOIN_GRACE_S = 1.0
"""A slow join may delay the end of ringing by this much: LiveKit's client gives up 2 s after its ringing_timeout (facts/carrier §6, 5)."""
TRANSFER_HANGUP_S = 1.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What every call of this process shares."""

    settings: Settings
    server: RpcServer
    livekit: api.LiveKitAPI
    ledger: Ledger
    book: ScriptBook
    speech: SpeechLibrary


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call ended: ledger `cause` and SIP `code`, leave `reason`, the error the caller gets if it still waits."""

    cause: str
    reason: int = DisconnectReason.CLIENT_INITIATED
    code: int = 0
    error: sip_answers.RpcError | None = None
    says_hangup: bool = False


HUNG_UP_BY_CALLEE = Ending("callee_hung_up", says_hangup=True)
HUNG_UP_BY_AGENT = Ending("agent_hung_up", says_hangup=True)
CANCELED = Ending("canceled", error=sip_answers.timed_out())
RANG_OUT = Ending("rang_out", DisconnectReason.USER_UNAVAILABLE, error=sip_answers.timed_out())
TOO_LONG = Ending("max_duration", says_hangup=True)
STOPPED = Ending("carrier_stopped", error=sip_answers.timed_out())
TRANSFERRED = Ending("transferred", says_hangup=True)


class OutboundCall:
    """One `CreateSIPParticipant`. `dial` gives the answer to LiveKit; the call itself lives on in `life` until it ends."""

    def __init__(self, exchange: Exchange, request: Any, expires_at: float) -> None:
        self._exchange, self._request = exchange, request
        self._script = script_of(exchange.book, request)
        self._label = label_of(request, self._script)
        self._behaviour: Behaviour = self._script.behaviour(self._label.attempt)
        loop = asyncio.get_running_loop()
        self._reply: asyncio.Future[Any] = loop.create_future()
        self._over: asyncio.Future[Ending] = loop.create_future()
        self._answered = asyncio.Event()
        self._leg = Leg(seat_of(request), exchange.livekit, self._heard, self._sounded)
        self._leg.gone.add_done_callback(lambda gone: self._thrown_out())
        self._longest_s = min(_seconds(request.max_call_duration) or LONGEST_CALL_S, LONGEST_CALL_S)
        self._ring_s = min(_seconds(request.ringing_timeout) or RINGING_S, self._longest_s, max(0.0, expires_at - clock.now()))
        self._ring_until = clock.now() + self._ring_s + JOIN_GRACE_S
        self.life: asyncio.Task[None] | None = None

    async def dial(self) -> Any:
        """The response message once LiveKit may have it. Raises `RpcError`."""
        self._exchange.ledger.write("dialed", self._label)
        await self._exchange.server.serve(wire.TransferRequest, "TransferSIPParticipant", self._transfer, self._label.sip_call_id)
        self.life = asyncio.create_task(self._live())
        return await asyncio.shield(self._reply)

    def end(self, ending: Ending) -> None:
        """End the call from outside its own course; the first ending counts."""
        if not self._over.done():
            self._over.set_result(ending)

    async def _live(self) -> None:
        story = asyncio.create_task(self._story())
        try:
            done, _ = await asyncio.wait({story, self._over}, timeout=self._longest_s, return_when=asyncio.FIRST_COMPLETED)
            ending = self._over.result() if self._over in done else story.result() if story in done else TOO_LONG
        except (rtc.ConnectError, rtc.participant.PublishTrackError) as error:
            ending = Ending("failed", error=sip_answers.join_failed(str(error)))
        finally:
            story.cancel()
            await asyncio.gather(story, return_exceptions=True)
        await self._finish(ending)

    async def _story(self) -> Ending:
        settings = self._exchange.settings
        try:
            # A room that closes while we join may leave the join hanging; the caller's patience ends all the same.
            async with asyncio.timeout(max(0.0, self._ring_until - clock.now())):
                await self._leg.join(settings.livekit_url, settings.livekit_api_key, settings.livekit_api_secret)
        except TimeoutError:
            return CANCELED
        self._leg.offer("lk.sip.EndCall", self._on_end_call)
        self._leg.offer("lk.sip.GetRemoteHeaders", _no_headers)
        if not self._request.wait_until_answered:
            self._reply_with_participant()
        refused = await self._ring()
        return refused or await self._talk()

    async def _ring(self) -> Ending | None:
        """None when the callee picked up."""
        refusal, label = self._behaviour.refuse, self._label
        if refusal is None or refusal.rings:
            self._exchange.ledger.write("ringing", self._label)
            await self._leg.set_status("ringing")
        wished = refusal.after_s if refusal else self._behaviour.ring_s(self._exchange.settings.seed, label.number, label.attempt)
        patience = max(0.0, min(self._ring_s, self._ring_until - clock.now()))
        if self._behaviour.ring_out or wished > patience:
            await asyncio.sleep(patience)
            return RANG_OUT
        await asyncio.sleep(wished)
        if refusal:
            reason = sip_answers.leave_reason(refusal.code, refusal.reason)
            return Ending("refused", reason, refusal.code, sip_answers.refused(refusal.code, refusal.reason))
        return None

    async def _talk(self) -> Ending:
        ledger, phone = self._exchange.ledger, Phone(self._leg, self._label, self._script, self._exchange.speech, self._exchange.ledger)
        self._answered.set()
        ledger.write("answered", self._label, at=phone.answered_at)
        if self._request.dtmf:
            await self._leg.set_status("automation")
            await phone.hear_digits(self._request.dtmf)
        await self._leg.set_status("active")
        self._leg.listen()
        self._reply_with_participant()
        await play(self._behaviour, phone)
        return HUNG_UP_BY_CALLEE

    async def _finish(self, ending: Ending) -> None:
        self._exchange.ledger.write("ended", self._label, cause=ending.cause, code=ending.code)
        if not self._reply.done():
            self._reply.set_exception(ending.error or sip_answers.timed_out())
        if ending.says_hangup and not self._leg.gone.done():
            await self._leg.set_status("hangup")
        await self._leg.leave(ending.reason)
        await self._exchange.server.stop_serving("TransferSIPParticipant", self._label.sip_call_id)

    def _reply_with_participant(self) -> None:
        if not self._reply.done():
            seat, participant_id = self._leg.seat, self._leg.participant_id
            answer = {"participant_id": participant_id, "participant_identity": seat.identity, "sip_call_id": self._label.sip_call_id}
            self._reply.set_result(wire.CreateResponse(**answer))

    def _thrown_out(self) -> None:
        # Removed from the room, or the room deleted: hanging up for the agent's side, a CANCEL while it rings.
        self.end(replace(HUNG_UP_BY_AGENT, says_hangup=False) if self._answered.is_set() else CANCELED)

    def _heard(self, utterance: Any) -> None:
        self._exchange.ledger.write("agent_audio", self._label, started_at=utterance.started_at, ended_at=utterance.ended_at)

    def _sounded(self, by: str, track: str, utterance: Any) -> None:
        """What was heard of one track: where several talk, it says who was heard by whom."""
        self._exchange.ledger.write(
            "track_heard", self._label, by=by, track=track, started_at=utterance.started_at, ended_at=utterance.ended_at
        )

    async def _on_end_call(self, call: rtc.RpcInvocationData) -> str:
        await self._answered.wait()  # the real bridge blocks while it dials
        self.end(HUNG_UP_BY_AGENT)
        return "{}"

    async def _transfer(self, request: Any, expires_at: float) -> Any:
        self._exchange.ledger.write("transferred", self._label, to=request.transfer_to)
        asyncio.get_running_loop().call_later(TRANSFER_HANGUP_S, self.end, TRANSFERRED)
        return Empty()


async def _no_headers(call: rtc.RpcInvocationData) -> str:
    return "{}"


def script_of(book: ScriptBook, request: Any) -> Script:
    return book.choose(request.call_to, request.participant_attributes.get(ATTRIBUTE_SCRIPT, ""))


def label_of(request: Any, script: Script) -> CallLabel:
    attributes = request.participant_attributes
    attempt = attributes.get(ATTRIBUTE_ATTEMPT, "1")
    return CallLabel(
        sip_call_id=request.sip_call_id,
        call_id=attributes.get(ATTRIBUTE_CALL_ID, ""),
        number=request.call_to,
        attempt=int(attempt) if attempt.isdecimal() else 1,
        script=script.name,
        room=request.room_name,
    )


def seat_of(request: Any) -> Seat:
    attributes = {**request.participant_attributes, SIP_CALL_STATUS: "dialing"}
    return Seat(request.room_name, request.participant_identity, request.participant_name, request.participant_metadata, attributes)


def _seconds(duration: Any) -> float:
    return duration.seconds + duration.nanos / 1e9
