"""A callee who answers in another language hears who calls in theirs, and everything that the code says from there on."""

import asyncio
from math import inf
from types import SimpleNamespace

import pytest

from agent_worker import clock, phrases
from agent_worker.care.words import first_words
from agent_worker.going_on import Step
from sip_config.contract import AnsweredBy, CallPurpose, ConsentDecision, EndCause, EventKind, RecordingPolicy
from tests.fakes.talk import PATIENCE_S, Talk

SPANISH = "Lo siento, no hablo inglés. ¿Puede hablar conmigo en español?"
SAID = phrases.for_language("es")
WHO = SAID.who.format(name="Ada", company="Acme")
OURS = {"assistant_name": "Ada", "calls_for": "Acme", "recording_policy": RecordingPolicy.OFF}


async def opened(**order: object) -> Talk:
    stage = Talk(CallPurpose.CAMPAIGN, "We have a new offer.", **(OURS | order))
    stage.conversation.begin(1.0)
    await stage.session.until_said()
    stage.session.sounds()
    async with asyncio.timeout(PATIENCE_S):
        await stage.conversation.greeting.done.wait()
    return stage


def stop_in(language: str) -> str:
    return {"en": "Please never call me again.", "es": "No me llame nunca más."}[language]


def replies(stage: Talk) -> bool:
    """Whether the model would answer the turn that has just ended."""
    return stage.conversation.assistant._may_reply()


async def test_who_calls_is_said_again_and_the_model_answers_in_their_language() -> None:
    stage = await opened()
    told: list[str] = []
    stage.session.stt = SimpleNamespace(update_options=lambda language: told.append(language))  # type: ignore[assignment]
    stage.session.hears(SPANISH)
    assert not replies(stage), "its reply comes after who calls"
    await stage.session.until_said(WHO)
    assert (stage.session.replies, told, stage.conversation.order.language) == (1, ["es"], "es")
    assert "Speak es " in stage.conversation.assistant.instructions
    assert [message.text_content for message in stage.conversation.assistant.chat_ctx.items][-1] == SPANISH
    assert replies(stage)
    await stage.aclose()
    assert [event.data["name"] for event in stage.client.events if event.kind is EventKind.TOOL_CALLED] == ["change_language"]


@pytest.mark.parametrize(
    ("called_in", "language", "said"),
    [
        ("es", "en", "Sorry, I don't speak Spanish. Do you speak English?"),
        ("en", "es", SPANISH),
        ("en", "fr", "Excusez-moi, je ne parle pas anglais. Vous parlez français ?"),
        ("en", "de", "Entschuldigung, ich spreche kein Englisch."),
        ("en", "pt", "Desculpe, eu não falo inglês."),
        ("en", "hi", "माफ़ कीजिए, मुझे अंग्रेज़ी नहीं आती।"),
    ],
)
async def test_each_language_is_gone_on_in_and_an_opt_out_is_heard_in_any(called_in: str, language: str, said: str) -> None:
    stage, theirs = await opened(language=called_in), phrases.for_language(language)
    stage.session.hears(said)
    assert not replies(stage)
    await stage.session.until_said(theirs.who.format(name="Ada", company="Acme"))
    assert f"Speak {language} " in stage.conversation.assistant.instructions
    stage.session.hears(stop_in(called_in))
    assert await stage.end() is EndCause.OPT_OUT
    assert stage.session.said[-1] == theirs.opted_out


async def test_who_may_be_in_danger_is_heard_in_the_first_language_and_answered_in_the_other() -> None:
    stage = await opened(country="US")
    stage.session.hears(SPANISH)
    assert not replies(stage)
    await stage.session.until_said(WHO)
    stage.session.hears("I want to kill myself.")
    await stage.session.until_said(first_words("es", "US", "self_harm"))
    assert stage.conversation.stays_on
    await stage.aclose()


async def test_a_language_that_was_heard_wrongly_is_left_again_once() -> None:
    stage = await opened(language="en-GB")
    stage.session.hears(SPANISH)
    assert not replies(stage)
    await stage.session.until_said(WHO)
    stage.session.hears("What was that? I do not understand what you said, please talk to me in English.")
    assert not replies(stage)
    await stage.session.until_said(phrases.for_language("en").who.format(name="Ada", company="Acme"))
    assert "Speak en-GB " in stage.conversation.assistant.instructions
    stage.session.hears(SPANISH)
    assert replies(stage), "it is the model's from here on"
    assert stage.conversation.order.language == "en-GB"
    await stage.aclose()


