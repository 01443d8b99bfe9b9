"""How an explanation says what of the caps is used."""

from datetime import timedelta
from typing import Any

import pytest

from control_plane.domain.facts import Facts
from control_plane.explanations.words import attempts_used


@pytest.mark.parametrize(
    ("calls", "said"),
    [
        ({"attempts_today": 2, "max_per_day": 3}, "2 of 3 attempts used today, 4 of 6 in all."),
        ({"attempts_today": 0, "max_per_day": 1, "max_per_24h": 3}, "0 of 1 attempt used today, 4 of 6 in all."),
        (
            {"attempts_today": 1, "max_per_day": 3, "attempts_24h": 2, "max_per_24h": 3},
            "1 of 3 attempts used today, 2 of 3 within 24 hours, 4 of 6 in all.",
        ),
        ({}, "4 of 6 in all."),
    ],
)
def test_the_attempts_of_the_day_of_24_hours_and_of_the_campaign_are_told(calls: dict[str, Any], said: str) -> None:
    of_nobody: dict[str, Any] = dict.fromkeys(
        ("suppressed_because", "campaign_status", "campaign_starts_at", "campaign_ends_at", "window"), None
    )
    facts = Facts("+12124567890", True, False, False, workspace_halted=False, time_zones=("UTC",), workspace_time_zone="UTC",
                  ring_timeout=timedelta(seconds=28), **of_nobody, **calls)  # fmt: skip
    assert attempts_used(facts, 4, 6) == said
