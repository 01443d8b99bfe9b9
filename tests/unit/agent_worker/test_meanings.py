"""Meanings of single words: found in six languages, learned from the development greetings alone, and never enough by themselves."""

import pytest
import yaml

from agent_worker.answering.decision import Evidence, decide
from agent_worker.answering.meanings import LEARNED, MEANINGS, leaning, meanings_of, words_of
from agent_worker.answering.words import ENOUGH, MEANT_AT_MOST, weigh
from agent_worker.opt_out_phrases import normalise
from benchmarks.meanings import examples, learn
from rehearsal.greetings.corpus import Part, corpus
from sip_config.contract import AnsweredBy


@pytest.mark.parametrize(
    ("text", "meanings"),
    [
        ("Leave a message after the beep!", {"leave", "message", "tone"}),
        ("Deje su recado, por favor.", {"leave", "message", "please", "your"}),
        ("L'objet de l'appel?", {"why", "call"}),
        ("Nach dem Signalton", {"tone"}),
        ("Bem-vindo! Tecle dois.", {"welcome", "press", "digit"}),
        ("संदेश छोड़ें।", {"message", "leave"}),
        ("Xyzzy", set[str]()),
        ("", set[str]()),
    ],
)
def test_words_mean_the_same_in_every_language(text: str, meanings: set[str]):
    assert meanings_of(words_of(normalise(text))) == meanings


def test_every_meaning_has_words_in_every_language_but_two_that_hindi_says_otherwise():
    known = yaml.safe_load(MEANINGS.read_text(encoding="utf-8"))
    missing = {(meaning, code) for meaning, words in known.items() for code in ("en", "es", "fr", "de", "pt", "hi") if code not in words}
    assert missing == {("reached", "hi"), ("calling", "hi")}


def test_what_is_written_down_is_what_the_development_greetings_teach():
    taught = learn(examples(corpus(Part.DEVELOPMENT)))
    noted = yaml.safe_load(LEARNED.read_text(encoding="utf-8"))
    assert {by.value: weights.keys() for by, weights in taught.items()} == {by: weights.keys() for by, weights in noted.items()}
    for by, weights in taught.items():
        assert weights == pytest.approx(noted[by.value], abs=0.03), "run: python -m benchmarks.meanings --write"


def test_meanings_alone_make_nobody_a_machine():
    assert min(enough for _, enough in ENOUGH) > MEANT_AT_MOST


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("You in reached the mailbox of. Speak from tone, please have me your number.", AnsweredBy.VOICEMAIL),
        ("This number your have dialed. Is out has service, please it and call later.", AnsweredBy.NETWORK_ANNOUNCEMENT),
        ("Hi. I was record we name and the reason that this call so I can see if person be available.", AnsweredBy.CALL_SCREEN),
    ],
)
def test_broken_phrases_are_still_a_machines(text: str, by: AnsweredBy):
    assert weigh(text).machine is by


@pytest.mark.parametrize(
    "text",
    [
        "Sorry, I'm busy right now, can you call me back later today please?",
        "Please hold on, I'll see if my husband is available, he has his phone with him.",
    ],
)
def test_people_who_say_such_words_stay_people(text: str):
    assert weigh(text).machine is None


@pytest.mark.parametrize(
    "text",
    [
        "Yes, I got your message, I was about to call you back.",
        "You've reached the right person, what is your name and why are you calling?",
        "My voicemail is full, I know, sorry about that, who is this?",
    ],
)
def test_what_sounds_like_a_machine_is_a_persons_once_the_opening_was_answered(text: str):
    verdict = decide(Evidence(words=weigh(text), replied=True))
    assert verdict is not None
    assert verdict.by is AnsweredBy.HUMAN


def test_a_text_that_means_nothing_leans_nowhere():
    assert leaning("") == {}
    assert leaning(normalise("Blah blah blah")) == {}
