"""The only place of the agent worker that reads a clock.

Wall-clock seconds are used throughout a call because livekit-agents stamps its events with `time.time()`.
"""

import time
from datetime import UTC, datetime


def seconds() -> float:
    """Wall-clock time in seconds since the epoch."""
    return time.time()


def as_time(at: float) -> datetime:
    """The aware UTC time of `at`, which is seconds since the epoch."""
    return datetime.fromtimestamp(at, UTC)
