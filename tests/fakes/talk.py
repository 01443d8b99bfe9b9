"""A conversation without sound: what the callee says is a final transcript, what the agent says is played at once."""

import asyncio
from collections.abc import Callable, Generator, Mapping
from types import SimpleNamespace
from typing import Any

from agent_worker import clock
from agent_worker.call_log import CallLog
from agent_worker.control_plane_client import Unreachable
from agent_worker.conversation import Conversation
from agent_worker.disclosure import opening_of
from agent_worker.opening_line import Line, spoken
from sip_config.contract import CallEvent, CallOrder, CallPurpose, EndCause

PATIENCE_S = 30


class Client:
    """Keeps what the agent asks of the control plane and tells it."""

    def __init__(self, *, can_cancel: bool = True) -> None:
        self.asked: list[Mapping[str, str]] = []
        self.opt_outs: list[str] = []
        self.events: list[CallEvent] = []
        self.is_transferring = False
        self._can_cancel = can_cancel

    async def schedule(self, asked: Mapping[str, str]) -> dict[str, str]:
        self.asked.append(asked)
        if not self._can_cancel:
            raise Unreachable("away")
        return {"read_back": "every day at noon"}

    async def opt_out(self, quote: str, offset_s: float) -> None:
        self.opt_outs.append(quote)

    async def send_events(self, events: list[CallEvent]) -> bool:
        self.events += events
        return self.is_transferring


class Speech:
    interrupted, allow_interruptions = False, True

    def __await__(self) -> Generator[Any, None, None]:
        return asyncio.sleep(0).__await__()


class Session:
    """Speaks at once, and hands on what a test lets happen."""

    def __init__(self) -> None:
        self.user_state = self.agent_state = "listening"
        self.current_speech = self._activity = None
        self.stt: Any = None
        self.tts: Any = None
        self.said: list[str] = []
        self.interruptions = self.replies = 0
        self._handlers: dict[str, Callable[[Any], None]] = {}
        self._has_spoken = asyncio.Event()

    def on(self, name: str, handler: Callable[[Any], None]) -> None:
        self._handlers[name] = handler

    def say(self, text: str, **_: Any) -> Speech:
        self.said.append(text)
        self._has_spoken.set()
        return Speech()

    def generate_reply(self, **_: Any) -> Speech:
        self.replies += 1
        return Speech()

    async def interrupt(self, *, force: bool) -> None:
        self.interruptions += 1

    def sounds(self) -> None:
        self._handlers["agent_state_changed"](SimpleNamespace(new_state="speaking", created_at=clock.seconds()))

    def hears(self, text: str) -> None:
        self._handlers["user_input_transcribed"](SimpleNamespace(is_final=True, transcript=text))

    async def until_said(self, text: str = "") -> None:
        """Wait until the agent has said `text`; without one, anything."""
        async with asyncio.timeout(PATIENCE_S):
            while not (text in self.said if text else self.said):
                self._has_spoken.clear()
                await self._has_spoken.wait()


class Talk:
    """One answered call to +12025550101 and its conversation; further fields of the order by name."""

    def __init__(
        self, purpose: CallPurpose, opening_line: str, client: Client | None = None, session: Session | None = None, **order: Any
    ) -> None:
        self.client, self.session = client or Client(), session or Session()
        made = CallOrder("call", 1, "room", "callee", "+12025550101", purpose, "You are Ada.", opening_line, **order)
        self.log = CallLog(self.client, 1, "job")  # type: ignore[arg-type]
        self.conversation = Conversation(made, self.client, self.log)  # type: ignore[arg-type]
        opening = opening_of(made)
        lines = [Line(b"\0\0", 8000) for _ in opening.spoken_first]
        self.conversation.attach(self.session, spoken(opening, lines), lambda: None)  # type: ignore[arg-type]

    async def end(self) -> EndCause:
        """Wait until the conversation is over."""
        async with asyncio.timeout(PATIENCE_S):
            cause = await self.conversation.over
        await self.aclose()
        return cause

    async def aclose(self) -> None:
        await self.conversation.aclose()
        await self.log.aclose(1.0)
