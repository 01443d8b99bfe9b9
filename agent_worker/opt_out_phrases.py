"""Recognises "never call me again" in a transcript without a model, so that the wish is kept even when the model misses it.

Sure cases only: the recognition suppresses a number for good. "Don't call me before noon" is a wish about time and goes to the model.
"""

import re
import unicodedata
from collections.abc import Iterable

from agent_worker.opt_out_patterns import ALL

_SENTENCE_END = re.compile(r"(?:(?<!\bmr)(?<!\bdr)\.|[!?…।|])+(?:\s+|$)")

_LONGEST = 4000
"""Characters of one transcript that are looked at: minutes of speech without a pause."""


def normalise(text: str) -> str:
    """Lower case, without accents, with plain apostrophes and single spaces, so that transcripts compare."""
    return re.sub(r"\s+", " ", _without_marks(text.lower().replace("’", "'"))).strip()


def compile_plain(patterns: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    """Patterns for normalised text; Devanagari in them loses the same signs as in the text."""
    return tuple(re.compile(_without_marks(pattern)) for pattern in patterns)


def _without_marks(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


_WORDINGS = tuple((compile_plain(wording.wishes), compile_plain(wording.limits)) for wording in ALL)


def is_opt_out(transcript: str) -> bool:
    """Whether the callee plainly asked never to be called again, in English, Spanish, French, German, Portuguese or Hindi."""
    return any(_is_wish(sentence) for sentence in _SENTENCE_END.split(normalise(transcript[:_LONGEST])) if sentence)


def _is_wish(sentence: str) -> bool:
    return any(_found(wishes, sentence) and not _found(limits, sentence) for wishes, limits in _WORDINGS)


def _found(patterns: Iterable[re.Pattern[str]], sentence: str) -> bool:
    return any(pattern.search(sentence) for pattern in patterns)
