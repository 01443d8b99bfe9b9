"""Learns for whom which meaning of a word speaks (agent_worker/answering/meanings.py), from the greetings for development alone.

    python -m benchmarks.meanings [--write]

Each greeting is misheard in several ways, so that what is learned does not lean on one word. First every template is judged by what
was learned without it, with more and more words wrong: the only figures here that say something about greetings nobody has seen.
`--write` then learns from all of them.
"""

import argparse
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import yaml

from agent_worker.answering.meanings import LEARNED, Learned, leaning, marks
from agent_worker.opt_out_phrases import normalise
from benchmarks.who_answered import macro_f1
from rehearsal.greetings.corpus import Greeting, Part, corpus
from rehearsal.greetings.mishearing import misheard
from sip_config.contract import AnsweredBy

KINDS = (
    AnsweredBy.HUMAN,
    AnsweredBy.VOICEMAIL,
    AnsweredBy.MAILBOX_UNAVAILABLE,
    AnsweredBy.IVR,
    AnsweredBy.CALL_SCREEN,
    AnsweredBy.NETWORK_ANNOUNCEMENT,
)
ERROR_RATES, DRAWS = (0.0, 0.1, 0.2, 0.3), 3
PEOPLE_COUNT = 3.0
"""How much more a person who is taken for a machine weighs than the other way round."""

RESTRAINT = 0.003
"""Of the squares of the weights: no single meaning shall decide."""

ROUNDS, STEP, MOMENTUM = 400, 0.2, 0.9
FOLDS = 5
HEAD = """\
# Written by `python -m benchmarks.meanings --write` from the greetings for development: answerer → mark of a transcript → how much it
# speaks for them (meanings.py).
"""


@dataclass(frozen=True, slots=True)
class Example:
    by: AnsweredBy
    marks: frozenset[str]


def examples(greetings: Sequence[Greeting]) -> list[Example]:
    """All `greetings` that have words, each misheard in all ways; those that mean nothing left out."""
    found = [Example(greeting.by, marks(normalise(text))) for greeting in greetings for text in _heard(greeting)]
    return [example for example in found if example.marks]


def _heard(greeting: Greeting) -> Iterator[str]:
    for rate in ERROR_RATES if greeting.transcript else ():
        for draw in range(DRAWS):
            yield misheard(greeting.transcript, rate, greeting.language, greeting.chance(f"learning {rate} {draw}"))


def learn(found: Sequence[Example]) -> Learned:
    """Multinomial logistic regression by gradient descent; each kind of answerer weighs the same, however many there are of it."""
    names = sorted({mark for example in found for mark in example.marks})
    given = np.array([[name in example.marks for name in names] for example in found], dtype=float)
    truth = np.array([[example.by is kind for kind in KINDS] for example in found], dtype=float)
    importance = truth @ (np.where([kind is AnsweredBy.HUMAN for kind in KINDS], PEOPLE_COUNT, 1.0) / np.maximum(1, truth.sum(axis=0)))
    importance /= importance.sum()
    weights, speed = np.zeros((len(names), len(KINDS))), np.zeros((len(names), len(KINDS)))
    for _ in range(ROUNDS):
        wrong = (_shares(given @ weights) - truth) * importance[:, None]
        speed = MOMENTUM * speed - STEP * (given.T @ wrong + RESTRAINT * weights)
        weights += speed
    return {kind: {name: round(float(weights[i, j]), 2) for i, name in enumerate(names)} for j, kind in enumerate(KINDS)}


def _shares(powers: np.ndarray) -> np.ndarray:
    raised = np.exp(powers - powers.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def folds(greetings: Sequence[Greeting]) -> Iterator[tuple[list[Greeting], list[Greeting]]]:
    """What is learned from and what is judged; all greetings of a template are on the same side."""
    for fold in range(FOLDS):
        judged = [greeting for greeting in greetings if zlib.crc32(greeting.template.encode()) % FOLDS == fold]
        yield [greeting for greeting in greetings if greeting not in judged], judged


def judged(greeting: Greeting, error_rate: float, learned: Learned) -> tuple[AnsweredBy, AnsweredBy]:
    """Who said it, and whom it is taken for by its meanings alone."""
    text = misheard(greeting.transcript, error_rate, greeting.language, greeting.chance(f"judged {error_rate}"))
    likely = leaning(normalise(text), learned)
    by = max(likely, key=lambda kind: likely[kind], default=AnsweredBy.HUMAN)
    return greeting.by, by if likely.get(by, 0.0) > 0 else AnsweredBy.HUMAN


def written(learned: Learned) -> str:
    """The file of what was learned."""
    return HEAD + yaml.safe_dump({by.value: dict(weights) for by, weights in learned.items()}, sort_keys=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help=f"write {LEARNED.name}")
    arguments = parser.parse_args()
    spoken = [greeting for greeting in corpus(Part.DEVELOPMENT) if greeting.transcript]
    unseen = [(judges, learn(examples(learns))) for learns, judges in folds(spoken)]
    for rate in ERROR_RATES:
        pairs = [judged(greeting, rate, learned) for judges, learned in unseen for greeting in judges]
        people = [told for by, told in pairs if by is AnsweredBy.HUMAN]
        taken = sum(told is not AnsweredBy.HUMAN for told in people)
        print(f"{rate:.0%} word errors: macro-F1 {macro_f1(pairs):.3f}, {taken} of {len(people)} people taken for a machine")
    if arguments.write:
        LEARNED.write_text(written(learn(examples(spoken))), encoding="utf-8")


if __name__ == "__main__":
    main()
