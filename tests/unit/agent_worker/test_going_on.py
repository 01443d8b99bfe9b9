"""What the answer to "May I go on?" leads to."""

import pytest

from agent_worker.going_on import GoingOn, Step

ASKED_AT = 100.0


def heard(*texts: str) -> list[Step]:
    question = GoingOn(is_asked=True)
    return [question.heard(text, ASKED_AT + nth, ASKED_AT) for nth, text in enumerate(texts, start=1)]


@pytest.mark.parametrize(
    "text",
    [
        "Yes.",
        "Sure, go ahead.",
        "No problem.",
        "Tell me.",
        "Sí, dígame.",
        "Claro.",
        "Oui, allez-y.",
        "Je vous écoute.",
        "Ja, gerne.",
        "Worum geht es?",
        "Sim, pode falar.",
        "Claro, diga.",
        "हाँ, बोलिए।",
        "जी।",
        "haan boliye",
        "Why not?",
        "Kein Problem.",
    ],
)
def test_a_yes_goes_on(text: str):
    assert heard(text) == [Step.GO_ON]


@pytest.mark.parametrize(
    "text",
    [
        "No.",
        "No, thank you.",
        "I'd rather you didn't.",
        "No, gracias.",
        "Prefiero que no.",
        "Non merci.",
        "Certainement pas.",
        "Nein, danke.",
        "Lieber nicht.",
        "Não, obrigado.",
        "नहीं।",
        "जी नहीं, धन्यवाद।",
        "nahi",
        "Don't.",
    ],
)
def test_a_no_ends_the_call(text: str):
    assert heard(text) == [Step.LEAVE]


@pytest.mark.parametrize(
    "text",
    [
        "No, call me later.",
        "I'm driving.",
        "Ahora no, más tarde.",
        "Pas maintenant, rappelez-moi demain.",
        "Ich habe gerade keine Zeit.",
        "Agora não, ligue amanhã.",
        "अभी नहीं, बाद में।",
        "abhi nahi",
    ],
)
def test_another_time_is_for_the_model_to_find(text: str):
    assert heard(text) == [Step.MODEL]


def test_words_that_are_neither_are_asked_about_once():
    assert heard("Robin who?", "Which company?", "No.") == [Step.ASK_AGAIN, Step.MODEL, Step.WAIT]
    assert heard("Robin who?", "Yes, fine.") == [Step.ASK_AGAIN, Step.GO_ON]
    assert heard("Robin who?", "No.") == [Step.ASK_AGAIN, Step.LEAVE]


def test_a_yes_to_something_earlier_is_no_answer():
    question = GoingOn(is_asked=True)
    assert question.heard("Yes?", ASKED_AT - 1, ASKED_AT) is Step.WAIT
    question.asked(ASKED_AT + 10)
    assert question.heard("Yes, you may record.", ASKED_AT + 5, ASKED_AT) is Step.WAIT
    assert question.is_open


def test_the_answer_is_replied_to_once():
    question = GoingOn(is_asked=True)
    assert (question.is_open, question.reply()) == (True, "")
    question.heard("Yes.", ASKED_AT + 1, ASKED_AT)
    question.reply_with("We have a new offer.")
    assert not question.is_open
    assert [question.reply(), question.reply()] == ["We have a new offer.", ""]


def test_without_the_duty_nothing_is_heeded():
    question = GoingOn(is_asked=False)
    assert not question.is_open
    assert question.heard("No.", ASKED_AT + 1, ASKED_AT) is Step.WAIT
