"""Latencies in steps, each a tenth longer than the one before, so that percentiles can be summed over hours and days.

A percentile is told as the upper end of its step: never below the true one, and at most a tenth above it.
"""

from collections.abc import Mapping

FIRST_S = 0.01
GROWTH = 1.1
LAST = 120
"""The step up to about 15 minutes; what is longer counts there."""


def upper_end_s(step: int) -> float:
    """The longest latency of a step, in seconds."""
    return round(FIRST_S * GROWTH**step, 3)


def percentile_s(steps: Mapping[int, int], part: float) -> float | None:
    """The latency that `part` (0 to 1) of all measurements do not exceed; None without any."""
    total, seen = sum(steps.values()), 0
    for step in sorted(steps):
        seen += steps[step]
        if seen >= part * total:
            return upper_end_s(step)
    return None
