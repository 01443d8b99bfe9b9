"""What may be kept of a call, by policy and by what the callee says to it."""

from datetime import UTC, datetime

import pytest

from agent_worker.consent_words import objects, says_yes
from agent_worker.opt_out_phrases import is_opt_out
from agent_worker.recording_consent import NOT_STORED, Consent
from sip_config.contract import CallEvent, ConsentDecision, EventKind, RecordingPolicy

OFF, NOTIFY, AFFIRM = RecordingPolicy.OFF, RecordingPolicy.NOTIFY, RecordingPolicy.NOTIFY_AND_AFFIRM

YES = [
    "Yes.", "Yeah, sure.", "OK, go ahead.", "No problem.", "I don't mind.", "Fine with me.",
    "Sí, claro.", "De acuerdo.", "Por supuesto.", "No hay problema.",
    "Oui, bien sûr.", "D'accord.", "Pas de problème.", "Allez-y.",
    "Ja, gerne.", "Einverstanden.", "Kein Problem.", "Ja, das ist in Ordnung.",
    "Sim, pode gravar.", "Claro.", "Tudo bem.", "Sem problema.",
    "हाँ, ठीक है।", "जी।", "haan, theek hai", "bilkul",
]  # fmt: skip
NO = [
    "No.", "No, thank you.", "I'd rather not.", "Please don't.", "Not really, no.", "Yes, but don't record it.",
    "No, no quiero.", "Prefiero que no.", "Mejor no.",
    "Non merci.", "Je ne préfère pas.", "Non, pas du tout.",
    "Nein, danke.", "Lieber nicht.", "Das möchte ich nicht.", "Nee.",
    "Não, obrigado.", "Prefiro que não.", "Não quero.",
    "नहीं।", "मत कीजिए।", "nahi ji", "mat karo",
]  # fmt: skip
UNCLEAR = ["Hello?", "Who is this?", "¿Quién es?", "Qui est à l'appareil ?", "Wer ist da?", "Quem fala?", "कौन बोल रहा है?", ""]
OBJECTIONS = [
    "Please don't record this.", "I do not want to be recorded.", "Stop recording me.", "No recording, please.",
    "No grabe esta llamada.", "No quiero que me graben.", "Deje de grabar.",
    "Ne m'enregistrez pas.", "Je ne veux pas être enregistré.", "Arrêtez l'enregistrement.",
    "Nehmen Sie das bitte nicht auf.", "Ich möchte nicht aufgezeichnet werden.", "Bitte keine Aufnahme.",
    "Não grave esta chamada.", "Não quero ser gravado.", "Pare de gravar.",
    "रिकॉर्ड मत कीजिए।", "रिकॉर्डिंग बंद करो।", "record mat karo", "recording band karo",
    "Ich widerspreche der Aufnahme.", "Schalten Sie die Aufzeichnung ab.", "Ich lehne die Aufnahme ab.", "Ich bin gegen die Aufnahme.",
    "Ich widerspreche der Speicherung.", "Der Aufnahme muss ich widersprechen.",
    "Me opongo a que me graben.", "Rechazo la grabación.", "Estoy en contra de la grabación.",
    "Je m'oppose à l'enregistrement.", "Je refuse d'être enregistré.", "Désactivez l'enregistrement.",
    "Oponho-me à gravação.", "Recuso a gravação.", "Sou contra a gravação.",
    "मुझे रिकॉर्डिंग से आपत्ति है।", "मैं रिकॉर्डिंग के खिलाफ हूँ।", "recording se mujhe aitraz hai",
]  # fmt: skip
OTHER_NOES = [
    "No, I'm not interested.", "Don't call me before six.", "I broke the record.", "No me interesa.", "Je ne suis pas intéressé.",
    "Kein Interesse.", "Nicht am Montag.", "Não tenho interesse.", "मुझे रुचि नहीं है।", "For the record, yes.",
    "Ich habe nichts gegen die Aufnahme.", "Je n'ai rien contre l'enregistrement.", "रिकॉर्डिंग से मुझे कोई आपत्ति नहीं है।",
    "Ich widerspreche der Rechnung.", "Me opongo a pagar.", "Je refuse de payer.", "Recuso a oferta.",
]  # fmt: skip


@pytest.mark.parametrize("text", YES)
def test_a_yes_is_heard_in_every_language(text: str):
    assert says_yes(text) is True


@pytest.mark.parametrize("text", NO)
def test_a_no_is_heard_in_every_language_and_beats_a_yes(text: str):
    assert says_yes(text) is False


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_is_neither_is_unclear(text: str):
    assert says_yes(text) is None


@pytest.mark.parametrize("text", OBJECTIONS)
def test_an_objection_to_the_recording_is_heard_in_every_language(text: str):
    assert objects(text)


