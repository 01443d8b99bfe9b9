"""Going on in the language that the callee speaks: who calls, and that it is an AI, is said again in it, and the model answers in it."""

import contextlib
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from typing import Any, Protocol

from livekit.agents import AgentSession

from agent_worker import clock
from agent_worker.assistant import Assistant
from agent_worker.consent_words import says_yes
from agent_worker.disclosure import Opening, opening_of
from agent_worker.going_on import GoingOn
from agent_worker.greeting import Greeting
from agent_worker.heard_language import HeardLanguage, is_about_language
from agent_worker.instructions import assemble
from agent_worker.keeper import Keeper
from agent_worker.phrases import base_language
from sip_config.contract import CallOrder, EventKind
from sip_config.vendors import OPENAI


class Talk(Protocol):
    """What of the conversation is needed here."""

    order: CallOrder
    session: AgentSession
    assistant: Assistant
    keeper: Keeper
    greeting: Greeting
    going_on: GoingOn

    @property
    def is_ending(self) -> bool: ...

    @property
    def stays_on(self) -> bool: ...

    @property
    def is_elsewhere(self) -> bool:
        """The callee waits for somebody else, or talks with them."""
        ...

    def goes_on_in(self, order: CallOrder, opening: Opening) -> None:
        """What the code says from here on is in the language of this order, and of this opening."""
        ...

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None: ...


class ChangingLanguage:
    """One call's."""

    def __init__(self, talk: Talk) -> None:
        self._talk, self._begun, self._heard = talk, talk.order, HeardLanguage(talk.order.language)
        self._unanswered: list[tuple[str, float]] = []

    def heard(self, said: str, at: float) -> bool:
        """Whether these words belong to a turn from which on the call goes on in another language; `at`: wall-clock seconds of their
        beginning."""
        talk = self._talk
        may_change = talk.greeting.is_over and self._may_speak
        # A plain answer to an open question is heeded first, in whatever language it came.
        is_an_answer = talk.going_on.is_open and says_yes(said) is not None and not is_about_language(said)
        language = self._heard.heard(said, may_change=may_change and not is_an_answer)
        if language:
            self._go_on_in(self._begun if language == base_language(self._begun.language) else replace(self._begun, language=language))
        if language or self._unanswered:
            # All of one turn is answered together.
            self._unanswered.append((said, at))
        return bool(self._unanswered)

    def is_wished(self, said: str) -> bool:
        """Whether these words ask for another language, and the call may go on in it: they answer nothing that was asked in this one."""
        return self._may_speak and self._heard.is_wished(said)

    def catches_up(self, said: Sequence[tuple[str, float]]) -> bool:
        """Whether words over an opening that nothing interrupts asked for another language; it is gone on in once the opening is over."""
        is_changed = any(self.is_wished(text) and self.heard(text, at) for text, at in said)
        self._unanswered = [*said] if is_changed else []
        return self.replies()

    def replies(self) -> bool:
        """Whether the turn that has just ended is answered here, and not as others are."""
        said, self._unanswered = self._unanswered, []
        if not said or not self._may_speak:
            return False
        self._talk.spawn(self._reply(said))
        return True

    def begin_anew(self) -> None:
        """What was heard until now was a machine: whoever is spoken to next is so in the language in which the call began."""
        if self._talk.order is not self._begun:
            self._go_on_in(self._begun)
            self._talk.spawn(self._talk.assistant.update_instructions(assemble(self._begun)))
        self._unanswered, self._heard = [], HeardLanguage(self._begun.language)

    def _go_on_in(self, order: CallOrder) -> None:
        talk = self._talk
        talk.keeper.put_off()
        talk.goes_on_in(order, _opening_of(order))
        _tell_models(talk.session, order)
        talk.keeper.note(EventKind.TOOL_CALLED, {"name": "change_language", "arguments": base_language(order.language), "result": ""})

    @property
    def _may_speak(self) -> bool:
        talk = self._talk
        return not (talk.is_ending or talk.stays_on or talk.is_elsewhere)

    async def _reply(self, said: Sequence[tuple[str, float]]) -> None:
        talk, opening = self._talk, _opening_of(self._talk.order)
        await talk.assistant.update_instructions(assemble(talk.order))
        await talk.assistant.remember(said)
        if not self._may_speak:
            return
        consent = talk.keeper.consent
        asks_to_go_on = talk.going_on.is_open and not consent.asks
        if asks_to_go_on:
            # A yes to what they may not have understood is none.
            talk.going_on.asked(clock.seconds())
        # Who has refused, or has answered, is neither told nor asked again.
        is_noticed = not (opening.asks or consent.is_refused)
        parts = (opening.disclosure, opening.notice if is_noticed else "", opening.rest if asks_to_go_on else "")
        # The session may be closing at this moment.
        with contextlib.suppress(RuntimeError):
            told = talk.session.say(" ".join(part for part in parts if part), allow_interruptions=False)
            if consent.asks:
                question = talk.session.say(opening.notice, allow_interruptions=False)
                await told
                await talk.keeper.asks(question, clock.seconds())
            elif not asks_to_go_on:
                talk.session.generate_reply()


def _opening_of(order: CallOrder) -> Opening:
    """The assistant's own line is in the language that it was written in, and stays there."""
    return opening_of(replace(order, opening_line=""))


def _tell_models(session: AgentSession, order: CallOrder) -> None:
    """The ear is to hear it, and a voice that has to be told its language speaks it."""
    for part in (session.stt, session.tts if order.voice.provider != OPENAI else None):
        if (update := getattr(part, "update_options", None)) is not None:
            update(language=base_language(order.language))
