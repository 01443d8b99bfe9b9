"""What is done when no person has answered: a message is left, a menu is told where to, a screener is told who calls, or one hangs up.

Runs beside the conversation and speaks through it. A menu or a screener may bring a person to the phone, who is then greeted as if they
had just picked up: with the whole opening line, of which they have heard nothing.
"""

import asyncio
from typing import Protocol

from agent_worker import clock, disclosure, phrases, screening
from agent_worker.answering import menu
from agent_worker.disclosure import Opening, opening_of
from agent_worker.screener import Screener
from sip_config.contract import AnsweredBy, CallOrder, EndCause, MenuMode, ScreeningMode, VoicemailMode

LOOK_S = 0.1
PATIENCE_S = 90.0
"""For a person behind a menu or a screener, ringing and waiting music included."""

MOST_KEYS, MOST_INTRODUCTIONS = 4, 2
MENU_OVER_S = 1.2
"""Silence after the last choice of a menu."""

KEY_PAUSE_S = 0.3
"""Silence in which a key is pressed: many menus do not listen while they speak."""

LISTENS_S = 0.7
"""Silence after which a screener listens."""

WORDS_COME_S = 1.5
"""Silence after speech in which its words would have come; without any it was somebody who is not understood."""


class Talk(Protocol):
    """What of the conversation is needed here."""

    order: CallOrder
    screener: Screener

    async def fall_silent(self) -> None:
        """Say nothing more of one's own."""
        ...

    async def say_last(self, text: str) -> bool:
        """Say one sentence that nothing interrupts; whether it was played to its end."""
        ...

    async def press(self, key: str) -> None: ...

    async def greet(self) -> None:
        """A person has come: speak the opening line to them and go on."""
        ...

    def callee_quiet_s(self) -> float: ...

    def told(self, opening: Opening) -> None:
        """A whole disclosure has just been spoken."""
        ...

    def hang_up(self, cause: EndCause) -> None: ...


class Reception:
    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._keys = self._introductions = 0
        self._until = 0.0

    async def meet(self, by: AnsweredBy) -> None:
        """Deal with the machine that has answered, until one has hung up or a person has come."""
        self._until = self._until or clock.seconds() + PATIENCE_S
        order, now = self._talk.order, by
        while now is not AnsweredBy.HUMAN:
            if now is AnsweredBy.IVR and order.menu.mode is MenuMode.NAVIGATE:
                now = await self._through_menu()
            elif now is AnsweredBy.CALL_SCREEN and order.screening.mode is ScreeningMode.INTRODUCE:
                now = await self._past_screener()
            else:
                await self._end(now)
                return
        self._talk.screener.is_person()
        await self._talk.greet()

    async def _end(self, by: AnsweredBy) -> None:
        if by is AnsweredBy.VOICEMAIL:
            await self._leave_message()
        self._talk.hang_up(EndCause.AGENT_HANGUP)

    async def _leave_message(self) -> None:
        """Once, after the beep or in the silence that follows the greeting."""
        talk, order, since = self._talk, self._talk.order.voicemail, clock.seconds()
        if order.mode is not VoicemailMode.LEAVE_MESSAGE or not order.message:
            return
        await talk.fall_silent()
        while not screening.mailbox_listens(talk.screener.heard, talk.callee_quiet_s(), clock.seconds() - since):
            await asyncio.sleep(LOOK_S)
            if talk.screener.by is not AnsweredBy.VOICEMAIL:
                return
        message = disclosure.message_of(talk.order)
        if await talk.say_last(" ".join(message.spoken_first)):
            talk.told(message)

    async def _through_menu(self) -> AnsweredBy:
        """Press keys towards the goal; who answers next."""
        talk = self._talk
        await talk.fall_silent()
        while clock.seconds() < self._until:
            quiet_s = talk.callee_quiet_s()
            heard = " ".join(talk.screener.heard.texts)
            key = menu.choose(heard, talk.order.menu.goal, is_over=quiet_s >= MENU_OVER_S) if quiet_s >= KEY_PAUSE_S else None
            if key is not None:
                if self._keys == MOST_KEYS:
                    break
                self._keys += 1
                talk.screener.again()
                await talk.press(key)
                return await self._next(AnsweredBy.IVR)
            by = self._somebody_else(AnsweredBy.IVR)
            # The menu itself is still being heard out.
            if by is not None and by is not AnsweredBy.IVR:
                return by
            await asyncio.sleep(LOOK_S)
        return AnsweredBy.UNCERTAIN

    async def _past_screener(self) -> AnsweredBy:
        """Say who calls and why; who answers next."""
        talk = self._talk
        await talk.fall_silent()
        while talk.callee_quiet_s() < LISTENS_S:  # noqa: ASYNC110 - a duration
            await asyncio.sleep(LOOK_S)
        if self._introductions < MOST_INTRODUCTIONS:
            self._introductions += 1
            await talk.say_last(introduction(talk.order))
            talk.screener.again()
        return await self._next(AnsweredBy.CALL_SCREEN)

    async def _next(self, before: AnsweredBy) -> AnsweredBy:
        """Wait for somebody; `UNCERTAIN` when patience is over."""
        while clock.seconds() < self._until:
            by = self._somebody_else(before)
            if by is not None:
                return by
            await asyncio.sleep(LOOK_S)
        return AnsweredBy.UNCERTAIN

    def _somebody_else(self, before: AnsweredBy) -> AnsweredBy | None:
        """Who speaks now, once that is known: the same kind of machine goes on, another one, or a person."""
        heard, quiet_s = self._talk.screener.heard, self._talk.callee_quiet_s()
        judged = self._talk.screener.verdict
        if judged is not None and judged.is_machine and (heard.texts or judged.by is not before):
            return None if judged.by is before and not self._is_news(before) else judged.by
        if heard.texts and quiet_s >= KEY_PAUSE_S and judged is not None and judged.by is AnsweredBy.HUMAN:
            return AnsweredBy.HUMAN
        return AnsweredBy.HUMAN if heard.first_speech_s is not None and not heard.texts and quiet_s >= WORDS_COME_S else None

    def _is_news(self, by: AnsweredBy) -> bool:
        """Whether a machine of the same kind wants something more: a menu another key, a screener another answer."""
        heard = " ".join(self._talk.screener.heard.texts)
        return bool(menu.options(heard)) if by is AnsweredBy.IVR else "?" in heard


def introduction(order: CallOrder) -> str:
    """Who calls, for whom, that it is an AI, and why."""
    opening = opening_of(order)
    purpose = phrases.for_language(order.language).purposes.get(order.say_purpose, "") if order.say_purpose else ""
    why = order.screening.reason or ("" if purpose and purpose in opening.disclosure else purpose) or opening.kept or opening.rest
    return f"{opening.disclosure} {why}".strip()
