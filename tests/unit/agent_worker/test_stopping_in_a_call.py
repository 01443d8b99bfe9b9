"""What becomes of "stop calling me" in a conversation, from the transcript to the end of the call, with a session that only speaks."""

import asyncio
from collections.abc import Callable, Generator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from agent_worker import phrases, stop_question
from agent_worker.call_log import CallLog
from agent_worker.control_plane_client import Unreachable
from agent_worker.conversation import Conversation
from agent_worker.disclosure import opening_of
from agent_worker.opening_line import Line, spoken
from sip_config.contract import CallEvent, CallOrder, CallPurpose, EndCause, EventKind

STOP = "Please stop calling me."
SAID = phrases.for_language("en")


class Client:
    """Keeps what the agent asks of the control plane."""

    def __init__(self, *, can_cancel: bool = True) -> None:
        self.asked: list[Mapping[str, str]] = []
        self.opt_outs: list[str] = []
        self.events: list[CallEvent] = []
        self._can_cancel = can_cancel

    async def schedule(self, asked: Mapping[str, str]) -> dict[str, str]:
        self.asked.append(asked)
        if not self._can_cancel:
            raise Unreachable("away")
        return {"read_back": "every day at noon"}

    async def opt_out(self, quote: str, offset_s: float) -> None:
        self.opt_outs.append(quote)

    async def send_events(self, events: list[CallEvent]) -> None:
        self.events += events


class Speech:
    interrupted, allow_interruptions = False, True

    def __await__(self) -> Generator[Any, None, None]:
        return asyncio.sleep(0).__await__()


class Session:
    """Speaks at once, and hands on what a test lets happen."""

    def __init__(self) -> None:
        self.user_state = self.agent_state = "listening"
        self.said: list[str] = []
        self.has_asked = asyncio.Event()
        self._handlers: dict[str, Callable[[Any], None]] = {}

    def on(self, name: str, handler: Callable[[Any], None]) -> None:
        self._handlers[name] = handler

    def say(self, text: str, **_: Any) -> Speech:
        self.said.append(text)
        if text == SAID.stop_which:
            self.has_asked.set()
        return Speech()

    async def interrupt(self, *, force: bool) -> None:
        pass

    def hears(self, text: str) -> None:
        self._handlers["user_input_transcribed"](SimpleNamespace(is_final=True, transcript=text))


class Stage:
    def __init__(self, client: Client, schedule_id: str) -> None:
        facts = ("call", 1, "room", "callee", "+12025550101", CallPurpose.SCHEDULE, "You are Ada.", "Hello.")
        order = CallOrder(*facts, schedule_id=schedule_id)
        self.client, self.session = client, Session()
        self.log = CallLog(client, 1, "job")  # type: ignore[arg-type]
        self.conversation = Conversation(order, client, self.log)  # type: ignore[arg-type]
        opening = opening_of(order)
        lines = [Line(b"\0\0", 8000) for _ in opening.spoken_first]
        self.conversation.attach(self.session, spoken(opening, lines), lambda: None)  # type: ignore[arg-type]
        self.conversation.begin(1.0)

    async def end(self) -> EndCause:
        async with asyncio.timeout(30):
            cause = await self.conversation.over
        await self.conversation.aclose()
        await self.log.aclose(1.0)
        return cause

    async def asks(self) -> None:
        self.session.hears(STOP)
        async with asyncio.timeout(30):
            await self.session.has_asked.wait()


async def test_only_these_calls_end_that_schedule_and_nothing_else():
    stage = Stage(client := Client(), "s1")
    await stage.asks()
    stage.session.hears("Only these calls, please.")
    assert await stage.end() is EndCause.AGENT_HANGUP
    assert client.asked == [{"cancels": "s1"}, {"yes": "Only these calls, please."}]
    assert client.opt_outs == []
    assert stage.session.said[-2:] == [SAID.stop_which, SAID.stopped_these]
    (told,) = (event for event in client.events if event.kind is EventKind.STOP_SAID)
    assert told.data == {"quote": STOP, "schedule_id": "s1"}


@pytest.mark.parametrize("answer", ["All calls.", "Yes.", "What do you mean?"])
async def test_any_other_answer_is_an_opt_out_from_all_calls(answer: str):
    stage = Stage(client := Client(), "s1")
    await stage.asks()
    stage.session.hears(answer)
    assert await stage.end() is EndCause.OPT_OUT
    (quote,) = client.opt_outs
    assert STOP in quote
    assert answer in quote
    assert (client.asked, stage.session.said[-1]) == ([], SAID.opted_out)


async def test_silence_is_an_opt_out_too(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stop_question, "ANSWER_S", 0.0)
    stage = Stage(client := Client(), "s1")
    await stage.asks()
    assert await stage.end() is EndCause.OPT_OUT
    assert "no answer" in client.opt_outs[0]


async def test_who_says_it_again_is_not_asked_again():
    stage = Stage(client := Client(), "s1")
    await stage.asks()
    stage.session.hears("I said stop calling me!")
    assert await stage.end() is EndCause.OPT_OUT
    assert stage.session.said.count(SAID.stop_which) == len(client.opt_outs) == 1


async def test_the_key_that_means_all_calls_is_not_asked_about():
    stage = Stage(client := Client(), "s1")
    stage.conversation.key_pressed("9")
    assert await stage.end() is EndCause.OPT_OUT
    assert SAID.stop_which not in stage.session.said
    stage = Stage(client := Client(), "s1")
    await stage.asks()
    stage.conversation.key_pressed("9")
    assert await stage.end() is EndCause.OPT_OUT
    assert len(client.opt_outs) == 1


async def test_a_schedule_that_cannot_be_ended_now_makes_it_an_opt_out():
    stage = Stage(client := Client(can_cancel=False), "s1")
    await stage.asks()
    stage.session.hears("Only these calls.")
    assert await stage.end() is EndCause.OPT_OUT
    assert len(client.opt_outs) == 1


async def test_where_no_schedule_has_made_the_call_nothing_is_asked():
    stage = Stage(client := Client(), "")
    stage.session.hears(STOP)
    assert await stage.end() is EndCause.OPT_OUT
    assert client.opt_outs == [STOP]
    assert SAID.stop_which not in stage.session.said
