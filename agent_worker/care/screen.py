"""Whether what the callee says is grave: a deterministic screen beside the model, tuned for recall. Pure.

All of six languages are tried, because people say such things in their own. A figure of speech ("this heat is killing me") is taken out
first. What is denied ("I would never kill myself") or may be told of a film is not dismissed but counts as a concern: a person should
look, and nobody is alarmed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agent_worker.care.grammar import Language, plain, read
from sip_config.contract import RiskLevel

LONGEST = 2000
"""Characters of one transcript that are looked at, the last ones: minutes of speech without a pause."""

DENIED_KIND = "self_harm"
"""Of what nearly all denials are about."""

_SENTENCE_END = re.compile(r"[!?…।|]+|\.(?:\s+|$)")
_LANGUAGES = tuple(read(path) for path in sorted((Path(__file__).parent / "phrases").glob("*.yaml")))


@dataclass(frozen=True, slots=True)
class Finding:
    """Something grave."""

    kind: str
    level: RiskLevel


def screen(transcript: str) -> tuple[Finding, ...]:
    """What is grave in it: each kind once, at its gravest, the gravest first."""
    levels: dict[str, RiskLevel] = {}
    for finding in _findings(transcript[-LONGEST:]):
        if levels.get(finding.kind) is not RiskLevel.CRISIS:
            levels[finding.kind] = finding.level
    found = [Finding(kind, level) for kind, level in levels.items()]
    return tuple(sorted(found, key=lambda finding: finding.level is not RiskLevel.CRISIS))


def _findings(transcript: str) -> Iterator[Finding]:
    for sentence in filter(None, (plain(part) for part in _SENTENCE_END.split(transcript))):
        for language in _LANGUAGES:
            yield from _in(language, sentence)


def _in(language: Language, sentence: str) -> Iterator[Finding]:
    meant, denials = language.denials.subn(" ", language.figures.sub(" ", sentence))
    meant = " ".join(meant.split())
    if denials:
        yield Finding(DENIED_KIND, RiskLevel.CONCERN)
    is_told = language.told.search(sentence) is not None
    for sign in language.signs:
        for found in sign.pattern.finditer(meant):
            is_softened = is_told or language.denied.search(meant[: found.start()]) is not None
            yield Finding(sign.kind, RiskLevel.CONCERN if is_softened else sign.level)
