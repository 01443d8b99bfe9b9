"""Who the words of a greeting belong to: weighted cues (`cues.yaml`) and what single words mean (`meanings.py`), added up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from agent_worker.answering.meanings import leaning
from agent_worker.opt_out_phrases import compile_plain, normalise
from sip_config.contract import AnsweredBy

CUES = Path(__file__).parent / "cues.yaml"
ENOUGH = ((7, 1.0), (11, 0.9), (10_000, 0.7))
"""Up to how many words which weight makes them an answerer's. Few people talk at length before they are answered; those who do say things
that weigh against a machine."""

DIGIT = (
    r"(?:\b[0-9]\b|\b(?:zero|one|two|three|four|five|six|seven|eight|nine|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|un|deux"
    r"|trois|quatre|cinq|sept|huit|neuf|eins|zwei|drei|vier|funf|sechs|sieben|acht|neun|null|um|dois|quatro|sete|oito|nove)\b"
    r"|एक|दो|तीन|चार|पांच|पाँच|छह|सात|आठ|नौ|शून्य)"
)
PARTICULAR = {AnsweredBy.MAILBOX_UNAVAILABLE: 0.8, AnsweredBy.CALL_SCREEN: 0.4}
"""By how much a mailbox's words may outweigh those of an answerer that uses them too ("after the tone") and says more."""

MEANT_AT_MOST = 0.5
"""Weight that the meanings of single words add to the cues, or take from them, at most. Less than enough: alone they make no machine."""

MOST_CHARACTERS = 3000
"""Of a transcript that are looked at: longer than any greeting."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a transcript speaks for. `weights` by machine, less what speaks for a person."""

    count: int = 0
    weights: Mapping[AnsweredBy, float] = field(default_factory=dict)

    @property
    def best(self) -> tuple[AnsweredBy, float]:
        """The machine that most speaks for, and how much; `NONE` when nothing does."""
        if not self.weights:
            return AnsweredBy.NONE, 0.0
        by = max(self.weights, key=lambda kind: self.weights[kind])
        for special, lead in PARTICULAR.items():
            if by is AnsweredBy.VOICEMAIL and self.weights[special] >= max(1.0, self.weights[by] - lead):
                by = special
        return by, self.weights[by]

    @property
    def machine(self) -> AnsweredBy | None:
        """The machine that these are the words of; None when they may be anybody's."""
        by, weight = self.best
        return by if weight >= next(enough for most, enough in ENOUGH if self.count <= most) else None


def weigh(transcript: str) -> Words:
    """The words of everything heard so far, in any of the languages of the cues."""
    plain = normalise(transcript[-MOST_CHARACTERS:])
    if not plain:
        return Words()
    cues, meant = cue_weights(plain), leaning(plain)
    return Words(len(plain.split()), {kind: round(weight + MEANT_AT_MOST * meant.get(kind, 0.0), 2) for kind, weight in cues.items()})


def cue_weights(plain: str) -> dict[AnsweredBy, float]:
    """By machine, the cues of a normalised text less a person's of the same language; of the language in which that is most."""
    machines: dict[AnsweredBy, float] = {}
    for cues in _CUES.values():
        weights = _weights(cues, plain)
        human = weights.pop(AnsweredBy.HUMAN)
        machines = {kind: max(machines.get(kind, 0.0), weight - human) for kind, weight in weights.items()}
    return machines


def _weights(cues: Mapping[AnsweredBy, tuple[tuple[float, re.Pattern[str]], ...]], plain: str) -> dict[AnsweredBy, float]:
    return {kind: sum(weight for weight, pattern in patterns if pattern.search(plain)) for kind, patterns in cues.items()}


def _compiled(cues: list[tuple[float, str]]) -> tuple[tuple[float, re.Pattern[str]], ...]:
    patterns = compile_plain(pattern.replace("#", DIGIT) for _, pattern in cues)
    return tuple((weight, pattern) for (weight, _), pattern in zip(cues, patterns, strict=True))


def _read() -> dict[str, dict[AnsweredBy, tuple[tuple[float, re.Pattern[str]], ...]]]:
    raw = yaml.safe_load(CUES.read_text(encoding="utf-8"))
    return {language: {AnsweredBy(kind): _compiled(cues) for kind, cues in kinds.items()} for language, kinds in raw.items()}


_CUES = _read()
"""Read when the module is imported, which the forkserver does once for all jobs: it takes half a second of a call otherwise."""
