"""The plain ways to say "never again", and the sentences that only sound like it, in six languages.

The grammar was written on opt_out_corpus.yaml, `learnt` of opt_out_fresh.yaml and opt_out_development.yaml; nothing of those may be lost.
Three sets were kept from it and scored once it was done. `untouched` of opt_out_fresh.yaml, by somebody who knew neither the patterns
before nor the grammar: 26 of 30 wishes and no false alarm among 30 (11 with the patterns before, 22, 24 and 25 with earlier states of the
grammar, which was extended without a look at them; a set that is scored again says a little less each time). opt_out_unseen.yaml, by the
grammar's own author but before it: 60 of 60, and one false alarm among 60, which has been mended since. opt_out_held_out.yaml, by
somebody who had not written the grammar and had read parts of it in two languages: 49 of 72 wishes and six false alarms among 67 at the
first scoring, which is the honest figure for words that nobody thought of. The same person then extended the grammar by kinds of
sentences, without a look at which were missed: 58 of 72 (en 7, es 9, fr 11, de 10, pt 10, hi 11 of 12) and four false alarms, which have
been looked at and mended. Code is sure where it speaks; the model is what understands the rest, and the key 9 needs neither.
"""

from itertools import cycle
from pathlib import Path

import pytest
import yaml

from agent_worker.opt_out_phrases import is_opt_out


def _read(name: str) -> dict[str, dict[str, dict[str, list[str]]]]:
    return yaml.safe_load(Path(__file__).with_name(name).read_text(encoding="utf-8"))


LANGUAGES = ["en", "es", "fr", "de", "pt", "hi"]
CORPUS, FRESH = _read("opt_out_corpus.yaml"), _read("opt_out_fresh.yaml")
DEVELOPMENT, UNSEEN, HELD_OUT = (_read(f"opt_out_{name}.yaml") for name in ("development", "unseen", "held_out"))
LEAST_RECALL, MOST_FALSE_ALARMS = 0.97, 0.02

FRAMES = {
    "en": ["Listen, {}", "Please, {}", "Hello? {}", "I said, {}", "{}, please.", "{}, thank you.", "{}. Goodbye.", "{}, okay?"],
    "es": ["Oiga, {}", "Por favor, {}", "Hola, {}", "{}, por favor.", "{}, gracias.", "{}. Adiós."],
    "fr": ["Écoutez, {}", "Bonjour, {}", "Monsieur, {}", "{}, merci.", "{}. Au revoir.", "{}, d'accord ?"],
    "de": ["Hören Sie, {}", "Guten Tag, {}", "Also, {}", "{}, danke.", "{}. Auf Wiederhören.", "{}, verstanden?"],
    "pt": ["Olhe, {}", "Por favor, {}", "Bom dia, {}", "{}, por favor.", "{}, obrigado.", "{}. Adeus."],
    "hi": ["सुनिए, {}", "देखिए {}", "नमस्ते, {}", "{}, ठीक है?", "{}, धन्यवाद।", "{}। समझे?"],
}
"""What people say around a wish."""

LIMITS = {
    "en": ["Don't call me", "Stop calling me", "Please don't ring us", "Never call this number", "No more calls"],
    "es": ["No me llame más", "Deje de llamarme", "No me vuelva a llamar", "No me moleste más", "No más llamadas"],
    "fr": ["Ne m'appelez plus", "Arrêtez de m'appeler", "Ne me téléphonez plus", "Cessez de m'appeler", "Plus d'appels"],
    "de": ["Rufen Sie mich nicht mehr an", "Bitte nicht mehr anrufen", "Keine Anrufe", "Belästigen Sie mich nicht mehr"],
    "pt": ["Não me ligue mais", "Pare de me ligar", "Não volte a ligar", "Não me incomode mais", "Chega de ligações"],
    "hi": ["मुझे फोन मत करना", "मुझे कॉल मत कीजिए", "फोन करना बंद कीजिए", "mujhe call mat karna"],
}
"""Wishes that a time or a place makes smaller: {after}, or before them."""

