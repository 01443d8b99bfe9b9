"""What keeps a contact from being called now, from the gate and from beside it, put together into one decision. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from control_plane.domain.decision import Decision, Dial, Never, Reason, Wait

OPEN_ENDED = frozenset({"halted", "campaign_not_running", "in_call", "trunk_paused"})
"""Nobody knows when these are over: a person has to act, or a call to end."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something beside the gate; `until` is None when its end is not known."""

    until: datetime | None
    reasons: tuple[Reason, ...]


def best(decisions: Sequence[Decision]) -> Decision:
    """The word on a contact from the words on each of its numbers, in their order: as the claim chooses."""
    dial = next((decision for decision in decisions if isinstance(decision, Dial)), None)
    if dial is not None:
        return dial
    waits = [decision for decision in decisions if isinstance(decision, Wait)]
    if waits:
        return min(waits, key=lambda wait: wait.until)
    reasons = (reason for decision in decisions if isinstance(decision, Never) for reason in decision.reasons)
    return Never(tuple(dict.fromkeys(reasons)) or (Reason("no_number", "The contact has no number that can be called."),))


def with_obstacles(decision: Decision, obstacles: Sequence[Obstacle], now: datetime) -> Decision:
    """The decision once everything else is looked at. What may never be is not put off."""
    if isinstance(decision, Never) or not obstacles:
        return decision
    reasons, until = (decision.reasons, decision.until) if isinstance(decision, Wait) else ((), now)
    more = tuple(reason for obstacle in obstacles for reason in obstacle.reasons)
    ends = [obstacle.until for obstacle in obstacles if obstacle.until is not None]
    return Wait(max([until, *ends]), tuple(dict.fromkeys((*reasons, *more))))


def before_end(decision: Decision, ends_at: datetime | None) -> Decision:
    """Whoever would have to wait beyond the campaign's end is not called in it."""
    opens = next_possible_at(decision)
    if ends_at is None or opens is None or opens < ends_at or not isinstance(decision, Wait):
        return decision
    return Never(
        (Reason("campaign_over", f"The campaign ends {ends_at:%Y-%m-%d %H:%M} UTC, before they may be called."), *decision.reasons)
    )


def next_possible_at(decision: Decision) -> datetime | None:
    """When a waiting contact may be called; None when it may be now, may never be, or somebody has to act first."""
    if not isinstance(decision, Wait) or any(reason.code in OPEN_ENDED for reason in decision.reasons):
        return None
    return decision.until
