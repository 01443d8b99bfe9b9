"""What becomes of the answer to "May I go on?" in a conversation, from the transcript to what is said, with a session that only speaks."""

import asyncio
from collections.abc import Callable, Generator
from types import SimpleNamespace
from typing import Any

import pytest

from agent_worker import clock, phrases
from agent_worker.call_log import CallLog
from agent_worker.conversation import Conversation
from agent_worker.disclosure import opening_of
from agent_worker.opening_line import Line, spoken
from sip_config.contract import CallEvent, CallOrder, CallPurpose, EndCause, EventKind, RiskLevel

OWN_WORDS = "We have a new offer."
SAID = phrases.for_language("en")


class Client:
    """Keeps what the agent tells the control plane."""

    def __init__(self) -> None:
        self.opt_outs: list[str] = []
        self.events: list[CallEvent] = []

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
        self.has_spoken = asyncio.Event()
        self._handlers: dict[str, Callable[[Any], None]] = {}

    def on(self, name: str, handler: Callable[[Any], None]) -> None:
        self._handlers[name] = handler

    def say(self, text: str, **_: Any) -> Speech:
        self.said.append(text)
        self.has_spoken.set()
        return Speech()

    async def interrupt(self, *, force: bool) -> None:
        pass

    def sounds(self) -> None:
        self._handlers["agent_state_changed"](SimpleNamespace(new_state="speaking", created_at=clock.seconds()))

    def hears(self, text: str) -> None:
        self._handlers["user_input_transcribed"](SimpleNamespace(is_final=True, transcript=text))


class Stage:
    def __init__(self) -> None:
        facts = ("call", 1, "room", "callee", "+12025550101", CallPurpose.CAMPAIGN, "You are Ada.", OWN_WORDS)
        order = CallOrder(*facts, ask_to_go_on=True)
        self.client, self.session = Client(), Session()
        self.log = CallLog(self.client, 1, "job")  # type: ignore[arg-type]
        self.conversation = Conversation(order, self.client, self.log)  # type: ignore[arg-type]
        opening = opening_of(order)
        lines = [Line(b"\0\0", 8000) for _ in opening.spoken_first]
        self.conversation.attach(self.session, spoken(opening, lines), lambda: None)  # type: ignore[arg-type]

    async def opened(self) -> None:
        """The opening has been played and ends in the question."""
        self.conversation.begin(1.0)
        async with asyncio.timeout(30):
            await self.session.has_spoken.wait()
            self.session.sounds()
            await self.conversation.greeting.done.wait()
        assert self.session.said[0].endswith(SAID.may_go_on)

    async def end(self) -> EndCause:
        async with asyncio.timeout(30):
            cause = await self.conversation.over
        await self.aclose()
        return cause

    async def aclose(self) -> None:
        await self.conversation.aclose()
        await self.log.aclose(1.0)

    def replies(self) -> bool:
        """Whether the model would answer the turn that has just ended."""
        return self.conversation.assistant._may_reply()


@pytest.fixture
async def stage() -> Stage:
    made = Stage()
    await made.opened()
    return made


async def test_after_a_yes_the_assistants_own_words_follow_and_the_model_goes_on_from_them(stage: Stage):
    stage.session.hears("Yes, sure.")
    assert stage.session.said[1:] == [OWN_WORDS]
    assert not stage.replies()
    stage.session.hears("Tell me more.")
    assert stage.replies()
    await stage.aclose()


async def test_a_no_is_taken_leave_of_with_its_outcome(stage: Stage):
    stage.session.hears("No, thank you.")
    assert not stage.replies()
    assert await stage.end() is EndCause.AGENT_HANGUP
    assert stage.session.said[1:] == [SAID.goodbye]
    (outcome,) = (event.data["label"] for event in stage.client.events if event.kind is EventKind.OUTCOME_SET)
    assert outcome == "not_interested"


async def test_a_no_in_another_language_is_one_too(stage: Stage):
    stage.session.hears("नहीं, धन्यवाद।")
    assert await stage.end() is EndCause.AGENT_HANGUP


async def test_an_opt_out_outranks_the_answer(stage: Stage):
    stage.session.hears("No, and stop calling me.")
    assert await stage.end() is EndCause.OPT_OUT
    assert stage.client.opt_outs == ["No, and stop calling me."]
    assert stage.session.said[1:] == [SAID.opted_out]


async def test_a_wish_of_somebody_in_danger_is_kept_and_the_call_goes_on(stage: Stage):
    stage.session.hears("Yes.")
    assert not stage.replies()
    stage.conversation.flag_risk("self_harm", RiskLevel.CRISIS, "I want to end it.")
    assert await stage.conversation.opt_out("Leave me alone.")
    assert stage.client.opt_outs == ["Leave me alone."]
    assert stage.replies()
    assert not stage.conversation.over.done()
    assert SAID.opted_out not in stage.session.said
    await stage.aclose()


async def test_whoever_asks_back_is_told_who_calls_and_asked_once_more(stage: Stage):
    stage.session.hears("Which company?")
    assert not stage.replies()
    assert stage.session.said[1:] == [f"{SAID.an_ai} {SAID.may_go_on}"]
    stage.session.hears("Fine, go ahead.")
    assert stage.session.said[2:] == [OWN_WORDS]
    await stage.aclose()


async def test_silence_is_asked_once_more_and_then_left(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    began = clock.seconds()
    # A clock that runs a hundred times as fast: what is asked is the order of things, not their length.
    monkeypatch.setattr(clock, "seconds", lambda real=clock.seconds: began + 100 * (real() - began))
    assert await stage.end() is EndCause.AGENT_HANGUP
    assert stage.session.said[1:] == [f"{SAID.are_you_there} {SAID.may_go_on}"]


async def test_another_time_is_left_to_the_model(stage: Stage):
    stage.session.hears("I'm driving, call me later.")
    assert stage.replies()
    assert len(stage.session.said) == 1
    await stage.aclose()
