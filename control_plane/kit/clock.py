"""The only place that reads the machine's clock; everything else is handed a `Clock`, so that tests own time."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The current instant, aware and in UTC."""
        ...


class SystemClock:
    """The machine's clock. Decisions about dialling use the database's clock instead (architecture §3, station 5)."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SettableClock:
    """A clock that stands still until told otherwise."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by


def unix_milliseconds() -> int:
    """Milliseconds since 1970, for identifiers that sort by time."""
    return time.time_ns() // 1_000_000


def monotonic() -> float:
    """Seconds on a clock that never jumps, for measuring spans within one process."""
    return time.monotonic()
