"""The circuit breaker: when so many dials fail for reasons of the network that further ones would only burn contacts and reputation.

closed → (too many failures) → open → (rest over) → half-open: one trial call → closed if the network carried it, else open again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """Numbers of our own: the rehearsal's one dead number of sixteen, called four times, stays far below them."""

    share: float = 0.5
    """Of the dials looked at; reaching it trips."""
    dials: int = 20
    """How many of the last dials are looked at."""
    least: int = 10
    """Fewer tell nothing."""
    window: timedelta = timedelta(minutes=5)
    rest: timedelta = timedelta(seconds=60)
    """From the pause to the trial call."""

    def set_by(self, plain: Mapping[str, Any]) -> "BreakerRules":
        """These rules with what a trunk or campaign has set: {"share", "dials", "least_dials", "window_s", "pause_s"}, any of them."""
        if not plain:
            return self
        named = {"share": "share", "dials": "dials", "least_dials": "least"}
        spans = {"window_s": "window", "pause_s": "rest"}
        counts = {ours: plain[theirs] for theirs, ours in named.items() if theirs in plain}
        return replace(self, **counts, **{ours: timedelta(seconds=plain[theirs]) for theirs, ours in spans.items() if theirs in plain})


class Gate(StrEnum):
    """What the breaker lets through."""

    OPEN_TO_ALL = "open_to_all"
    OPEN_TO_ONE = "open_to_one"
    SHUT = "shut"


def trips(failed: Sequence[bool], rules: BreakerRules) -> bool:
    """Whether the last dials, newest first, each failed for the network's reasons or not, are too many failures."""
    looked_at = failed[: rules.dials]
    return len(looked_at) >= rules.least and sum(looked_at) >= rules.share * len(looked_at)


def passage(paused_reason: str, paused_at: datetime | None, now: datetime, rules: BreakerRules) -> Gate:
    """What may start on something that was paused at `paused_at` for `paused_reason`; an empty reason is no pause."""
    if not paused_reason:
        return Gate.OPEN_TO_ALL
    rested = paused_at is not None and now >= paused_at + rules.rest
    return Gate.OPEN_TO_ONE if rested else Gate.SHUT


def sentence(failed: Sequence[bool], rules: BreakerRules) -> str:
    """Why it tripped, for people."""
    looked_at = failed[: rules.dials]
    minutes = rules.window.total_seconds() / 60
    return f"{sum(looked_at)} of the last {len(looked_at)} dials within {minutes:g} minutes failed in the network."