AFTER = {
    "en": [
        "at night",
        "before nine",
        "on Sundays",
        "at work",
        "while I'm driving",
        "today",
        "after eight in the evening",
        "in the morning",
    ],
    "es": ["por la noche", "antes de las nueve", "los domingos", "en el trabajo", "mientras conduzco", "hoy", "después de las ocho"],
    "fr": ["le soir", "avant neuf heures", "le dimanche", "au travail", "pendant que je conduis", "aujourd'hui", "après vingt heures"],
    "de": ["vor neun Uhr", "am Sonntag", "im Büro", "während ich arbeite", "heute", "nach acht Uhr abends"],
    "pt": ["à noite", "antes das nove", "aos domingos", "no trabalho", "enquanto conduzo", "hoje", "depois das oito"],
}
BEFORE_HINDI = ["रात को", "नौ बजे से पहले", "रविवार को", "ऑफिस में", "raat ko", "das baje tak"]


def corpus(language: str, label: str) -> list[str]:
    return [text for part in CORPUS[language].values() for text in part[label]]


def framed(language: str, label: str) -> list[str]:
    """Every sentence in one of the frames, by turns, and as a recogniser without punctuation would write it."""
    texts = DEVELOPMENT[language][label]
    spoken = [
        frame.format(text[0].lower() + text[1:]) if frame.endswith("{}") else frame.format(text.rstrip(".!?।"))
        for text, frame in zip(texts, cycle(FRAMES[language]), strict=False)
    ]
    return [*spoken, *(text.lower().rstrip(".!?।").replace(",", "") for text in texts)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plain_wish_never_to_be_called_is_recognised(language: str):
    wishes = corpus(language, "opt_out")
    missed = [text for text in wishes if not is_opt_out(text)]
    assert len(wishes) >= 40
    assert 1 - len(missed) / len(wishes) >= LEAST_RECALL, missed


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_wishes_are_left_to_the_model(language: str):
    others = corpus(language, "other")
    taken = [text for text in others if is_opt_out(text)]
    assert len(others) >= 40
    assert len(taken) / len(others) <= MOST_FALSE_ALARMS, taken


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_grammar_was_written_on_is_told_apart_whatever_is_said_around_it(language: str):
    wishes, harmless = DEVELOPMENT[language]["wishes"], DEVELOPMENT[language]["harmless"]
    assert min(len(wishes), len(harmless)) >= 40
    assert [text for text in [*wishes, *framed(language, "wishes")] if not is_opt_out(text)] == []
    assert [text for text in [*harmless, *framed(language, "harmless")] if is_opt_out(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wish_about_a_time_or_a_place_is_another_wish(language: str):
    if language == "hi":
        narrowed = [f"{when} {wish}" for wish in LIMITS["hi"] for when in BEFORE_HINDI]
    else:
        narrowed = [f"{wish} {when}." for wish in LIMITS[language] for when in AFTER[language]]
        narrowed += [f"{when}, {wish[0].lower()}{wish[1:]}." for wish in LIMITS[language] for when in AFTER[language]]
    assert [text for text in narrowed if is_opt_out(text)] == []
    assert [wish for wish in LIMITS[language] if not is_opt_out(wish)] == []


@pytest.mark.parametrize(
    ("said", "least", "of"),
    [(FRESH["learnt"], 60, (60, 60)), (FRESH["untouched"], 26, (30, 30)), (UNSEEN, 60, (60, 60)), (HELD_OUT, 58, (72, 67))],
    ids=["learnt", "untouched", "unseen", "held out"],
)
def test_of_fresh_sentences_so_many_are_recognised_and_none_is_taken_wrongly(
    said: dict[str, dict[str, list[str]]], least: int, of: tuple[int, int]
):
    wishes = [text for language in said.values() for text in language["wishes"]]
    harmless = [text for language in said.values() for text in language["harmless"]]
    assert (len(wishes), len(harmless)) == of
    assert sum(map(is_opt_out, wishes)) >= least
    assert sum(map(is_opt_out, harmless)) == 0


@pytest.mark.parametrize(
    "text", ["No, I'm at work today. Please stop calling me.", "Ahora no. No me llame más. Adiós.", "अभी मैं काम पर हूँ। मुझे फोन मत करना।"]
)
def test_a_limit_in_another_sentence_does_not_hide_the_wish(text: str):
    assert is_opt_out(text)


@pytest.mark.parametrize("part", ["no me no me stop call not call don't ", "if you call ", "je ne veux plus de ", "नहीं कॉल मत ", "a "])
def test_a_long_text_is_judged_quickly_enough_to_be_heard_out(part: str):
    assert not is_opt_out(part * 3000)
