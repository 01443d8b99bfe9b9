"""How a trunk's pace gives way to a carrier that throttles, and how it comes back: halve at once, recover in small equal steps.

The row keeps the share as it was at `throttled_at`; what it is by now is computed when somebody asks, so that nothing has to run for it.
"""

from datetime import datetime, timedelta

LEAST_SHARE = 0.05
"""A twentieth of the trunk's own pace: at one call per second still three a minute, which finds out when the carrier relents."""
RECOVERY_PER_MINUTE = 0.10
"""Of the full pace (facts/dialer §2.3: halve, then ten per cent a minute)."""
STALE = timedelta(minutes=0.5 / RECOVERY_PER_MINUTE)
"""Had a throttled call been heard of at once, the pace would be whole again by now: a provider's record that comes later says nothing of
today's pace."""


def share_now(share: float, throttled_at: datetime | None, now: datetime) -> float:
    """The share of the trunk's pace in use at `now`; `share` is what it was at `throttled_at`."""
    if throttled_at is None:
        return 1.0
    minutes = max(0.0, (now - throttled_at).total_seconds() / 60)
    return min(1.0, share + RECOVERY_PER_MINUTE * minutes)


def full_pace_at(share: float, throttled_at: datetime | None) -> datetime | None:
    """When the whole pace is in use again if nothing more is throttled; None when nothing ever was."""
    if throttled_at is None:
        return None
    return throttled_at + timedelta(minutes=max(0.0, 1.0 - share) / RECOVERY_PER_MINUTE)


def share_after_throttling(share: float, throttled_at: datetime | None, dialed_at: datetime, now: datetime) -> float | None:
    """The share from `now` on, because a call dialled at `dialed_at` was throttled.

    None when nothing follows: the call was sent before the last halving, whose effect it cannot have met. Otherwise the calls that are in
    flight together would halve the pace one after the other for one and the same reason. Nor when it is `STALE`.
    """
    if now - dialed_at > STALE or (throttled_at is not None and dialed_at <= throttled_at):
        return None
    return max(LEAST_SHARE, share_now(share, throttled_at, now) / 2)
