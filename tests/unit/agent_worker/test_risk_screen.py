"""The risk screen on sentences that it was not written with, and on those that it was; docs/care-protocol.md has the figures."""

from pathlib import Path

import pytest
import yaml

from agent_worker.care.mood import mood_of
from agent_worker.care.screen import Finding, screen
from benchmarks.risk_screen import corpus as sentences
from benchmarks.risk_screen.corpus import Part, Truth, corpus, templates
from benchmarks.risk_screen.scoring import WORD_ERRORS, Figures, score
from sip_config.contract import RiskLevel

OTHERS, FRESH = (
    yaml.safe_load(Path(sentences.__file__).with_name(name).read_text(encoding="utf-8")) for name in ("others.yaml", "fresh.yaml")
)
LANGUAGES = {"en", "es", "fr", "de", "pt", "hi"}


def levels(said: list[str]) -> list[RiskLevel | None]:
    return [found[0].level if (found := screen(text)) else None for text in said]


def test_the_corpus_is_large_and_its_parts_share_no_template():
    held_out = corpus(Part.HELD_OUT)
    assert {sentence.language for sentence in held_out} == LANGUAGES
    assert sum(sentence.truth is Truth.CRISIS for sentence in held_out) >= 600
    assert not templates(Part.HELD_OUT) & templates(Part.DEVELOPMENT)


@pytest.mark.parametrize("part", Part)
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_what_is_grave_is_heard_in_every_language_and_hardly_anything_else(part: Part, language: str):
    told = Figures.of(score([sentence for sentence in corpus(part) if sentence.language == language]))
    assert (told.found >= 0.95, told.concerns_noticed >= 0.95, told.false_crises <= 0.02) == (True, True, True), told


def test_with_every_fifth_word_misheard_more_than_half_is_heard_still():
    told = Figures.of(score(corpus(Part.HELD_OUT), WORD_ERRORS))
    assert told.found >= 0.55
    assert told.false_crises <= 0.03


def test_what_others_have_written_down_is_raised_and_few_everyday_sentences_are_a_crisis():
    assert sum(level is not None for level in levels(OTHERS["published"])) >= 23
    assert sum(level is RiskLevel.CRISIS for level in levels(OTHERS["everyday"])) <= 1


def test_later_sets_are_judged_as_published():
    """docs/care-protocol.md: the first is learnt from, the second is not."""
    crises = {part: sum(level is RiskLevel.CRISIS for said in texts.values() for level in levels(said)) for part, texts in FRESH.items()}
    assert crises["everyday"] <= 1
    assert crises["grave"] >= 67
    assert crises["second_everyday"] <= 9
    assert crises["second_grave"] >= 26
    assert all(level is not None for said in FRESH["grave"].values() for level in levels(said))


@pytest.mark.parametrize(
    "said",
    [
        "I can't breathe, I have the mask on and it gets worse.",
        "I took all of the tablets.",
        "I want to hang myself.",
        "He'll kill me if I leave.",
        "I'd rather die than go on like this.",
        "Mon mari va me tuer si je pars.",
        "Er schlägt mich immer.",
    ],
)
def test_a_figure_of_speech_covers_nothing_that_is_meant(said: str):
    assert levels([said]) == [RiskLevel.CRISIS]


@pytest.mark.parametrize(
    "said",
    [
        "I would never kill myself.",
        "I'm not thinking about suicide.",
        "In the film he says: I want to die.",
        "No me voy a suicidar.",
        "Je ne veux pas mourir.",
    ],
)
def test_what_is_denied_or_told_of_a_film_is_a_concern_and_no_crisis(said: str):
    assert levels([said]) == [RiskLevel.CONCERN]


def test_a_denial_does_not_cover_what_is_said_beside_it():
    assert screen("I don't want to kill him. I want to die.") == (Finding("self_harm", RiskLevel.CRISIS),)


def test_the_gravest_comes_first_and_each_kind_once():
    found = screen("I'm afraid of my husband. My chest hurts so much, I can't breathe, there is such a pain in my chest.")
    assert found == (Finding("medical", RiskLevel.CRISIS), Finding("abuse", RiskLevel.CONCERN))


def test_a_transcript_without_an_end_costs_no_more_than_its_last_words():
    assert screen("I want to die. " + "blah " * 1000) == ()


@pytest.mark.parametrize(
    ("said", "language", "mood"),
    [
        ("I am so happy today", "en", "happy"),
        ("Not good, I miss my husband", "en", "sad"),
        ("I have no time, I am busy", "en", "stressed"),
        ("Hello?", "en", "neutral"),
        ("No estoy contento", "es", "sad"),
        ("Ça va très bien", "fr", "happy"),
        ("Ich habe große Angst", "de", "stressed"),
        ("Estou muito triste", "pt", "sad"),
        ("मैं बहुत परेशान हूँ", "hi", "stressed"),
        ("何ですか", "ja", ""),
    ],
)
def test_the_mood_is_heard_by_words(said: str, language: str, mood: str):
    assert mood_of(said, language) == mood
