"""The life of a call that came in: get ready while the caller hears it ring, pick up, perhaps ask for a key, talk.

Outside of the hours nobody talks: what is to be said is said, and the call ends. Where no assistant takes the call, the number may name a
person whom the caller is put through to. Key 9 means no more calls throughout.
"""

import asyncio

import structlog

from agent_worker import clip, clock, phrases, pipeline, watchdog
from agent_worker.arrival import pick_up
from agent_worker.call import TAIL_S, Call
from agent_worker.control_plane_client import Refused, Superseded, Unreachable
from agent_worker.conversation import OPT_OUT_KEY, Conversation
from agent_worker.disclosure import Opening, opening_of
from agent_worker.opening_line import Line, LineStore
from agent_worker.sip_leg import SipLeg
from agent_worker.stopping import OPT_OUT_LABEL
from agent_worker.warm.transfer import JOINED_LABEL
from sip_config.contract import CallOrder, EndCause, EventKind

log = structlog.get_logger()

CLIP_LIMIT_S = 90.0
KEY_WAIT_S = 6.0
"""After the last word of the menu: a person has pressed by then, or does not want to."""
HAND_ON_S = 1.0
"""The same before somebody is put through, who waits for that and not for a choice."""


class InboundCall(Call):
    _pressed: asyncio.Future[str] | None = None
    _keys: frozenset[str] = frozenset()
    _disclosed = ""
    """What has been said to its end of who was reached."""
    _wants_no_more = False
    """Key 9 was pressed before the conversation began, which hears it from then on."""

    async def _live_through(self, order: CallOrder) -> None:
        beating = asyncio.create_task(self._beat(order.heartbeat_every_s))
        try:
            if order.inbound is not None and order.inbound.is_closed:
                await self._say_closed(order)
            elif order.inbound is not None and order.inbound.keys:
                await self._ask_and_talk(order)
            else:
                await self._pick_up_and_talk(order)
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    def _opening(self, order: CallOrder) -> Opening:
        """Without the disclosure where it stood before the menu; another assistant's is another one."""
        opening = opening_of(order)
        return opening.without_disclosure() if opening.disclosure == self._disclosed else opening

    def _answer(self, order: CallOrder) -> SipLeg:
        """Pick up. The leg is watched from here on: a carrier that needs no picking up has said long ago that it is active."""
        pick_up(self._ctx.room, order.callee_identity)
        leg = SipLeg(self._ctx.room, order.callee_identity, self._leg_status, self._key_pressed)
        if order.callee_identity not in self._ctx.room.remote_participants:
            leg.has_left_before()
        return leg

    def _key_pressed(self, digit: str) -> None:
        self._wants_no_more |= digit == OPT_OUT_KEY
        if self._pressed is not None and not self._pressed.done() and digit in self._keys:
            self._pressed.set_result(digit)
        super()._key_pressed(digit)

    async def _pick_up_and_talk(self, order: CallOrder) -> None:
        try:
            conversation = await self._get_ready(order)
        except Exception:
            await self._pick_up_and_hand_on(order)
            raise
        leg = self._answer(order)
        if await self._is_answered(leg, order):
            await self._talk(leg, conversation, order)

    async def _pick_up_and_hand_on(self, order: CallOrder) -> None:
        """No assistant gets ready: only a call that was picked up can be put through."""
        if order.inbound is not None and order.inbound.fallback:
            leg = self._answer(order)
            if await self._is_answered(leg, order) and not await self._hand_on(order) and not leg.left.done():
                await self._say_nobody(order)

    async def _say_closed(self, order: CallOrder) -> None:
        closed = phrases.for_language(order.language).closed
        assert order.inbound is not None
        hands_on = bool(order.inbound.fallback)
        leg, _ = await self._say(order, order.inbound.closed_words or closed, {OPT_OUT_KEY}, HAND_ON_S if hands_on else KEY_WAIT_S)
        if leg is None or await self._hand_on(order):
            return
        if hands_on and not leg.left.done():
            await self._say_nobody(order)
        if self._wants_no_more:
            await self._opt_out(order, leg)
        elif leg.left.done():
            self._callee_left(leg.left.result())
        else:
            self._log.note(EventKind.HANGING_UP, {"end_cause": EndCause.AGENT_HANGUP.value})

    async def _say_nobody(self, order: CallOrder) -> None:
        await clip.play(self._ctx.room, await self._line(order, phrases.for_language(order.language).closed), "nobody", CLIP_LIMIT_S)
        await asyncio.sleep(TAIL_S)

    async def _hand_on(self, order: CallOrder) -> bool:
        """Put the caller through to the person whom the number names for this, if any; whether that was done, and the call is over."""
        if order.inbound is None or not order.inbound.fallback or self._wants_no_more:
            return False
        # Only a call that is known to be answered can be.
        await self._log.sent()
        try:
            found = await self._client.transfer(order.inbound.fallback, can_brief=False)
        except (Unreachable, Refused, Superseded) as error:
            log.warning("caller_not_put_through", error=str(error))
            return False
        if found.get("is_done") is not True:
            return False
        self._log.note(EventKind.OUTCOME_SET, {"label": JOINED_LABEL, "note": ""})
        self._log.note(EventKind.HANGING_UP, {"end_cause": EndCause.TRANSFER_DONE.value})
        return True

    async def _ask_and_talk(self, order: CallOrder) -> None:
        """Ask whom the caller wants, and have that assistant talk."""
        assert order.inbound is not None
        self._apology = await self._line(order, phrases.for_language(order.language).apology)
        leg, key = await self._say(order, order.inbound.key_prompt, {*order.inbound.keys, OPT_OUT_KEY}, KEY_WAIT_S)
        if leg is None:
            return
        try:
            if key:
                order = await self._chosen(order, key)
            conversation = await self._get_ready(order)
        except Exception:
            await self._break_off(leg, order)
            raise
        await self._talk(leg, conversation, order)

    async def _break_off(self, leg: SipLeg, order: CallOrder) -> None:
        """Nobody gets ready, and the caller is on the line."""
        if self._wants_no_more:
            await self._opt_out(order, leg)
        elif not leg.left.done() and not await self._hand_on(order):
            assert self._apology is not None
            await watchdog.apologise(self._ctx.room, self._apology)
            await asyncio.sleep(TAIL_S)

    async def _talk(self, leg: SipLeg, conversation: Conversation, order: CallOrder) -> None:
        if self._wants_no_more:
            await self._opt_out(order, leg)
        elif leg.left.done():
            self._callee_left(leg.left.result())
        else:
            await super()._talk(leg, conversation, order)

    async def _chosen(self, order: CallOrder, key: str) -> CallOrder:
        """The order of the assistant that was chosen; without an answer the number's own goes on."""
        try:
            if await self._client.choose(key):
                order = await self._fetch_order()
        except (Unreachable, Refused, Superseded) as error:
            # A 409 may mean this choice only; a newer agent is told of by the next event.
            log.warning("choice_not_taken", error=str(error))
        return order

    async def _say(self, order: CallOrder, words: str, keys: set[str], wait_s: float) -> tuple[SipLeg | None, str]:
        """Pick up, say who was reached and `words`, and wait for one of the keys: the leg, None where the call is over, and the key."""
        opening = opening_of(order)
        lines = [await self._line(order, text) for text in (opening.disclosure, words)]
        pressed = self._pressed = asyncio.get_running_loop().create_future()
        self._keys = frozenset(keys)
        leg = self._answer(order)
        if not await self._is_answered(leg, order):
            return None, ""
        saying = asyncio.create_task(self._play(lines, opening.disclosure, leg.answered.result()))
        key = await self._first_of(pressed, leg, saying, wait_s)
        saying.cancel()
        await asyncio.gather(saying, return_exceptions=True)
        if self._wants_no_more:
            await self._opt_out(order, leg)
            return None, ""
        if leg.left.done():
            self._callee_left(leg.left.result())
            return None, ""
        return leg, key

    async def _first_of(self, pressed: asyncio.Future[str], leg: SipLeg, saying: asyncio.Task[None], wait_s: float) -> str:
        """The key that was pressed while this was said or shortly after; empty for none."""
        await asyncio.wait({pressed, leg.left, saying}, return_when=asyncio.FIRST_COMPLETED)
        if not pressed.done() and not leg.left.done():
            await asyncio.wait({pressed, leg.left}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
        return pressed.result() if pressed.done() else ""

    async def _play(self, lines: list[Line], disclosure: str, answered_at: float) -> None:
        began = clock.seconds()

        def sounds() -> None:
            self._log.note(EventKind.FIRST_AUDIO, {"after_due_s": round(clock.seconds() - answered_at, 3)})

        if await clip.play(self._ctx.room, lines[0], "who", CLIP_LIMIT_S, sounds):
            self._disclosed, offset_s = disclosure, round(max(0.0, began - answered_at), 3)
            self._log.note(EventKind.DISCLOSED, {"text": disclosure, "offset_s": offset_s, "quote": disclosure})
            await clip.play(self._ctx.room, lines[1], "words", CLIP_LIMIT_S)

    async def _opt_out(self, order: CallOrder, leg: SipLeg) -> None:
        """Commit the wish, and only then confirm it."""
        said, quote = phrases.for_language(order.language), "pressed 9"
        self._log.note(EventKind.OUTCOME_SET, {"label": OPT_OUT_LABEL, "note": quote})
        try:
            await self._client.opt_out(quote, clock.seconds() - leg.answered.result())
            words = said.opted_out
        except (Unreachable, Refused):
            # The report carries the wish; what is not stored is not confirmed.
            words = said.goodbye
        await clip.play(self._ctx.room, await self._line(order, words), "goodbye", CLIP_LIMIT_S)
        await asyncio.sleep(TAIL_S)
        self._log.note(EventKind.HANGING_UP, {"end_cause": EndCause.OPT_OUT.value})

    async def _line(self, order: CallOrder, text: str) -> Line:
        speaker = pipeline.build_tts(order, self._warm)
        return await LineStore(self._settings.cache_dir).line(speaker, text, pipeline.sound_key(order, self._warm))
