"""What becomes of words that show danger, from the transcript to what is said and kept, with a session that only speaks."""

import asyncio
import math

import pytest

from agent_worker import clock, phrases
from agent_worker.care.lines import LINES
from agent_worker.care.protocol import Care
from agent_worker.care.words import first_words, for_language
from sip_config.contract import AnsweredBy, CallEvent, CallPurpose, EndCause, EventKind, RiskLevel
from tests.fakes.talk import PATIENCE_S, Client, Talk

WORDS = first_words("en", "US", "self_harm")
DESPAIR = "I don't want to live any more."
STOP = "Please stop calling me."
SAID = phrases.for_language("en")


class Stage(Talk):
    """The callee has answered, and the opening has been played."""

    def __init__(self, **order: object) -> None:
        super().__init__(CallPurpose.SINGLE, "Hello.", Client(), **{"country": "US", **order})
        self.conversation.begin(1.0)

    async def opened(self) -> "Stage":
        await self.session.until_said()
        self.session.sounds()
        async with asyncio.timeout(PATIENCE_S):
            await self.conversation.greeting.done.wait()
        return self

    def risks(self) -> list[tuple[str, str, str]]:
        flagged = (event.data for event in self.log.events if event.kind is EventKind.RISK_FLAGGED)
        return [(data["kind"], data["level"], data["quote"]) for data in flagged]

    async def kept(self) -> list[str]:
        """The opt-outs, once there is one."""
        async with asyncio.timeout(PATIENCE_S):
            while not self.client.opt_outs:
                await asyncio.sleep(0)
        return self.client.opt_outs

    def turns(self) -> list[CallEvent]:
        return [event for event in self.log.events if event.kind is EventKind.TURN]

    def replies(self) -> bool:
        """Whether the model would answer the turn that has just ended."""
        return self.conversation.assistant._may_reply()

    @property
    def goes_on(self) -> bool:
        return not self.conversation.over.done()


async def test_despair_is_answered_with_the_line_of_the_country_and_told_at_once():
    stage = await Stage().opened()
    stage.session.hears(DESPAIR)
    assert stage.risks() == [("self_harm", "crisis", DESPAIR)]
    assert not stage.replies()
    await stage.session.until_said(WORDS)
    assert "9 8 8" in WORDS
    stage.session.hears("I have nobody.")
    assert stage.replies()
    await stage.aclose()
    assert [event.data["level"] for event in stage.client.events if event.kind is EventKind.RISK_FLAGGED] == ["crisis"]


async def test_nothing_but_the_callee_ends_the_call_any_more():
    stage = await Stage(outcome_labels=("acknowledged",)).opened()
    stage.session.hears(DESPAIR)
    await stage.session.until_said(WORDS)
    for cause in (EndCause.AGENT_HANGUP, EndCause.MAX_DURATION):
        stage.conversation.hang_up(cause)
    stage.conversation.key_pressed("1")
    await asyncio.sleep(0)
    assert stage.goes_on
    assert stage.session.said[-1] == WORDS
    stage.conversation.hang_up(EndCause.SYSTEM_ERROR)
    assert await stage.end() is EndCause.SYSTEM_ERROR


async def test_an_opt_out_said_meanwhile_is_committed_at_once_and_the_agent_stays():
    stage = await Stage(schedule_id="s1").opened()
    stage.session.hears(DESPAIR)
    await stage.session.until_said(WORDS)
    stage.session.hears(STOP)
    assert await stage.kept() == [STOP]
    assert stage.replies()
    assert stage.goes_on
    assert not {SAID.opted_out, SAID.stop_which} & set(stage.session.said)
    await stage.aclose()


async def test_both_in_one_breath_keeps_the_wish_and_stays():
    stage = await Stage().opened()
    said = "Stop calling me, I'll be dead tomorrow anyway."
    stage.session.hears(said)
    await stage.session.until_said(WORDS)
    assert await stage.kept() == [said]
    assert SAID.opted_out not in stage.session.said
    assert stage.goes_on
    await stage.aclose()


