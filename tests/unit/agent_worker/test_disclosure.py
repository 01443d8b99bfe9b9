"""What the callee is told first: who calls, for whom, that it is an AI, and whether the call is recorded."""

import pytest

from agent_worker.disclosure import message_of, opening_of
from agent_worker.instructions import assemble
from agent_worker.phrases import for_language, spoken_number
from sip_config.contract import CallOrder, CallPurpose, RecordingPolicy, VoicemailMode, VoicemailOrder
from sip_config.languages import SPOKEN

NOTICE = "This call is recorded."
WHO = "This is Ada, an AI assistant calling for Acme."
PURPOSES = ["informational", "telemarketing", "care", "survey", "political", "charity", "debt"]
LANGUAGES = ["en", "es", "fr", "de", "pt", "hi"]


def test_every_language_that_is_promised_has_its_own_words():
    assert list(SPOKEN) == LANGUAGES
    assert len({for_language(language).who for language in LANGUAGES}) == len(LANGUAGES)


def order(line: str = "", **changes) -> CallOrder:
    base = {
        "call_id": "c1",
        "generation": 1,
        "room_name": "call-c1",
        "callee_identity": "callee-c1",
        "to": "+12025550101",
        "purpose": CallPurpose.CAMPAIGN,
        "system_prompt": "You are Ada.",
        "opening_line": line,
        "assistant_name": "Ada",
        "calls_for": "Acme",
    }
    return CallOrder(**{**base, **changes})


def text_of(line: str, **changes) -> str:
    return " ".join(opening_of(order(line, **changes)).spoken_first)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_opening_without_a_word_of_it_is_preceded_by_all_of_it_in_the_callees_language(language: str):
    opening = opening_of(order("Xyz.", language=language))
    said = for_language(language)
    assert opening.disclosure == said.who.format(name="Ada", company="Acme")
    assert opening.spoken_first == (opening.disclosure, said.is_recorded, "Xyz.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_platforms_own_sentence_counts_as_saying_it(language: str):
    own = for_language(language).who.format(name="Ada", company="Acme")
    assert text_of(f"{own} Xyz.", language=language) == f"{own} {for_language(language).is_recorded} Xyz."


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Hello, this is the AI assistant of Acme."),
        ("en", "Hi, I'm Ada from Acme, an AI assistant."),
        ("es", "Hola, soy el asistente de IA de Acme."),
        ("fr", "Bonjour, je suis l'assistante IA d'Acme."),
        ("de", "Guten Tag, hier ist die KI-Assistentin von Acme."),
        ("pt", "Olá, sou a assistente de IA da Acme."),
        ("hi", "नमस्ते, मैं Acme की एआई सहायक हूँ।"),
    ],
)
def test_a_line_that_says_it_is_not_said_twice(language: str, line: str):
    assert opening_of(order(f"{line} Xyz?", language=language)).disclosure == line
    assert text_of(f"{line} Xyz?", language=language).count("Acme") == 1


@pytest.mark.parametrize(
    "line",
    [
        "Hello, this is Acme. I am not an AI.",
        "This is no AI assistant, this is a person at Acme.",
        "I am calling about our AI assistant, Acme has built it.",
        "Acme sells AI assistants. Are you interested?",
        "Hello! How are you? Nice weather. By the way, this is the AI assistant of Acme.",
        "Say nothing about who you are.",
    ],
)
def test_a_line_that_denies_it_or_speaks_of_something_else_is_preceded_by_it(line: str):
    assert text_of(line).startswith(f"{WHO} {NOTICE} ")


def test_a_line_in_another_language_than_the_callees_does_not_count():
    said = text_of("Hello, this is the AI assistant of Acme.", language="es")
    assert said.startswith("Le habla Ada, un asistente de inteligencia artificial, de parte de Acme. Esta llamada se graba.")


def test_only_what_is_missing_is_added():
    assert text_of("Hi, this is Ada of Acme.").startswith("You are speaking with an AI assistant. This call")
    assert text_of("Hi, this is Ada, an AI assistant.").startswith("I am calling on behalf of Acme. This call")


def test_without_names_it_still_says_that_it_is_an_ai():
    assert opening_of(order("Hello.", assistant_name="", calls_for="")).disclosure == "You are speaking with an AI assistant."


def test_the_recording_is_spoken_of_as_the_policy_demands():
    assert NOTICE not in text_of("Hello.", recording_policy=RecordingPolicy.OFF)
    assert NOTICE not in text_of("Hello.", record_audio=False)
    asking = opening_of(order("Does Monday suit you?", recording_policy=RecordingPolicy.NOTIFY_AND_AFFIRM))
    assert (asking.spoken_first, asking.rest) == ((WHO, "May I record this call?"), "Does Monday suit you?")


def test_where_the_law_wants_it_the_way_out_is_said_with_the_identification():
    assert opening_of(order("Hello.", explain_opt_out=True)).disclosure == f"{WHO} To get no more calls, say so or press 9."


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", PURPOSES)
def test_where_the_law_wants_it_the_purpose_is_said_in_the_callees_language(language: str, purpose: str):
    said = for_language(language)
    opening = opening_of(order("Xyz.", language=language, say_purpose=purpose, explain_opt_out=True))
    who = said.who.format(name="Ada", company="Acme")
    assert opening.disclosure == f"{who} {said.purposes[purpose]} {said.how_to_opt_out}"
    assert len(set(said.purposes.values())) == len(PURPOSES)


def test_a_debt_is_not_spoken_of_to_whoever_picked_up():
    assert "debt" not in text_of("Hello.", say_purpose="debt")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("policy", [RecordingPolicy.NOTIFY, RecordingPolicy.NOTIFY_AND_AFFIRM])
def test_where_the_law_wants_it_the_assistants_own_words_wait_for_a_yes(language: str, policy: RecordingPolicy):
    given = order("Xyz.", language=language, recording_policy=policy, ask_to_go_on=True)
    opening = opening_of(given)
    assert (opening.rest, opening.kept) == (for_language(language).may_go_on, "Xyz.")
    assert "Xyz." not in " ".join(opening.spoken_first)
    assert 'Only after a yes and unless you have said it, say first: "Xyz."' in assemble(given)
    assert "may go on" not in assemble(order("Xyz."))


def test_an_assistant_without_an_opening_asks_for_a_moment():
    assert text_of("") == f"{WHO} {NOTICE} Do you have a moment?"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_says_who_called_and_where_to_call_back(language: str):
    left = VoicemailOrder(VoicemailMode.LEAVE_MESSAGE, "Please call us.")
    message = " ".join(message_of(order(voicemail=left, language=language, callback_number="(202) 555-0199")).spoken_first)
    assert message.startswith(for_language(language).who.format(name="Ada", company="Acme"))
    assert "Please call us." in message
    assert "2 0 2, 5 5 5, 0 1 9 9" in message


def test_a_message_that_gives_the_number_does_not_give_it_twice():
    left = VoicemailOrder(VoicemailMode.LEAVE_MESSAGE, "Call Acme on 202-555-0199.")
    assert message_of(order(voicemail=left, callback_number="(202) 555-0199")).rest == "Call Acme on 202-555-0199."


@pytest.mark.parametrize(
    ("written", "spoken"), [("(202) 555-0199", "2 0 2, 5 5 5, 0 1 9 9"), ("+49 30 901820", "4 9, 3 0, 9 0 1 8 2 0"), ("", "")]
)
def test_a_number_is_spoken_digit_by_digit_in_its_groups(written: str, spoken: str):
    assert spoken_number(written) == spoken
