"""The life of ONE call, from the dispatch ticket to the report, readable from top to bottom.

order ▸ session and opening line ▸ READY ▸ (the control plane dials) ▸ answered ▸ conversation ▸ hang up ▸ recording and report
"""

import asyncio
import contextlib

import structlog
from livekit.agents import AgentSession, JobContext, tts

from agent_worker import after_call, clock, phrases, pipeline, time_limit, watchdog
from agent_worker.call_log import CallLog
from agent_worker.control_plane_client import CallClient, Superseded
from agent_worker.conversation import Conversation
from agent_worker.disclosure import Opening, opening_of
from agent_worker.hang_up import hang_up
from agent_worker.logs import keep_secret, without_secrets
from agent_worker.opening_line import Line, LineStore, Spoken, spoken
from agent_worker.pipeline import Warm
from agent_worker.recording_consent import Consent
from agent_worker.retry import until
from agent_worker.settings import Settings
from agent_worker.sip_leg import Departure, SipLeg
from agent_worker.telemetry import CallTrace, flush
from agent_worker.warm.making import fetcher
from sip_config.contract import CallOrder, DispatchTicket, EndCause, EventKind

log = structlog.get_logger()

ORDER_PATIENCE_S = 10.0
TOKEN_WAIT_S = 90.0
"""How long the control plane may hold a ready call back for a trunk token, on top of the ringing."""

TAIL_S = 0.3
"""What was last played needs about 0.15 s to the phone (facts: voice §1); a goodbye cut off was not heard."""

FLUSH_S = 5.0


