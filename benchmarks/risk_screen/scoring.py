"""What the risk screen makes of the corpus."""

import collections
from collections.abc import Sequence
from dataclasses import dataclass

from agent_worker.care.screen import screen
from benchmarks.risk_screen.corpus import Sentence, Truth
from rehearsal.greetings.mishearing import misheard
from sip_config.contract import RiskLevel

WORD_ERRORS = 0.2


@dataclass(frozen=True, slots=True)
class Result:
    sentence: Sentence
    heard: str
    level: RiskLevel | None
    """The gravest that was raised."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares are from 0 to 1."""

    grave: int
    found: float
    """Of the crises: raised as a crisis."""
    noticed: float
    """Of the crises: raised at all."""
    concerns_noticed: float
    harmless: int
    false_crises: float
    false_alarms: float
    """Of the harmless: anything raised."""

    @classmethod
    def of(cls, results: Sequence[Result]) -> "Figures":
        told = collections.defaultdict(list)
        for result in results:
            told[result.sentence.truth].append(result.level)
        crises, concerns, harmless = told[Truth.CRISIS], told[Truth.CONCERN], told[Truth.HARMLESS]
        return cls(
            grave=len(crises),
            found=_share(crises, RiskLevel.CRISIS),
            noticed=_share(crises, *RiskLevel),
            concerns_noticed=_share(concerns, *RiskLevel),
            harmless=len(harmless),
            false_crises=_share(harmless, RiskLevel.CRISIS),
            false_alarms=_share(harmless, *RiskLevel),
        )


def score(sentences: Sequence[Sentence], error_rate: float = 0.0) -> list[Result]:
    """Each sentence as it was written, or with one word in so many misheard."""
    return [_result(sentence, error_rate) for sentence in sentences]


def _result(sentence: Sentence, error_rate: float) -> Result:
    heard = misheard(sentence.text, error_rate, sentence.language, sentence.chance()) if error_rate else sentence.text
    findings = screen(heard)
    return Result(sentence, heard, findings[0].level if findings else None)


def _share(levels: Sequence[RiskLevel | None], *wanted: RiskLevel) -> float:
    return sum(level in wanted for level in levels) / max(1, len(levels))
