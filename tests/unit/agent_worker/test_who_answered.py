"""The decision who answered, on greetings that it was not made on. The whole of it with sound: `python -m benchmarks.who_answered`."""

import pytest

from agent_worker.answering.words import weigh
from benchmarks.who_answered import WAYS, Figures, macro_f1, score
from rehearsal.greetings.__main__ import REFERENCE, reference
from rehearsal.greetings.corpus import DEVELOPMENT_VOICES, HELD_OUT_VOICES, Greeting, Part, corpus
from rehearsal.greetings.mishearing import misheard
from sip_config.contract import AnsweredBy

HELD_OUT = corpus(Part.HELD_OUT)
SPOKEN = [greeting for greeting in HELD_OUT if greeting.transcript]


def judged(greeting: Greeting, error_rate: float) -> tuple[AnsweredBy, AnsweredBy]:
    text = misheard(greeting.transcript, error_rate, greeting.language, greeting.chance("words"))
    return greeting.by, weigh(text).machine or AnsweredBy.HUMAN


def test_the_corpus_is_large_its_transcripts_are_committed_and_its_parts_share_neither_templates_nor_voices():
    development = corpus(Part.DEVELOPMENT)
    assert len(HELD_OUT) >= 300
    assert REFERENCE.read_text(encoding="utf-8") == reference(), "run: python -m rehearsal.greetings"
    assert not {greeting.transcript for greeting in development if greeting.transcript} & {greeting.transcript for greeting in SPOKEN}
    assert not set(DEVELOPMENT_VOICES) & set(HELD_OUT_VOICES)
    assert {greeting.by for greeting in HELD_OUT} == {greeting.by for greeting in development}


@pytest.mark.parametrize(("error_rate", "least_f1"), [(0.0, 0.95), (0.2, 0.90)])
def test_words_alone_take_hardly_a_person_for_a_machine_and_tell_the_machines_apart(error_rate: float, least_f1: float):
    pairs = [judged(greeting, error_rate) for greeting in SPOKEN]
    people = [told for true, told in pairs if true is AnsweredBy.HUMAN]
    assert sum(told is not AnsweredBy.HUMAN for told in people) <= 0.01 * len(people)
    assert macro_f1(pairs) >= least_f1


def test_with_sound_people_are_told_in_time_and_tones_and_silence_without_a_word():
    people = [greeting for greeting in HELD_OUT if greeting.by is AnsweredBy.HUMAN][::30]
    wordless = [greeting for greeting in HELD_OUT if not greeting.transcript and greeting.id.endswith("/0")]
    results = score([*people, *wordless])
    for way in WAYS:
        figures = Figures.of(results[way])
        assert figures.person_as_machine == 0
        assert figures.person_verdict_p95_s <= 1.2
        assert figures.macro_f1 == 1.0


def test_listening_takes_little_of_a_core():
    (results,) = score([greeting for greeting in HELD_OUT if greeting.by is AnsweredBy.VOICEMAIL][:6], ["reference transcript"]).values()
    assert Figures.of(results).cpu_share <= 0.05