async def test_what_a_machine_has_said_is_in_nobodys_language() -> None:
    stage = await opened()
    told: list[str] = []
    stage.session.stt = SimpleNamespace(update_options=lambda language: told.append(language))  # type: ignore[assignment]
    stage.session.hears(SPANISH)
    assert stage.conversation.order.language == "es"
    stage.conversation._met_machine(AnsweredBy.VOICEMAIL)
    assert not replies(stage)
    assert (stage.conversation.order.language, told) == ("en", ["es", "en"])
    await asyncio.sleep(0)
    assert "Speak en " in stage.conversation.assistant.instructions
    await stage.aclose()


async def test_all_that_was_said_in_that_turn_is_for_the_model() -> None:
    stage = await opened()
    stage.session.hears(SPANISH)
    stage.session.hears("¿Cuánto cuesta?")
    assert not replies(stage)
    await stage.session.until_said(WHO)
    assert [message.text_content for message in stage.conversation.assistant.chat_ctx.items][-2:] == [SPANISH, "¿Cuánto cuesta?"]
    await stage.aclose()


@pytest.mark.parametrize("asks", [False, True])
@pytest.mark.parametrize(
    ("called_in", "said"),
    [
        ("es", "I do not speak Spanish, please take me off your list and never call me again."),
        ("en", "No hablo inglés, por favor, le digo que no me llame nunca más a este número."),
        ("en", "Je ne parle pas anglais, ne m'appelez plus jamais, s'il vous plaît."),
        ("en", "Ich spreche kein Englisch, rufen Sie mich bitte nie wieder an."),
        ("en", "Eu não falo inglês, por favor, não me liguem nunca mais."),
        ("en", "मुझे अंग्रेज़ी नहीं आती, मुझे दोबारा कभी फ़ोन मत करना।"),
    ],
)
async def test_who_says_never_again_in_another_language_hears_nothing_else_first(called_in: str, said: str, asks: bool) -> None:
    stage = await opened(language=called_in, ask_to_go_on=asks)
    before = list(stage.session.said)
    stage.session.hears(said)
    assert await stage.end() is EndCause.OPT_OUT
    assert stage.session.said == [*before, phrases.for_language(called_in).opted_out]
    assert stage.client.opt_outs == [said]


async def test_a_question_that_is_open_is_asked_in_their_language() -> None:
    stage = await opened(ask_to_go_on=True)
    stage.session.hears(SPANISH)
    assert not replies(stage)
    await stage.session.until_said(f"{WHO} {SAID.may_go_on}")
    assert stage.session.replies == 0
    stage.session.hears("Sí, puede continuar.")
    assert replies(stage), "there are no words of the assistant's own in their language"
    await stage.aclose()


async def asked_to_be_recorded() -> Talk:
    stage = await opened(recording_policy=RecordingPolicy.NOTIFY_AND_AFFIRM, record_audio=True)
    stage.conversation.keeper.noticed(1.0, 2.0)
    return stage


async def until_asked_in(language: str, stage: Talk) -> None:
    theirs = phrases.for_language(language)
    await stage.session.until_said(theirs.who.format(name="Ada", company="Acme"))
    await stage.session.until_said(theirs.may_record)
    async with asyncio.timeout(PATIENCE_S):
        while (until := stage.conversation.keeper.consent.asked_until_s) is None or until == inf:
            await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("called_in", "language", "said"),
    [
        ("es", "en", "I don't speak Spanish."),
        ("es", "en", "Sorry, I do not understand you."),
        ("en", "es", "No hablo inglés."),
        ("en", "es", "No, no entiendo."),
        ("en", "fr", "Je ne parle pas anglais."),
        ("en", "fr", "Non, je ne comprends pas."),
        ("en", "de", "Nein, ich spreche kein Englisch."),
        ("en", "de", "Ich verstehe Sie nicht."),
        ("en", "pt", "Não falo inglês."),
        ("en", "pt", "Não entendo."),
        ("en", "hi", "मुझे अंग्रेज़ी नहीं आती।"),
        ("en", "hi", "मुझे समझ नहीं आया।"),
    ],
)
async def test_who_does_not_speak_the_language_has_not_refused_the_recording_and_is_asked_in_theirs(
    called_in: str, language: str, said: str
) -> None:
    stage = await opened(recording_policy=RecordingPolicy.NOTIFY_AND_AFFIRM, record_audio=True, language=called_in)
    stage.conversation.keeper.noticed(1.0, 2.0)
    stage.session.hears(said)
    assert stage.conversation.keeper.consent.asks
    assert not replies(stage)
    await until_asked_in(language, stage)
    assert stage.session.replies == 0
    assert said not in [event.data.get("text") for event in stage.client.events]
    await stage.aclose()


