"""The life of a call that came in: get ready while the caller hears it ring, pick up, perhaps ask for a key, talk.

Outside of the hours nobody talks: what is to be said is said, and the call ends. Key 9 means no more calls throughout.
"""

import asyncio

import structlog

from agent_worker import clip, clock, phrases, pipeline
from agent_worker.arrival import pick_up
from agent_worker.call import TAIL_S, Call
from agent_worker.control_plane_client import Refused, Unreachable
from agent_worker.conversation import OPT_OUT_KEY
from agent_worker.disclosure import opening_of
from agent_worker.opening_line import Line, LineStore
from agent_worker.sip_leg import SipLeg
from agent_worker.stopping import OPT_OUT_LABEL
from sip_config.contract import CallOrder, EndCause, EventKind

log = structlog.get_logger()

CLIP_LIMIT_S = 90.0
KEY_WAIT_S = 6.0
"""After the last word of the menu: a person has pressed by then, or does not want to."""


class InboundCall(Call):
    _pressed: asyncio.Future[str] | None = None

    async def _live_through(self, order: CallOrder) -> None:
        beating = asyncio.create_task(self._beat(order.heartbeat_every_s))
        try:
            if order.inbound is not None and order.inbound.is_closed:
                await self._say_closed(order)
            elif order.inbound is not None and order.inbound.keys:
                await self._ask_and_talk(order)
            else:
                conversation = await self._get_ready(order)
                leg = self._answer(order)
                if await self._is_answered(leg, order):
                    await self._talk(leg, conversation, order)
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    def _answer(self, order: CallOrder) -> SipLeg:
        """Pick up. The leg is watched from here on: a carrier that needs no picking up has said long ago that it is active."""
        pick_up(self._ctx.room, order.callee_identity)
        leg = SipLeg(self._ctx.room, order.callee_identity, self._leg_status, self._key_pressed)
        if order.callee_identity not in self._ctx.room.remote_participants:
            leg.has_left_before()
        return leg

    def _key_pressed(self, digit: str) -> None:
        if self._pressed is not None and not self._pressed.done():
            self._pressed.set_result(digit)
        super()._key_pressed(digit)

    async def _say_closed(self, order: CallOrder) -> None:
        said = phrases.for_language(order.language)
        assert order.inbound is not None
        await self._say(order, order.inbound.closed_words or said.closed, {OPT_OUT_KEY}, KEY_WAIT_S)

    async def _ask_and_talk(self, order: CallOrder) -> None:
        """Ask whom the caller wants, and have that assistant talk."""
        assert order.inbound is not None
        leg, key = await self._say(order, order.inbound.key_prompt, {*order.inbound.keys, OPT_OUT_KEY}, KEY_WAIT_S)
        if leg is None:
            return
        if key:
            order = await self._chosen(order, key)
        conversation = await self._get_ready(order)
        if not leg.left.done():
            await self._talk(leg, conversation, order)

    async def _chosen(self, order: CallOrder, key: str) -> CallOrder:
        """The order of the assistant that was chosen; without an answer the number's own goes on."""
        try:
            if await self._client.choose(key):
                self._order = order = await self._client.order()
        except (Unreachable, Refused) as error:
            log.warning("choice_not_taken", error=str(error))
        return order

    async def _say(self, order: CallOrder, words: str, keys: set[str], wait_s: float) -> tuple[SipLeg | None, str]:
        """Pick up, say who was reached and `words`, and wait for one of the keys: the leg, None where the call is over, and the key."""
        opening = opening_of(order)
        speaker = pipeline.build_tts(order, self._warm)
        lines = [await self._line(order, speaker, text) for text in (opening.disclosure, words)]
        pressed = self._pressed = asyncio.get_running_loop().create_future()
        leg = self._answer(order)
        if not await self._is_answered(leg, order):
            return None, ""
        self._log.note(EventKind.FIRST_AUDIO, {"after_due_s": round(clock.seconds() - leg.answered.result(), 3)})
        saying = asyncio.create_task(self._play(lines, opening.disclosure, leg.answered.result()))
        key = await self._first_of(pressed, leg, saying, wait_s, keys)
        saying.cancel()
        await asyncio.gather(saying, return_exceptions=True)
        if leg.left.done():
            self._callee_left(leg.left.result())
            return None, ""
        if key == OPT_OUT_KEY:
            await self._opt_out(order, speaker, leg)
            return None, ""
        if order.inbound is not None and order.inbound.is_closed:
            self._log.note(EventKind.HANGING_UP, {"end_cause": EndCause.AGENT_HANGUP.value})
            return None, ""
        return leg, key

    async def _first_of(self, pressed: asyncio.Future[str], leg: SipLeg, saying: asyncio.Task[None], wait_s: float, keys: set[str]) -> str:
        """The key that was pressed while this was said or shortly after; empty for none."""
        await asyncio.wait({pressed, leg.left, saying}, return_when=asyncio.FIRST_COMPLETED)
        if not pressed.done() and not leg.left.done():
            await asyncio.wait({pressed, leg.left}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
        return pressed.result() if pressed.done() and pressed.result() in keys else ""

    async def _play(self, lines: list[Line], disclosure: str, answered_at: float) -> None:
        began = clock.seconds()
        if await clip.play(self._ctx.room, lines[0], "who", CLIP_LIMIT_S):
            offset_s = round(max(0.0, began - answered_at), 3)
            self._log.note(EventKind.DISCLOSED, {"text": disclosure, "offset_s": offset_s, "quote": disclosure})
            await clip.play(self._ctx.room, lines[1], "words", CLIP_LIMIT_S)

    async def _opt_out(self, order: CallOrder, speaker, leg: SipLeg) -> None:
        """Commit the wish, and only then confirm it."""
        said, quote = phrases.for_language(order.language), "pressed 9"
        self._log.note(EventKind.OUTCOME_SET, {"label": OPT_OUT_LABEL, "note": quote})
        try:
            await self._client.opt_out(quote, clock.seconds() - leg.answered.result())
            words = said.opted_out
        except (Unreachable, Refused):
            # The report carries the wish; what is not stored is not confirmed.
            words = said.goodbye
        await clip.play(self._ctx.room, await self._line(order, speaker, words), "goodbye", CLIP_LIMIT_S)
        await asyncio.sleep(TAIL_S)
        self._log.note(EventKind.HANGING_UP, {"end_cause": EndCause.OPT_OUT.value})

    async def _line(self, order: CallOrder, speaker, text: str) -> Line:
        return await LineStore(self._settings.cache_dir).line(speaker, text, self._sound_key(order))