class Call:
    def __init__(self, ctx: JobContext, ticket: DispatchTicket, settings: Settings, warm: Warm) -> None:
        self._ctx, self._ticket, self._settings, self._warm = ctx, ticket, settings, warm
        self._client = CallClient(warm.http, settings.control_plane_url, ticket)
        self._log = CallLog(self._client, ticket.generation, ctx.job.id)
        self._trace = CallTrace()
        self._conversation: Conversation | None = None
        self._order: CallOrder | None = None
        self._session: AgentSession | None = None
        self._apology: Line | None = None
        self._hung_up = False

    @property
    def is_superseded(self) -> bool:
        return self._log.superseded.is_set()

    async def run(self) -> None:
        """Live the call. Errors end as a FAILED event, never as an exception; a superseded call is left quietly."""
        life = asyncio.create_task(self._live())
        fence = asyncio.create_task(self._log.superseded.wait())
        try:
            await asyncio.wait({life, fence}, return_when=asyncio.FIRST_COMPLETED)
            if life.done():
                life.result()
        except Superseded:
            self._log.superseded.set()
        except Exception as error:
            log.exception("call_failed")
            self._log.note(EventKind.FAILED, {"error": without_secrets(f"{type(error).__name__}: {error}")})
        finally:
            life.cancel()
            fence.cancel()
            await asyncio.gather(life, fence, return_exceptions=True)
            await self._leave()

    async def settle(self) -> None:
        """After the session has closed: the recording, then the report. Called from `on_session_end`."""
        try:
            if self._conversation is not None:
                await self._conversation.handing_over.settle()
            await self._log.aclose(FLUSH_S)
            if not self.is_superseded and self._order is not None:
                consent = self._conversation.keeper.consent if self._conversation else Consent(self._order.recording_policy)
                errors = self._conversation.errors if self._conversation else []
                with self._trace.span("report"):
                    await after_call.send(self._ctx, self._client, self._order, self._log.events, errors, consent, hung_up=self._hung_up)
        finally:
            await self._client.aclose()
            self._trace.end()
            await asyncio.to_thread(flush)

    # -- the stations -------------------------------------------------------------------------------------------------

    async def _live(self) -> None:
        order = await self._order_and_room()
        with self._trace.begin(order) as self._client.traceparent:
            await self._live_through(order)

    async def _live_through(self, order: CallOrder) -> None:
        leg = SipLeg(self._ctx.room, order.callee_identity, self._leg_status, self._key_pressed)
        beating = asyncio.create_task(self._beat(order.heartbeat_every_s, leg))
        try:
            with self._trace.span("get ready"):
                conversation = await self._get_ready(order)
            if await self._is_answered(leg, order):
                with self._trace.span("conversation"):
                    await self._talk(leg, conversation, order)
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    async def _order_and_room(self) -> CallOrder:
        order, _ = await asyncio.gather(until(ORDER_PATIENCE_S, self._fetch_order), self._ctx.connect())
        return order

    async def _fetch_order(self) -> CallOrder:
        """The order as it is now, with its keys kept out of whatever is logged."""
        self._order = order = await self._client.order()
        keep_secret(credential.api_key for credential in order.credentials.values())
        return order

    async def _get_ready(self, order: CallOrder) -> Conversation:
        """Session up and opening line spoken into memory, side by side; then the phone may ring."""
        speaker = pipeline.build_tts(order, self._warm)
        session = self._session = pipeline.build_session(order, self._warm, speaker)
        conversation = self._conversation = Conversation(order, self._client, self._log)
        opening, _ = await asyncio.gather(
            self._spoken_opening(order, speaker),
            session.start(
                conversation.assistant,
                room=self._ctx.room,
                room_options=pipeline.room_options(order),
                record=pipeline.recording_options(order),
                session_host=False,
            ),
        )
        conversation.attach(session, opening, lambda: pipeline.conversation_pace(self._warm.vad, order.turns))
        conversation.handing_over.fetches = fetcher(self._ctx, order, self._client, session)
        self._log.note(EventKind.READY)
        return conversation

    async def _spoken_opening(self, order: CallOrder, speaker: tts.TTS) -> Spoken:
        store, opening = LineStore(self._settings.cache_dir), self._opening(order)
        key = pipeline.sound_key(order, self._warm)
        texts = (*opening.spoken_first, phrases.for_language(order.language).apology)
        *lines, self._apology = await asyncio.gather(*(store.line(speaker, text, key) for text in texts))
        return spoken(opening, lines)

    def _opening(self, order: CallOrder) -> Opening:
        return opening_of(order)

    def _leg_status(self, status: str, at: float) -> None:
        kind = {"ringing": EventKind.RINGING, "active": EventKind.ANSWERED}.get(status)
        if kind is not None and not self._log.has(kind):
            self._log.note(kind, at=at)

    def _key_pressed(self, digit: str) -> None:
        if self._conversation is not None:
            self._conversation.key_pressed(digit)

    async def _is_answered(self, leg: SipLeg, order: CallOrder) -> bool:
        limit_s = order.ringing_timeout_s + TOKEN_WAIT_S
        await asyncio.wait({leg.answered, leg.left}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
        if leg.left.done() and not leg.answered.done():
            self._callee_left(leg.left.result())
        return leg.answered.done()

    async def _talk(self, leg: SipLeg, conversation: Conversation, order: CallOrder) -> None:
        answered_at = leg.answered.result()
        pipeline.wait_for_last_words(conversation.session, True)
        conversation.begin(answered_at)
        left_s = order.max_duration_s - (clock.seconds() - answered_at)
        mute = asyncio.create_task(watchdog.until_mute(lambda: conversation.greeting))
        limit = asyncio.create_task(time_limit.until_over(conversation, left_s))
        try:
            ends = {leg.left, conversation.over, mute}
            done, _ = await asyncio.wait({*ends, limit}, return_when=asyncio.FIRST_COMPLETED)
            if done == {limit} and conversation.stays_on:
                # Nobody in danger is hung up on, nor who talks with a human; LiveKit ends the call when the reserve for this is used up.
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if leg.left.done():
                self._callee_left(leg.left.result())
                return
            if mute.done():
                await self._apologise(conversation)
            cause = conversation.over.result() if conversation.over.done() else EndCause.MAX_DURATION
            await asyncio.wait({leg.left}, timeout=TAIL_S)
            pipeline.wait_for_last_words(conversation.session, False)
            self._log.note(EventKind.HANGING_UP, {"end_cause": cause.value})
        finally:
            mute.cancel()
            limit.cancel()
            await conversation.aclose()

    async def _apologise(self, conversation: Conversation) -> None:
        """The session does not speak: say so without it, and end the call as our failure."""
        conversation.hang_up(EndCause.SYSTEM_ERROR)
        self._log.note(EventKind.FAILED, {"error": watchdog.NOT_HEARD})
        assert self._apology is not None
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(conversation.fall_silent(), TAIL_S)
        await watchdog.apologise(self._ctx.room, self._apology)

    def _callee_left(self, departure: Departure) -> None:
        data = {"last_status": departure.last_status, "disconnect_reason": departure.disconnect_reason}
        self._log.note(EventKind.CALLEE_LEFT, data, at=departure.at)

    async def _leave(self) -> None:
        """Hang up by deleting the room, unless another generation of the agent owns it now; then let the job end."""
        if not self.is_superseded:
            self._hung_up = await hang_up(self._ctx)
        self._ctx.shutdown(reason="superseded" if self.is_superseded else "call ended")

    async def _beat(self, every_s: float, leg: SipLeg | None = None) -> None:
        while True:
            await asyncio.sleep(every_s)
            self._log.note(EventKind.HEARTBEAT, leg.standing if leg is not None else {})
