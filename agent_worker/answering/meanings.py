"""What the single words of a greeting mean, and for whom that speaks when it is added up.

A cue is a phrase, and one misheard word breaks it. A meaning is one word or another that stands for it (`meanings.yaml`): of a dozen
meanings enough are left when a recogniser gets every fifth word wrong. How much each speaks for whom is learned from misheard greetings
(`learned.yaml`, written by `benchmarks/meanings.py`), the same for all languages.
"""

import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from agent_worker.opt_out_phrases import normalise
from sip_config.contract import AnsweredBy

FOLDER = Path(__file__).parent
MEANINGS, LEARNED = FOLDER / "meanings.yaml", FOLDER / "learned.yaml"
Learned = Mapping[AnsweredBy, Mapping[str, float]]
"""By answerer: how much each mark of a transcript speaks for them."""

ALWAYS = "always"
"""Stands for every transcript that means anything."""

LONG = (7, 11, 16, 24)
"""Numbers of words above which a transcript is longer than people's greetings ever more surely."""

_BETWEEN = re.compile(r"\b(?:[cdjlmnst]|qu)'|[^\w'\u0900-\u097f]+|।")
"""What separates words: French elisions too. Signs of Devanagari are no letters to `\\w`."""


def words_of(plain: str) -> list[str]:
    """The words of a normalised text."""
    return [word for word in _BETWEEN.split(plain) if word]


def meanings_of(words: Iterable[str]) -> frozenset[str]:
    """What they mean in the language in which most of them mean something; nothing when none does."""
    found: dict[str, list[str]] = {}
    for word in words:
        for language, meaning in _senses(word):
            found.setdefault(language, []).append(meaning)
    return frozenset(max(found.values(), key=len, default=()))


def marks(plain: str) -> frozenset[str]:
    """What the weights are of: the meanings of a normalised text and how long it is. Empty when it means nothing."""
    words = words_of(plain)
    meanings = meanings_of(words)
    return meanings | {ALWAYS} | {f"over_{most}_words" for most in LONG if len(words) > most} if meanings else meanings


def leaning(plain: str, learned: Learned | None = None) -> Mapping[AnsweredBy, float]:
    """By machine: by how much it is more likely than a person to have said this, from -1 to 1. Empty when that cannot be told."""
    marked = marks(plain)
    if not marked:
        return {}
    by_kind = (_LEARNED if learned is None else learned).items()
    powers = {by: math.exp(sum(weights.get(mark, 0.0) for mark in marked)) for by, weights in by_kind}
    total = sum(powers.values())
    person = powers[AnsweredBy.HUMAN]
    return {by: (power - person) / total for by, power in powers.items() if by is not AnsweredBy.HUMAN}


def _senses(word: str) -> list[tuple[str, str]]:
    """Language and meaning, of the word and of its beginnings and ends."""
    ends = range(1, len(word) + 1)
    parts = (word, *(f"{word[:end]}*" for end in ends), *(f"*{word[-end:]}" for end in ends))
    return [sense for part in parts for sense in _SENSES.get(part, ())]


def _read_meanings() -> dict[str, list[tuple[str, str]]]:
    senses: dict[str, list[tuple[str, str]]] = {}
    for meaning, languages in yaml.safe_load(MEANINGS.read_text(encoding="utf-8")).items():
        for language, words in languages.items():
            for word in words.split():
                senses.setdefault(normalise(word), []).append((language, meaning))
    return senses


def _read_learned() -> Learned:
    return {AnsweredBy(by): weights for by, weights in yaml.safe_load(LEARNED.read_text(encoding="utf-8")).items()}


_SENSES, _LEARNED = _read_meanings(), _read_learned()
