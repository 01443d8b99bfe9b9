"""Which of the supported languages somebody speaks, told by their commonest words. Pure.

Beside the model and before any ear's own guess: ears are told the language of the call, and say that they have heard it whatever was said.
Some also translate it into that language, or write nothing down (docs/api-guide.md): what an ear does not bring is not heard here.
Names, numbers, letters that somebody spells and greetings that cross borders tell nothing; what is unclear changes nothing.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from agent_worker.opt_out_phrases import normalise
from agent_worker.phrases import base_language
from sip_config.languages import SPOKEN

SURE = 4
"""How far one utterance must be ahead in a language, in words, to be enough by itself."""
_CLEAR = 2
"""The same of one that is told again, in other words, by the next."""
_MOST = 0.5
"""Of the words of an utterance that names a language, more than this must be of the language that it is told to be in."""
_NAMED = re.compile(
    r"\b(?:english|ingles|anglais|englisch\w*|angrezi|spanish|espanol|castellano|espagnol|spanisch|espanhol|french|francais|frances"
    r"|franzosisch|german|deutsch|allemand|aleman|alemao|portuguese|portugues|portugais|portugiesisch)\b|अंगर|हिंद|हिनद"
)
"""In normalised text. "Hindi" is not among them: it is a no in Tagalog."""
_NOT_UNDERSTOOD = re.compile(
    r"\b(?:do not|don't|can't|cannot|didn't) understand\b"
    r"|\bno (?:l[aeo]s? |te )?(?:entiendo|comprendo)\b"
    r"|\bne (?:vous |te )?comprends pas\b"
    r"|\b(?:verstehe?|verstand) (?:\w+ ){0,2}nichts?\b|\bnichts? verst(?:ehe|anden)\b"
    r"|\bnao (?:[oa]s? |te |lhe )?(?:entendo|entendi|compreendo|percebo|percebi)\b"
    r"|समझ (?:में )?नह|\bsamajh (?:mein )?nah"
)
"""In normalised text."""
_LISTS: dict[str, str] = yaml.safe_load(Path(__file__).with_name("common_words.yaml").read_text(encoding="utf-8"))
_WORDS = {language: frozenset(_LISTS[language].split()) for language in SPOKEN}
_ELSEWHERE = frozenset(_LISTS["elsewhere"].split())
"""Words of names and of other languages: an utterance has to have others."""
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_SHORTEST = 2
"""Letters of a word that counts: somebody who spells "Tennessee" says four times what is "and" in Portuguese."""
_DEVANAGARI = re.compile("[\u0900-\u097f]{2,}")


@dataclass(frozen=True, slots=True)
class Guess:
    """A base language, or "" for none, and what of its words was said."""

    language: str = ""
    words: frozenset[str] = frozenset()
    ahead: int = 0
    """By how many words of all other languages."""
    share: float = 0.0
    """Of all words that were said."""


def language_of(transcript: str) -> Guess:
    """Each word counts once: whoever says no four times has not said more."""
    plain = {word for word in _WORD.findall(normalise(transcript)) if len(word) >= _SHORTEST}
    in_devanagari = {*_DEVANAGARI.findall(transcript)}
    said = {language: plain & common for language, common in _WORDS.items()}
    said["hi"] |= in_devanagari
    best, second = sorted(said, key=lambda language: len(said[language]), reverse=True)[:2]
    ahead = len(said[best]) - len(said[second])
    return Guess(best, frozenset(said[best]), ahead, len(said[best]) / len(plain | in_devanagari)) if ahead else Guess()


def is_about_language(transcript: str) -> bool:
    """Whether it is about languages, as "I do not speak English" and "I do not understand" are: no answer to anything that was asked, for
    all their "not"."""
    plain = normalise(transcript)
    return _NAMED.search(plain) is not None or _NOT_UNDERSTOOD.search(plain) is not None


class HeardLanguage:
    """One call's, which was begun in `spoken`."""

    def __init__(self, spoken: str) -> None:
        self._begun = self._now = base_language(spoken)
        self._before, self._changes = Guess(), 0

    def heard(self, transcript: str, *, may_change: bool = True) -> str:
        """The other language in which the call is to go on from here; "" for as it is. Once, and then back to where it began once: what was
        guessed wrongly is undone, and whoever mixes two is not followed to and fro."""
        guess = language_of(transcript)
        is_about_it = self._is_about_it(guess, transcript)
        if guess.ahead < (1 if is_about_it else _CLEAR) or len(guess.words - _ELSEWHERE) < _CLEAR:
            return ""
        # The same words again, as when a name is repeated, say nothing new.
        is_told_again = guess.language == self._before.language and not guess.words <= self._before.words
        is_sure, self._before = is_about_it or guess.ahead >= SURE or is_told_again, guess
        if not (may_change and is_sure and self._may_become(guess.language)):
            return ""
        self._now, self._changes = guess.language, self._changes + 1
        return guess.language

    def is_wished(self, transcript: str) -> bool:
        """Whether it asks for another language, in it, and can have it."""
        guess = language_of(transcript)
        is_told = guess.ahead > 0 and len(guess.words - _ELSEWHERE) >= _CLEAR
        return is_told and self._is_about_it(guess, transcript) and self._may_become(guess.language)

    def _is_about_it(self, guess: Guess, transcript: str) -> bool:
        """ "German de los Santos" has a language's name in it, too, and is most of it a name. Back needs more than "sorry, no English"."""
        return not self._changes and guess.share > _MOST and is_about_language(transcript)

    def _may_become(self, language: str) -> bool:
        return language != self._now and (self._changes == 0 or (self._changes == 1 and language == self._begun))
