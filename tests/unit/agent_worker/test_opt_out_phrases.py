"""The plain ways to say "never again", and the sentences that only sound like it, in six languages (opt_out_corpus.yaml).

At its first scoring `held_out` (written before the patterns, by their author) gave 122 of 123 wishes and 0 of 123 false alarms; `later`
(freer words, written after them) gave 40 of 50 and 3 of 50. The patterns have learnt from both since, so what is asserted of them is that
nothing is lost again. opt_out_fresh.yaml was written by somebody who had not seen the patterns: 34 of 60 and 0 of 60, from which they have
learnt too; its `untouched` half, freer still, gave 11 of 30 and 0 of 30, before and after. Code is sure where it speaks; the model is what
understands the rest, and the key 9 needs neither.
"""

from pathlib import Path

import pytest
import yaml

from agent_worker.opt_out_phrases import is_opt_out

CORPUS = yaml.safe_load(Path(__file__).with_name("opt_out_corpus.yaml").read_text(encoding="utf-8"))
FRESH = yaml.safe_load(Path(__file__).with_name("opt_out_fresh.yaml").read_text(encoding="utf-8"))
LEAST_RECALL, MOST_FALSE_ALARMS = 0.97, 0.02


def sentences(language: str, label: str) -> list[str]:
    return [text for part in CORPUS[language].values() for text in part[label]]


@pytest.mark.parametrize("language", ["en", "es", "fr", "de", "pt", "hi"])
def test_a_plain_wish_never_to_be_called_is_recognised(language: str):
    wishes = sentences(language, "opt_out")
    missed = [text for text in wishes if not is_opt_out(text)]
    assert len(wishes) >= 40
    assert 1 - len(missed) / len(wishes) >= LEAST_RECALL, missed


@pytest.mark.parametrize("language", ["en", "es", "fr", "de", "pt", "hi"])
def test_other_wishes_are_left_to_the_model(language: str):
    others = sentences(language, "other")
    taken = [text for text in others if is_opt_out(text)]
    assert len(others) >= 40
    assert len(taken) / len(others) <= MOST_FALSE_ALARMS, taken


@pytest.mark.parametrize(("part", "least", "of"), [("learnt", 60, 60), ("untouched", 11, 30)])
def test_of_fresh_sentences_so_many_are_recognised_and_none_is_taken_wrongly(part: str, least: int, of: int):
    wishes = [text for said in FRESH[part].values() for text in said["wishes"]]
    harmless = [text for said in FRESH[part].values() for text in said["harmless"]]
    assert (len(wishes), len(harmless)) == (of, of)
    assert sum(map(is_opt_out, wishes)) >= least
    assert [text for text in harmless if is_opt_out(text)] == []


@pytest.mark.parametrize(
    "text", ["No, I'm at work today. Please stop calling me.", "Ahora no. No me llame más. Adiós.", "अभी मैं काम पर हूँ। मुझे फोन मत करना।"]
)
def test_a_limit_in_another_sentence_does_not_hide_the_wish(text: str):
    assert is_opt_out(text)


def test_a_long_text_is_judged_quickly_enough_to_be_heard_out():
    assert not is_opt_out("no me no me stop call not call don't " * 3000)
