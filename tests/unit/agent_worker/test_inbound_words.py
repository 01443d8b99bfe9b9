"""What somebody who calls us hears first, and what the model is told of them."""

import pytest

from agent_worker import phrases
from agent_worker.disclosure import opening_of
from agent_worker.instructions import assemble
from agent_worker.opening_line import Line, spoken
from sip_config.contract import CallOrder, CallPurpose, InboundOrder, RecordingPolicy
from tests.fakes.talk import Client, Talk

FIELDS = {"assistant_name": "Ada", "calls_for": "Acme", "inbound": InboundOrder()}


def order(line: str = "", **fields: object) -> CallOrder:
    return CallOrder("c", 1, "room", "sip_1", "+12025550101", CallPurpose.INBOUND, "You are Ada.", line, **(FIELDS | fields))  # type: ignore[arg-type]


def test_a_caller_is_told_whom_they_have_reached_that_it_is_an_ai_and_whether_it_is_recorded() -> None:
    opening = opening_of(order(recording_policy=RecordingPolicy.NOTIFY, explain_opt_out=True))
    assert opening.spoken_first == (
        "You have reached Acme. This is Ada, an AI assistant. To get no more calls, say so or press 9.",
        "This call is recorded.",
        "How can I help you?",
    )


def test_who_has_heard_before_the_menu_whom_they_have_reached_is_told_the_rest() -> None:
    opening = opening_of(order(recording_policy=RecordingPolicy.NOTIFY)).without_disclosure()
    made = spoken(opening, [Line(bytes(16_000), 8000), Line(bytes(4000), 8000)])
    assert made.text == "This call is recorded. How can I help you?"
    assert (made.disclosed_s, made.told_s, made.line.duration_s) == (0.0, 1.0, 1.25)
    assert (opening.is_disclosed_in(made.text), opening.is_noticed_in(made.text)) == (False, True)
    assert not opening.is_noticed_in("This call")


def test_a_numbers_greeting_follows_and_cannot_take_the_place_of_who_speaks() -> None:
    opening = opening_of(order("Welcome back.", recording_policy=RecordingPolicy.OFF))
    assert opening.spoken_first == ("You have reached Acme. This is Ada, an AI assistant.", "Welcome back.")


@pytest.mark.parametrize("language", ["en", "es", "de", "fr", "pt", "hi"])
def test_the_words_for_callers_say_in_every_language_that_it_is_an_ai(language: str) -> None:
    said = phrases.for_language(language)
    first = said.reached.format(name="Ada", company="Acme")
    opening = opening_of(order(f"{first} {said.how_can_i_help}", language=language, recording_policy=RecordingPolicy.OFF))
    assert " ".join(opening.spoken_first) == f"{first} {said.how_can_i_help}"
    assert said.closed


def test_the_model_knows_that_the_person_has_called() -> None:
    assert "that came in" in assemble(order())
    assert "that you placed" not in assemble(order())


async def test_a_caller_is_spoken_to_at_once_taken_for_a_person_and_heard_when_they_want_no_more_calls() -> None:
    talk = Talk(CallPurpose.INBOUND, "", Client(), **FIELDS)
    talk.conversation.begin(answered_at=0.0)
    await talk.session.until_said()
    talk.session.sounds()
    talk.session.hears("Please leave a message after the tone.")
    assert talk.conversation.screener.by == "human"
    talk.conversation.key_pressed("9")
    assert await talk.end() == "opt_out"
    assert talk.client.opt_outs == ["pressed 9"]