async def test_danger_that_shows_while_the_call_is_ending_keeps_it():
    stage = await Stage().opened()
    stage.conversation.close()
    stage.session.hears(DESPAIR)
    await stage.session.until_said(WORDS)
    stage.conversation.hang_up(EndCause.OPT_OUT)
    assert stage.goes_on
    async with asyncio.timeout(PATIENCE_S):
        while stage.conversation.is_ending:
            await asyncio.sleep(0)
    stage.session.hears("Nobody listens.")
    assert stage.replies()
    await stage.aclose()


class ClientOfOperators(Client):
    """Puts through, or says why not."""

    def __init__(self, why: str = "") -> None:
        super().__init__()
        self.asked_for: list[str] = []
        self._why = why

    async def transfer(self, destination: str, *, can_brief: bool) -> dict[str, object]:
        self.asked_for.append(destination)
        return {"is_done": not self._why, "why": self._why}


async def offered(client: Client, *destinations: str, tools: tuple[str, ...] = ("transfer_to_human",)) -> Stage:
    """Somebody in despair has been told that they can be put through."""
    stage = Stage(destinations=destinations, tools=tools)
    stage.conversation.handing_over._client = client  # type: ignore[assignment]
    stage = await stage.opened()
    stage.session.hears(DESPAIR)
    assert not stage.replies()
    offer = f" {for_language('en').offers}" if "transfer_to_human" in tools else ""
    await stage.session.until_said(f"{WORDS}{offer}")
    # What is said before the words are over is no answer to them.
    async with asyncio.timeout(PATIENCE_S):
        while stage.conversation.care._offered_at == math.inf:
            await asyncio.sleep(0)
    return stage


async def test_who_may_be_in_danger_is_offered_a_human_and_put_through_on_a_yes():
    client = ClientOfOperators()
    stage = await offered(client, "Nurse")
    stage.session.hears("Yes, please.")
    assert not stage.replies()
    assert await stage.end() is EndCause.TRANSFER_DONE
    assert client.asked_for == ["Nurse"]
    assert stage.session.said[-1] == for_language("en").puts_through


@pytest.mark.parametrize("said", ["No.", "I have nobody."])
async def test_without_a_yes_to_the_offer_nobody_is_put_through_and_a_later_yes_is_one_to_something_else(said: str):
    client = ClientOfOperators()
    stage = await offered(client, "Nurse")
    stage.session.hears(said)
    assert stage.replies()
    stage.session.hears("Yes.")
    assert stage.replies()
    assert client.asked_for == []
    await stage.aclose()


async def test_where_putting_through_fails_the_model_goes_on_with_them():
    client = ClientOfOperators("nobody is there.")
    stage = await offered(client, "Nurse")
    stage.session.hears("Yes.")
    assert not stage.replies()
    async with asyncio.timeout(PATIENCE_S):
        while not stage.session.replies:
            await asyncio.sleep(0)
    assert client.asked_for == ["Nurse"]
    stage.session.hears("And now?")
    assert stage.replies()
    assert stage.goes_on
    await stage.aclose()


async def test_among_several_the_model_chooses_and_without_the_tool_nobody_is_offered():
    client = ClientOfOperators()
    stage = await offered(client, "Desk", "Nurse")
    assert "`transfer_to_human`" in stage.conversation.assistant.instructions
    stage.session.hears("Yes.")
    assert stage.replies()
    await stage.aclose()
    stage = await offered(client, "Nurse", tools=("end_call",))
    assert for_language("en").offers not in stage.session.said[-1]
    await stage.aclose()
    assert client.asked_for == []


async def test_silence_is_met_with_presence_and_not_with_an_end(monkeypatch: pytest.MonkeyPatch):
    stage = await Stage().opened()
    stage.session.hears(DESPAIR)
    await stage.session.until_said(WORDS)
    began = clock.seconds()
    # A clock that runs a hundred times as fast: what is asked is the order of things, not their length.
    monkeypatch.setattr(clock, "seconds", lambda real=clock.seconds: began + 100 * (real() - began))
    async with asyncio.timeout(PATIENCE_S):
        while stage.session.said.count(for_language("en").still_here) < 2:
            await asyncio.sleep(0.01)
    assert stage.goes_on
    assert SAID.are_you_there not in stage.session.said
    await stage.aclose()


