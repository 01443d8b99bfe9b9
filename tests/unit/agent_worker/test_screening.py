"""Who picked up: people, mailboxes and silence told apart by what was heard."""

import pytest

from agent_worker.answering.words import weigh
from agent_worker.screening import (
    GIVE_UP_AFTER_S,
    MAILBOX_PATIENCE_S,
    REPROMPT_AFTER_S,
    TALKED_REPROMPT_AFTER_S,
    Heard,
    judge,
    mailbox_listens,
    quiet_step,
)
from sip_config.contract import AnsweredBy


def is_mailbox_greeting(text: str) -> bool:
    return weigh(text).machine is AnsweredBy.VOICEMAIL


def verdict(heard: Heard, since_s: float) -> AnsweredBy | None:
    judged = judge(heard, since_s)
    return judged.by if judged else None


GREETINGS = [
    "Hi, you have reached Sam Miller. I can't come to the phone right now. Please leave a message after the tone.",
    "Your call has been forwarded to an automated voice messaging system.",
    "You have reached the voicemail of Jo.",
    "We are unable to take your call. At the tone, please record your message.",
    "El número marcado no está disponible. Deje su mensaje después de la señal.",
    "Dies ist die Mailbox von Anna Schmidt. Bitte hinterlassen Sie eine Nachricht nach dem Signalton.",
    "Vous êtes sur la messagerie de Luc. Laissez un message après le bip.",
    "Deixe a sua mensagem após o sinal.",
]
PEOPLE = [
    "Hello?",
    "Miller speaking.",
    "He's not here, would you like to leave a message?",
    "Can I take a message?",
    "¿Diga?",
    "Ja, hallo?",
    "Allô?",
]


@pytest.mark.parametrize("text", GREETINGS)
def test_mailbox_greetings_are_recognised_in_several_languages(text: str):
    assert is_mailbox_greeting(text)
    assert verdict(Heard().with_speech(6.0).with_text(text, after_opening=False), 7.0) is AnsweredBy.VOICEMAIL


@pytest.mark.parametrize("text", PEOPLE)
def test_people_are_not_taken_for_mailboxes(text: str):
    assert not is_mailbox_greeting(text)
    assert verdict(Heard().with_speech(0.7).with_text(text, after_opening=False), 2.0) is AnsweredBy.HUMAN


def test_a_short_greeting_is_a_person_before_any_transcript_has_come():
    assert verdict(Heard().with_speech(0.6), 1.0) is AnsweredBy.HUMAN


def test_a_long_greeting_is_left_open_until_its_words_are_known():
    assert verdict(Heard().with_speech(4.0), 5.0) is None


def test_somebody_who_replies_to_the_opening_is_a_person_whatever_the_greeting_was():
    assert verdict(Heard().with_speech(4.0).with_text("Yes, go on.", after_opening=True), 12.0) is AnsweredBy.HUMAN


def test_a_mailbox_that_began_like_a_person_is_corrected():
    heard = Heard().with_speech(1.5).with_text("Hi, you have reached Sam.", after_opening=False)
    assert verdict(heard, 3.0) is AnsweredBy.HUMAN
    assert verdict(heard.with_text("Please leave a message after the tone.", after_opening=True), 8.0) is AnsweredBy.VOICEMAIL


def test_a_greeting_cut_into_pieces_is_recognised_across_them():
    heard = Heard().with_text("please leave your", after_opening=False).with_text("message", after_opening=False)
    assert verdict(heard, 8.0) is AnsweredBy.VOICEMAIL


def test_a_beep_alone_is_a_mailbox():
    assert verdict(Heard().with_beep(), 5.0) is AnsweredBy.VOICEMAIL


def test_in_the_middle_of_a_conversation_the_same_words_are_a_persons():
    talking = Heard().with_speech(0.5).with_text("Yes", after_opening=True).with_exchange().with_exchange()
    assert verdict(talking.with_text("I will leave a message for my wife", after_opening=True), 30.0) is AnsweredBy.HUMAN


def test_nothing_heard_gives_no_verdict():
    assert verdict(Heard(), 30.0) is None


def test_silence_is_asked_once_and_then_given_up():
    assert quiet_step(Heard(), REPROMPT_AFTER_S - 0.1) == "wait"
    assert quiet_step(Heard(), REPROMPT_AFTER_S) == "prompt"
    asked = Heard().with_prompt()
    assert quiet_step(asked, GIVE_UP_AFTER_S - 0.1) == "wait"
    assert quiet_step(asked, GIVE_UP_AFTER_S) == "give_up"


def test_somebody_who_has_talked_gets_more_time_and_is_asked_again_after_talking_again():
    talked = Heard().with_speech(1.0)
    assert quiet_step(talked, REPROMPT_AFTER_S) == "wait"
    assert quiet_step(talked, TALKED_REPROMPT_AFTER_S) == "prompt"
    assert quiet_step(talked.with_prompt().with_text("Yes, one moment", after_opening=True), TALKED_REPROMPT_AFTER_S) == "prompt"


def test_a_message_is_left_after_the_beep_or_a_long_pause_or_when_patience_ends():
    assert mailbox_listens(Heard().with_beep(), 0.5, 1.0)
    assert not mailbox_listens(Heard(), 1.0, 2.0)
    assert mailbox_listens(Heard(), 3.0, 4.0)
    assert mailbox_listens(Heard(), 0.0, MAILBOX_PATIENCE_S)
