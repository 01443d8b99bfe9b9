"""What an analysis consists of, and the one rule that all of it obeys: a value whose words nobody said is unknown.

Pure. A transcript is a sequence of `Said`; offsets are seconds from the answer.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from msgspec import Struct, field

UNKNOWN = "unknown"
LONGEST_QUOTE = 400
"""Characters; a sentence or two are evidence, a page is not."""
_ACCENTS = range(0x300, 0x370)
_APOSTROPHES = "'’ʼ`´"


@dataclass(frozen=True)
class Said:
    """One utterance of the transcript."""

    seq: int
    speaker: str
    text: str
    started_at_s: float
    ended_at_s: float | None = None
    mood: str | None = None

    @property
    def is_callee(self) -> bool:
        return self.speaker == "callee"

    @cached_property
    def words(self) -> str:
        return plain(self.text)


class Finding(Struct, frozen=True):
    """One value with what it rests on."""

    value: Any = UNKNOWN
    """`unknown` when nothing was said that shows it."""
    confidence: float = 0.0
    """0 to 1; of rules fixed per rule, of models as they say it, with 0.95 as the most."""
    quote: str = ""
    """Words of the transcript."""
    offset_s: float | None = None
    """Seconds from the answer to the utterance with the quote."""

    @property
    def is_known(self) -> bool:
        return bool(self.quote)


class Reason(Struct, frozen=True):
    """Why a lead has points, or loses some."""

    points: int
    why: str
    quote: str
    offset_s: float | None


class MoodAt(Struct, frozen=True):
    """How the callee sounded at one utterance."""

    seq: int
    offset_s: float
    mood: str
    source: str
    """agent (judged in the call), rules or model."""
    quote: str


class Talk(Struct, frozen=True):
    """Measured from the turns whose ends are known."""

    agent_s: float = 0.0
    callee_s: float = 0.0
    ratio: float | None = None
    """The agent's share, 0 to 1; null when nothing was measured."""
    agent_turns: int = 0
    callee_turns: int = 0


class Result(Struct, frozen=True):
    """All that one analysis found."""

    summary: Finding = field(default_factory=Finding)
    outcome: Finding = field(default_factory=Finding)
    """A category of the ledger."""
    opt_out: Finding = field(default_factory=Finding)
    """True when the callee asked never to be called again; nothing else outranks it."""
    sentiment: Finding = field(default_factory=Finding)
    """positive, neutral or negative."""
    topics: tuple[Finding, ...] = ()
    mood_course: tuple[MoodAt, ...] = ()
    talk: Talk = field(default_factory=Talk)
    extraction: dict[str, Finding] = field(default_factory=dict)
    """By the properties of the assistant's `extraction_schema`."""
    facts: tuple[Finding, ...] = ()
    """What is worth remembering of the person, in sentences."""
    lead_score: int | None = None
    """0 to 100; null when nothing was said that speaks for or against."""
    lead_reasons: tuple[Reason, ...] = ()


def plain(text: str) -> str:
    """The words of a text between single spaces, with one space at either end: no case, punctuation, Latin accents or apostrophes."""
    bare = "".join(char for char in unicodedata.normalize("NFD", text.casefold()) if ord(char) not in _ACCENTS)
    kept = (_kept(char) for char in unicodedata.normalize("NFC", bare))
    return f" {' '.join(''.join(kept).split())} "


def _kept(char: str) -> str:
    if char in _APOSTROPHES:
        return ""
    return char if char.isalnum() or unicodedata.category(char).startswith("M") else " "


def by_quote(transcript: Iterable[Said], quote: str, *, callee_only: bool = False) -> Said | None:
    """The utterance that holds the quote, word for word; None when nobody said it."""
    words = plain(quote)
    if not words.strip():
        return None
    asked = (said for said in transcript if said.is_callee or not callee_only)
    return next((said for said in asked if words in said.words), None)


def found(value: Any, confidence: float, said: Said) -> Finding:
    return Finding(value, confidence, one_line(said.text)[:LONGEST_QUOTE], said.started_at_s)


def one_line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def talk_of(transcript: Sequence[Said]) -> Talk:
    agent, callee = (_spoken_s(transcript, speaker) for speaker in ("agent", "callee"))
    total = agent + callee
    callee_turns = sum(said.is_callee for said in transcript)
    ratio = round(agent / total, 4) if total else None
    return Talk(round(agent, 3), round(callee, 3), ratio, len(transcript) - callee_turns, callee_turns)


def _spoken_s(transcript: Sequence[Said], speaker: str) -> float:
    spans = [(said.started_at_s, said.ended_at_s) for said in transcript if said.speaker == speaker]
    return sum(max(0.0, end - begin) for begin, end in spans if end is not None)