async def test_before_who_calls_has_been_said_nothing_else_is():
    stage = Stage()
    await stage.session.until_said()
    stage.session.hears(DESPAIR)
    assert stage.risks()
    stage.session.sounds()
    await stage.session.until_said(WORDS)
    assert stage.session.said.index(WORDS) == 1
    await stage.aclose()


async def test_what_the_model_flags_is_followed_by_the_same_words_once():
    stage = await Stage(country="").opened()
    neutral = first_words("en", "", "abuse")
    stage.conversation.flag_risk("abuse", RiskLevel.CRISIS, "He hits me.")
    await stage.session.until_said(neutral)
    assert for_language("en").neutral in neutral
    stage.session.hears(DESPAIR)
    assert stage.replies()
    stage.conversation.flag_risk("abuse", RiskLevel.CONCERN, "He shouts.")
    assert [(kind, level) for kind, level, _ in stage.risks()] == [("abuse", "crisis"), ("self_harm", "crisis")]
    assert len(stage.session.said) == 2
    await stage.aclose()


async def test_a_concern_is_noted_and_the_conversation_is_the_models():
    stage = await Stage().opened()
    stage.session.hears("I would never kill myself.")
    assert stage.risks() == [("self_harm", "concern", "I would never kill myself.")]
    assert stage.replies()
    stage.conversation.hang_up(EndCause.AGENT_HANGUP)
    assert await stage.end() is EndCause.AGENT_HANGUP


async def test_words_that_a_pause_has_split_are_heard_together():
    stage = await Stage().opened()
    stage.session.hears("Sometimes I just want to")
    assert stage.risks() == []
    stage.session.hears("kill myself.")
    assert [risk[:2] for risk in stage.risks()] == [("self_harm", "crisis")]
    await stage.aclose()


async def test_the_mood_stands_with_each_of_the_callees_turns_and_the_models_word_replaces_it():
    stage = await Stage().opened()
    stage.session.hears("I am so happy today.")
    stage.session.hears("Well.")
    stage.conversation.record_mood("sad")
    noted = [(event.data["seq"], event.data["mood"]) for event in stage.turns()]
    assert noted == [(1, "happy"), (2, "neutral"), (2, "sad")]
    await stage.aclose()


def test_more_words_in_the_same_turn_leave_the_answer_to_the_protocol() -> None:
    care = Care("en", "US")
    (finding,) = care.heard(DESPAIR)
    assert care.raised(finding.kind, finding.level)
    assert care.begins(finding.level)
    assert care.heard("I mean it.") == ()
    assert care.replies()
    assert not care.replies()


async def test_a_person_behind_a_machine_is_heard_anew() -> None:
    stage = await Stage().opened()
    stage.conversation.flag_risk("self_harm", RiskLevel.CRISIS, "said by a recording")
    assert stage.conversation.stays_on
    stage.conversation._met_machine(AnsweredBy.IVR)
    assert not stage.conversation.stays_on
    assert stage.conversation.care.heard(DESPAIR)
    await stage.aclose()


async def test_a_beep_is_no_reason_to_leave_somebody_in_danger() -> None:
    stage = await Stage().opened()
    stage.conversation.flag_risk("self_harm", RiskLevel.CRISIS, DESPAIR)
    stage.conversation.screener.text("I can't go on.", after_opening=True)
    stage.conversation._met_machine(AnsweredBy.VOICEMAIL)
    assert stage.conversation.stays_on
    assert stage.conversation.is_ending is False
    await stage.aclose()


def test_every_line_says_where_it_is_from_and_when():
    assert all(line.source.startswith("http") and line.as_of[:2] == "20" and line.number and line.emergency for line in LINES.values())
    assert {"US", "CA", "MX", "GB", "IE", "ES", "FR", "DE", "AT", "CH", "PT", "BR", "IN"} <= set(LINES)
