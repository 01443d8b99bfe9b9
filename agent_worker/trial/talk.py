"""One conversation in text: the conversation, opening, screening, tools and rules of a call, without its sound.

Time does not pass between two turns, because whoever types is not silent; a silence is said as such.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from livekit.agents import AgentSession

from agent_worker import clock, pipeline, report
from agent_worker.call_log import CallLog
from agent_worker.conversation import Conversation
from agent_worker.disclosure import opening_of
from agent_worker.keeper import Keeper
from agent_worker.opening import SILENT_DUE_S
from agent_worker.opening_line import Line, spoken
from agent_worker.pipeline import Warm
from agent_worker.trial.dry_client import Ask, DryClient
from agent_worker.trial.typed_words import TypedWords
from sip_config.contract import CallEvent, CallOrder, CallReport, EventKind
from sip_config.contract.trial import BEEP, PRESS, SAY, SILENCE

LONG_S = 30.0
"""A silence that is longer than any that is waited for."""
SECONDS_PER_WORD = 0.35
"""As people speak: a greeting's length says something of who it is."""
LOOK_S = 0.01
SETTLED_LOOKS = 5
"""Looks in a row at which nothing was under way: what one event begins is begun within them."""
AT_MACHINE_LOOKS = 40
"""What deals with machines looks every 0.1 s."""
AFTER_WORDS_S = 2.0
"""Long enough for a menu to be over and a screener to listen, too short for a mailbox's greeting to be over."""
_SILENT_SOUND = Line(b"", 8000)


class _Open(Keeper):
    """Whoever tries an assistant has typed the words themselves: none is kept from them, and none is stored."""

    def note(self, kind: EventKind, data: dict[str, Any]) -> None:
        self._log.note(kind, data)


class _InText(Conversation):
    """A conversation that presses no keys, and whose time is that of its turns."""

    keeps = _Open

    @property
    def is_at_machine(self) -> bool:
        return self._at_machine

    def let_pass(self, seconds: float) -> None:
        """Nobody has said anything for so long."""
        self.quiet_since = self._callee_quiet_since = clock.seconds() - seconds

    async def press(self, key: str) -> None:
        self.keeper.note(EventKind.TOOL_CALLED, {"name": "press_key", "arguments": key, "result": ""})


class TextTalk:
    """Made inside a running event loop. `on_events` is told of everything that the agent notes, in order."""

    def __init__(
        self,
        order: CallOrder,
        warm: Warm,
        tool_answers: Mapping[str, str],
        on_events: Callable[[Sequence[CallEvent]], None],
        ask: Ask | None = None,
    ) -> None:
        self._order = order
        self._heard = TypedWords()
        self._session = _session(order, warm, self._heard)
        self._client = DryClient(tool_answers, on_events, ask)
        self._log = CallLog(self._client, order.generation, order.call_id)
        self._conversation = _InText(order, self._client, self._log)

    async def begin(self, first_words: str = "") -> None:
        """The phone is answered, with these words or with none. Raises `TimeoutError` from the caller's own bounds only."""
        await self._session.start(self._conversation.assistant, record=False)
        opening = opening_of(self._order)
        self._conversation.attach(self._session, spoken(opening, [_SILENT_SOUND for _ in opening.spoken_first]), lambda: None)
        self._log.note(EventKind.ANSWERED)
        answered_at = clock.seconds() - (len(first_words.split()) * SECONDS_PER_WORD if first_words else SILENT_DUE_S)
        self._conversation.begin(answered_at)
        if first_words:
            self._heard.said(first_words, answered_at)
        await self._until_settled()

    async def say(self, text: str) -> None:
        """The callee says this; returns once the agent has answered it, or has hung up."""
        self._heard.said(text, clock.seconds())
        await self._until_settled()

    async def press(self, digit: str) -> None:
        self._conversation.key_pressed(digit)
        await self._until_settled()

    async def beep(self) -> None:
        """A mailbox's beep is heard."""
        self._conversation.screener.beeped()
        await self._until_settled()

    async def be_silent(self) -> None:
        """The callee says nothing for longer than the agent waits."""
        self._conversation.let_pass(LONG_S)
        while not self._is_over and self._conversation.quiet_since < clock.seconds() - LONG_S / 2:  # noqa: ASYNC110 - it is the agent's word
            await asyncio.sleep(LOOK_S)
        await self._until_settled()

    async def take(self, kind: str, text: str = "") -> None:
        """One step of whoever answered, other than hanging up. Raises `ValueError` for one that is none."""
        if kind == SAY:
            await self.say(text)
        elif kind == PRESS:
            await self.press(text)
        elif kind == BEEP:
            await self.beep()
        elif kind == SILENCE:
            await self.be_silent()
        else:
            raise ValueError(f"{kind!r} is no step")

    async def flush(self) -> None:
        """Wait until `on_events` has been told of all that there is."""
        await self._log.sent()

    @property
    def is_over(self) -> bool:
        """Whether the agent has hung up."""
        return self._is_over

    async def end(self) -> CallReport:
        """Hang up as the callee, unless the agent has; what a call's report would say."""
        if self._is_over:
            self._log.note(EventKind.HANGING_UP, {"end_cause": self._conversation.over.result().value})
        else:
            self._log.note(EventKind.CALLEE_LEFT, {"last_status": "hangup", "disconnect_reason": "CLIENT_INITIATED"})
        await self.aclose()
        order, ended_at = self._order, clock.as_time(clock.seconds())
        return report.fold(order.call_id, order.generation, self._log.events, ended_at=ended_at, errors=self._conversation.errors)

    async def aclose(self) -> None:
        """Close what is open; may be called again."""
        await self._conversation.aclose()
        await self._session.aclose()
        await self._log.aclose(1.0)
        await self._client.aclose()

    @property
    def _is_over(self) -> bool:
        return self._conversation.over.done()

    async def _until_settled(self) -> None:
        looks = 0
        while looks < (AT_MACHINE_LOOKS if self._conversation.is_at_machine else SETTLED_LOOKS) and not self._is_over:
            await asyncio.sleep(LOOK_S)
            looks = looks + 1 if self._is_settled() else 0
            if looks and self._conversation.is_at_machine:
                self._conversation.let_pass(AFTER_WORDS_S)
        if not self._is_over:
            self._conversation.quiet_since = math.inf

    def _is_settled(self) -> bool:
        session = self._session
        is_quiet = session.current_speech is None and session.agent_state == "listening" and session.user_state != "speaking"
        return is_quiet and self._heard.are_heard and self._conversation.greeting.is_over


@asynccontextmanager
async def conversation_for(order: CallOrder) -> AsyncIterator[Conversation]:
    """A conversation that is never held: what the assistant's tools need to be described."""
    client = DryClient({}, lambda events: None)
    log = CallLog(client, order.generation, order.call_id)
    conversation = _InText(order, client, log)
    try:
        yield conversation
    finally:
        await conversation.aclose()
        await log.aclose(1.0)
        await client.aclose()


def _session(order: CallOrder, warm: Warm, heard: TypedWords) -> AgentSession:
    """As a call's (`pipeline.build_session`) without voice and ear: an utterance is over when it has been typed."""
    return AgentSession(
        stt=heard,
        llm=pipeline.build_llm(order, warm),
        turn_handling={
            "turn_detection": "stt",
            "endpointing": {"mode": "fixed", "min_delay": 0.0, "max_delay": 0.0},
            "interruption": {"enabled": True, "mode": "vad"},
            "preemptive_generation": {"enabled": False},
        },
        user_away_timeout=None,
        max_tool_steps=3,
        session_close_transcript_timeout=0.0,
    )
