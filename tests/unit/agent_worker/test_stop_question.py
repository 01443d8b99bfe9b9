"""A stop in a call of a schedule: only a plain "just these" spares the callee's other calls from being given up."""

import pytest

from agent_worker import phrases, stop_question
from agent_worker.stop_question import StopQuestion
from agent_worker.stop_words import means_only_these

THESE = [
    "Only these calls.",
    "Just this one, please.",
    "Only the check-up.",
    "Just the checkups.",
    "Not all calls, only these.",
    "These calls.",
    "Solo estas llamadas.",
    "Solamente estas, no todas.",
    "Seulement ces appels.",
    "Juste ceux-là.",
    "Nur diese Anrufe.",
    "Nur die regelmäßigen.",
    "Apenas estas chamadas.",
    "केवल ये।",
    "Sirf ye.",
]
ALL = [
    "All calls.",
    "Everything.",
    "Both.",
    "Only these? No, all of them.",
    "Yes.",
    "No.",
    "What?",
    "I don't know.",
    "",
    "Stop calling me.",
    "No more calls at all.",
    "Never call me again.",
    "Todas las llamadas.",
    "Todas.",
    "Tous les appels.",
    "Alle Anrufe.",
    "Ja.",
    "Todas as chamadas.",
    "सभी कॉल।",
    "Sab.",
    "Only these and never any others.",
]


@pytest.mark.parametrize("answer", THESE)
def test_a_plain_word_for_these_calls_is_understood(answer: str):
    assert means_only_these(answer)


@pytest.mark.parametrize("answer", ALL)
def test_anything_else_means_all_calls(answer: str):
    assert not means_only_these(answer)


@pytest.mark.parametrize("language", ["en", "es", "fr", "de", "pt", "hi"])
def test_the_question_is_there_in_every_language_and_no_answer_to_itself(language: str):
    assert phrases.for_language(language).stop_which.endswith("?")
    assert not means_only_these(phrases.for_language(language).stop_which)


async def test_it_is_asked_once_and_only_where_a_schedule_has_made_the_call():
    question = StopQuestion("s1")
    assert [question.may_ask(), question.may_ask()] == [True, False]
    assert not StopQuestion("").may_ask()


async def test_what_was_begun_before_the_question_is_no_answer():
    question = StopQuestion("s1")
    question.may_ask()
    question.begin(10.0)
    question.heard("I mean it.", 9.5)
    assert question.is_open
    question.heard("Only these.", 12.0)
    assert await question.answer(lambda: False) == "Only these."
    assert not question.is_open


async def test_silence_is_an_answer_too(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stop_question, "ANSWER_S", 0.0)
    question = StopQuestion("s1")
    question.may_ask()
    assert await question.answer(lambda: False) == ""
    assert not question.is_open


async def test_a_key_settles_it():
    question = StopQuestion("s1")
    question.may_ask()
    question.settle("pressed 9")
    assert await question.answer(lambda: True) == "pressed 9"