@pytest.mark.parametrize("text", OBJECTIONS)
def test_an_objection_to_the_recording_is_no_yes_to_it_and_no_wish_never_to_be_called(text: str):
    assert says_yes(text) is not True
    assert not is_opt_out(text)


@pytest.mark.parametrize("text", OTHER_NOES)
def test_a_no_to_something_else_is_no_objection(text: str):
    assert not objects(text)


def test_off_keeps_nothing_whatever_is_said():
    consent = Consent(OFF).noticed(1.0, 3.0).heard("Yes, record it.", 4.0)
    assert (consent.kept_from_s, consent.keeps_words(4.0), consent.asks) == (None, False, False)
    assert consent.result().decision is ConsentDecision.NONE


def test_notify_keeps_sound_from_the_notice_on_and_a_no_to_the_agents_question_changes_nothing():
    before = Consent(NOTIFY)
    assert before.kept_from_s is None
    consent = before.noticed(3.0, 4.5).heard("No, Monday does not suit me.", 6.0)
    assert (consent.kept_from_s, consent.keeps_words(0.2)) == (3.0, True)
    assert consent.result().decision is ConsentDecision.NOTIFIED


@pytest.mark.parametrize("policy", [NOTIFY, AFFIRM])
def test_an_objection_at_any_time_leaves_nothing(policy: RecordingPolicy):
    talked = Consent(policy).noticed(3.0, 4.5).heard("Yes, sure.", 5.0)
    refused = talked.heard("Wait, please stop recording.", 60.0)
    assert talked.kept_from_s is not None
    assert (refused.kept_from_s, refused.keeps_words(5.0), refused.is_refused) == (None, False, True)
    assert refused.result().quote == "Wait, please stop recording."


def test_asking_keeps_only_what_comes_from_the_yes_on():
    consent = Consent(AFFIRM).heard("Hello?", 0.4).noticed(3.0, 4.5)
    assert (consent.asks, consent.kept_from_s, consent.keeps_words(0.4)) == (True, None, False)
    affirmed = consent.heard("Yes, that's fine.", 5.0)
    assert (affirmed.asks, affirmed.kept_from_s) == (False, 5.0)
    assert (affirmed.keeps_words(4.0), affirmed.keeps_words(5.0)) == (False, True)
    assert affirmed.result().decision is ConsentDecision.AFFIRMED


@pytest.mark.parametrize("text", ["No.", "Nein, danke.", "Who is this?"])
def test_no_and_an_unclear_answer_keep_nothing(text: str):
    consent = Consent(AFFIRM).noticed(3.0, 4.5).heard(text, 5.0)
    assert (consent.asks, consent.kept_from_s) == (False, None)
    assert consent.heard("Yes.", 20.0).kept_from_s is None


def test_words_over_the_question_are_no_answer_unless_they_are_clear():
    asked = Consent(AFFIRM).noticed(3.0, 4.5)
    assert asked.heard("Who is this?", 3.5).asks
    assert asked.heard("Yes.", 4.2).affirmed_at_s == 4.2


def test_a_yes_after_the_agent_gave_up_waiting_is_none():
    assert Consent(AFFIRM).noticed(3.0, 4.5).unanswered().heard("Yes, I'm here.", 12.0).kept_from_s is None


def test_words_that_must_not_be_kept_leave_no_event_and_an_opt_out_stays_proven():
    refused = Consent(NOTIFY).noticed(1.0, 2.0).heard("Don't record me.", 3.0)
    turn = {"seq": 1, "speaker": "callee", "text": "My name is Grace.", "started_at_s": 5.0, "mood": "happy"}
    event = CallEvent("1", EventKind.TURN, datetime(2026, 11, 21, tzinfo=UTC), 1, turn)
    assert refused.screened_event(event).data == {**turn, "text": NOT_STORED, "mood": ""}
    tool = refused.screened(EventKind.TOOL_CALLED, {"name": "set_outcome", "arguments": "Grace", "result": "ok"})
    assert "Grace" not in str(tool)
    assert refused.screened(EventKind.OUTCOME_SET, {"label": "callback", "note": "Grace"})["note"] == NOT_STORED
    assert refused.screened(EventKind.OUTCOME_SET, {"label": "callback", "note": "", "quote": "At four."})["quote"] == ""
    assert refused.screened(EventKind.OUTCOME_SET, {"label": "do_not_call", "note": "never again"})["note"] == "never again"
    flag = {"kind": "medical", "level": "concern", "quote": "Grace"}
    assert refused.screened(EventKind.RISK_FLAGGED, flag) == flag | {"quote": ""}
    assert refused.screened(EventKind.SCREENED, {"answered_by": "human"}) == {"answered_by": "human"}
