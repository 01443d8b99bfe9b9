"""What becomes of the answer to "May I go on?" in a conversation, from the transcript to what is said, with a session that only speaks."""

import asyncio

import pytest

from agent_worker import clock, phrases
from sip_config.contract import CallPurpose, EndCause, EventKind, RiskLevel
from tests.fakes.talk import PATIENCE_S, Talk

OWN_WORDS = "We have a new offer."
SAID = phrases.for_language("en")


class Stage(Talk):
    """A call whose opening asks whether it may go on."""

    def __init__(self) -> None:
        super().__init__(CallPurpose.CAMPAIGN, OWN_WORDS, ask_to_go_on=True)

    async def opened(self) -> None:
        self.conversation.begin(1.0)
        await self.session.until_said()
        self.session.sounds()
        async with asyncio.timeout(PATIENCE_S):
            await self.conversation.greeting.done.wait()
        assert self.session.said[0].endswith(SAID.may_go_on)

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
    # Not before the turn is over: LiveKit would cut it off.
    assert len(stage.session.said) == 1
    assert not stage.replies()
    assert stage.session.said[1:] == [OWN_WORDS]
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
    assert not stage.replies()
    assert stage.session.said[2:] == [OWN_WORDS]
    await stage.aclose()


@pytest.mark.parametrize(
    ("first", "then", "said"), [("Yes.", "No, never call me again.", SAID.opted_out), ("Which company?", "What do you want?", "")]
)
async def test_what_was_to_be_said_to_earlier_words_of_a_turn_is_not_said_after_others(stage: Stage, first: str, then: str, said: str):
    stage.session.hears(first)
    stage.session.hears(then)
    stage.replies()
    if said:
        assert await stage.end() is EndCause.OPT_OUT
    assert stage.session.said[1:] == ([said] if said else [])
    await stage.aclose()


async def test_a_yes_whose_turn_nobody_saw_end_is_answered_all_the_same(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    began = clock.seconds()
    monkeypatch.setattr(clock, "seconds", lambda real=clock.seconds: began + 20 * (real() - began))
    stage.session.hears("Yes.")
    await stage.session.until_said(OWN_WORDS)
    assert stage.session.said[1:] == [OWN_WORDS]
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
