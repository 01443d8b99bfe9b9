"""How what the risk screen listens for is put together: groups of words, sentences of them, figures of speech taken out first.

The words are data (`phrases/`). In a pattern `<name>` is a group, a space is a space, and `~` stands for up to four further words.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from agent_worker.opt_out_phrases import normalise
from agent_worker.opting_out.grammar import as_words, without_marks
from sip_config.contract import RiskLevel

_GROUP = re.compile(r"<([a-z_]+)>")
_GAP = r" (?:[^ ]+ ){0,4}?"
_CHANDRABINDU = str.maketrans({"ँ": "ं", "-": " "})


@dataclass(frozen=True, slots=True)
class Sign:
    """What speaks for one kind of risk at one level."""

    kind: str
    level: RiskLevel
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Language:
    signs: Sequence[Sign]
    figures: re.Pattern[str]
    denials: re.Pattern[str]
    """That one would do something to oneself or somebody, denied."""
    denied: re.Pattern[str]
    """Right before a sign: it is said not to be so."""
    told: re.Pattern[str]
    """Anywhere in the sentence: it may be told of a film or a book."""


def plain(text: str) -> str:
    """A sentence as the patterns expect it: lower case, no marks, no punctuation, single spaces."""
    return " ".join(as_words(normalise(text)).translate(_CHANDRABINDU).replace(",", " ").split())


def read(path: Path) -> Language:
    """The language of one file. Raises `re.error` or `KeyError` for one that cannot be read."""
    raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    groups = raw.get("groups") or {}
    signs = [Sign(kind, level, whole(patterns, groups)) for level in RiskLevel for kind, patterns in (raw.get(level.value) or {}).items()]
    return Language(
        sorted(signs, key=lambda sign: sign.level is not RiskLevel.CRISIS),
        whole(raw["figures"], groups),
        whole(raw["denials"], groups),
        before(raw["denied"], groups),
        whole([raw["told"]], groups),
    )


def before(pattern: str, groups: Mapping[str, str]) -> re.Pattern[str]:
    """Found where it ends the words that it is looked for in."""
    return re.compile(rf"(?<![^ ])(?:{_expanded(pattern, groups)}) *$")


def whole(patterns: Sequence[str], groups: Mapping[str, str]) -> re.Pattern[str]:
    """Any of the patterns, as whole words."""
    return re.compile(rf"(?<![^ ])(?:{'|'.join(_expanded(pattern, groups) for pattern in patterns)})(?![^ ])")


def _expanded(pattern: str, groups: Mapping[str, str]) -> str:
    while _GROUP.search(pattern):
        pattern = _GROUP.sub(lambda found: f"(?:{groups[found[1]]})", pattern)
    return without_marks(pattern).replace("ँ", "ं").replace("~", _GAP)
