"""How somebody sounds by their words: happy, neutral, sad or stressed, from a lexicon in six languages. Pure.

It hears words and no tone of voice, and knows no irony; the model may say better (tool `record_mood`).
"""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import yaml

from agent_worker.care.grammar import before, plain, whole

HAPPY, NEUTRAL, SAD, STRESSED = "happy", "neutral", "sad", "stressed"
MOODS = (HAPPY, NEUTRAL, SAD, STRESSED)
LONGEST = 2000
"""Characters of one transcript that are looked at, the last ones."""
_BY_WEIGHT = (SAD, STRESSED, HAPPY)
"""Of two that speak as loudly the first: what worries is not overheard."""


@dataclass(frozen=True, slots=True)
class _Lexicon:
    moods: dict[str, re.Pattern[str]]
    negation: re.Pattern[str]


def _read() -> dict[str, _Lexicon]:
    given = yaml.safe_load(Path(__file__).with_name("moods.yaml").read_text(encoding="utf-8"))
    return {
        language: _Lexicon({mood: whole(told[mood], {}) for mood in _BY_WEIGHT}, before(told["not"], {}))
        for language, told in given.items()
    }


_LEXICONS = _read()


def mood_of(transcript: str, language: str) -> str:
    """The mood of one utterance in this base language; neutral without a word of any, "" in a language that there is no lexicon of."""
    lexicon = _LEXICONS.get(language)
    if lexicon is None:
        return ""
    said, heard = plain(transcript[-LONGEST:]), Counter[str]()
    for mood, pattern in lexicon.moods.items():
        for found in pattern.finditer(said):
            is_negated = lexicon.negation.search(said[: found.start()]) is not None
            heard[_turned(mood) if is_negated else mood] += 1
    most = max(heard.values(), default=0)
    return next((mood for mood in _BY_WEIGHT if most and heard[mood] == most), NEUTRAL)


def _turned(mood: str) -> str:
    """Not happy is sad; not sad is nothing much."""
    return SAD if mood == HAPPY else NEUTRAL
