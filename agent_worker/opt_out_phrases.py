"""Recognises "never call me again" in a transcript without a model, so that the wish is kept even when the model misses it.

Sure cases only: the recognition suppresses a number for good. "Don't call me before noon" is a wish about time and goes to the model.
The words are in `opting_out`, one grammar per language; all of them are tried, because people answer in their own language.
"""

import re
from collections.abc import Iterable

from agent_worker.opting_out.english import ENGLISH
from agent_worker.opting_out.french import FRENCH
from agent_worker.opting_out.german import GERMAN
from agent_worker.opting_out.grammar import Compiled, as_words, asks_for_else, compiled, is_wish, without_marks
from agent_worker.opting_out.hindi import HINDI
from agent_worker.opting_out.portuguese import PORTUGUESE
from agent_worker.opting_out.spanish import SPANISH

_SENTENCE_END = re.compile(r"(?:(?<!\bmr)(?<!\bdr)\.|[!?…।|])+(?:\s+|$)")

_LONGEST = 4000
"""Characters of one transcript that are looked at: minutes of speech without a pause."""

_GRAMMARS = tuple(compiled(grammar) for grammar in (ENGLISH, SPANISH, FRENCH, GERMAN, PORTUGUESE, HINDI))


def normalise(text: str) -> str:
    """Lower case, without accents, with plain apostrophes and single spaces, so that transcripts compare."""
    return re.sub(r"\s+", " ", without_marks(text.lower().replace("’", "'"))).strip()


def compile_plain(patterns: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    """Patterns for normalised text; Devanagari in them loses the same signs as in the text."""
    return tuple(re.compile(without_marks(pattern)) for pattern in patterns)


def is_opt_out(transcript: str) -> bool:
    """Whether the callee plainly asked never to be called again, in English, Spanish, French, German, Portuguese or Hindi."""
    plain = normalise(transcript[:_LONGEST])
    said, sentences = as_words(plain), [as_words(sentence) for sentence in _SENTENCE_END.split(plain)]
    return any(_asks(said, sentences, grammar) for grammar in _GRAMMARS)


def _asks(said: str, sentences: Iterable[str], grammar: Compiled) -> bool:
    return any(is_wish(sentence, grammar) for sentence in sentences if sentence) and not asks_for_else(said, grammar)