@pytest.mark.parametrize(("answer", "decision"), [("Sí, claro.", ConsentDecision.AFFIRMED), ("No, gracias.", ConsentDecision.REFUSED)])
async def test_the_answer_counts_that_is_given_in_their_language(answer: str, decision: ConsentDecision) -> None:
    stage = await asked_to_be_recorded()
    stage.session.hears(SPANISH)
    stage.session.hears("Sí, español, por favor.")
    assert stage.conversation.keeper.consent.asks, "a yes to what was not asked yet"
    assert not replies(stage)
    await until_asked_in("es", stage)
    stage.session.hears(answer)
    assert stage.conversation.keeper.consent.result().decision is decision
    assert not replies(stage)
    begins = SAID.may_go_on if SAID.may_go_on in stage.session.said[-1] else SAID.a_moment
    assert stage.session.said[-1] == (begins if decision is ConsentDecision.AFFIRMED else f"{SAID.not_recorded} {begins}")
    await stage.aclose()


async def test_who_objects_to_the_recording_in_another_language_is_not_asked_again() -> None:
    stage = await asked_to_be_recorded()
    stage.session.hears("No hablo inglés, y no quiero que me graben.")
    assert not replies(stage)
    await stage.session.until_said(WHO)
    assert stage.conversation.keeper.consent.is_refused
    assert SAID.may_record not in stage.session.said
    await stage.aclose()


async def test_a_no_in_the_language_of_the_call_is_one_whatever_languages_it_names() -> None:
    stage = await asked_to_be_recorded()
    stage.session.hears("No, I don't speak English very well and I do not want that.")
    assert stage.conversation.keeper.consent.is_refused
    await stage.aclose()


async def test_who_asks_for_another_language_over_the_opening_is_answered_once_it_is_over() -> None:
    stage = Talk(CallPurpose.CAMPAIGN, "We have a new offer.", **OURS)
    stage.conversation.begin(1.0)
    stage.session.hears("No hablo inglés.")
    stage.session.hears("¿Quién es?")
    assert not replies(stage)
    assert (stage.conversation.order.language, stage.session.said) == ("en", [])
    await stage.session.until_said(WHO)
    assert stage.conversation.order.language == "es"
    heard = [message.text_content for message in stage.conversation.assistant.chat_ctx.items]
    assert heard[-2:] == ["No hablo inglés.", "¿Quién es?"]
    await stage.aclose()


async def test_what_was_begun_before_the_question_in_their_language_is_no_answer_to_it() -> None:
    stage = await opened(ask_to_go_on=True)
    stage.session.hears(SPANISH)
    began = clock.seconds()
    assert not replies(stage)
    await stage.session.until_said(f"{WHO} {SAID.may_go_on}")
    assert stage.conversation.going_on.heard("Sí.", began, 0.0) is Step.WAIT
    await stage.aclose()


async def test_who_waits_for_somebody_else_is_told_nothing() -> None:
    stage = await opened()
    stage.conversation.handing_over.told(True)
    stage.session.hears(SPANISH)
    assert not replies(stage)
    assert stage.conversation.order.language == "en"
    await stage.aclose()


async def test_a_plain_no_is_an_answer_in_any_language() -> None:
    stage = await opened(ask_to_go_on=True)
    stage.session.hears("No, no quiero nada de ustedes, muchas gracias, señora.")
    assert await stage.end() is EndCause.AGENT_HANGUP
    assert WHO not in stage.session.said


@pytest.mark.parametrize(("is_refused", "said"), [(False, f"{WHO} {SAID.is_recorded}"), (True, WHO)])
async def test_that_it_is_recorded_is_said_again_unless_they_have_refused(is_refused: bool, said: str) -> None:
    stage = await opened(recording_policy=RecordingPolicy.NOTIFY, record_audio=True)
    if is_refused:
        stage.session.hears("Please do not record this call.")
    stage.session.hears(SPANISH)
    assert not replies(stage)
    await stage.session.until_said(said)
    await stage.aclose()


async def test_who_may_be_in_danger_is_not_told_who_calls() -> None:
    stage = await opened()
    stage.session.hears("I want to kill myself.")
    stage.session.hears(SPANISH)
    assert stage.conversation.order.language == "en"
    await stage.aclose()
