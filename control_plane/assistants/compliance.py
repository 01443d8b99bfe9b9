"""What an assistant adds to the rules that bind its calls. It never takes anything away, and it adds only to what is said in a call and
what is kept of it: when and how often people are called the gate decides, which knows campaigns and no versions of assistants.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Added(NamedTuple):
    """In the words of a rule pack: what every opening owes, and how careful to be with recordings (None: as the rules say)."""

    duties: frozenset[str]
    recording: str | None


def added_by(config: Mapping[str, Any]) -> Added:
    """As a version's configuration says it; nothing in those of before there was such a thing."""
    plain = config.get("compliance") or {}
    return Added(frozenset(plain.get("duties") or ()), plain.get("recording"))
