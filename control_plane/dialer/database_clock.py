"""How this process's monotonic clock stands to the database's.

A turn is an instant on the database's clock and is waited for on this process's. Whoever takes the end of a question for the moment at
which the database read its clock is late by the answer's way and by its own waking up, and does not know it: by as much two INVITEs of two
processes may be too close together.
"""

from collections import deque
from datetime import datetime

REMEMBERED_S = 10.0
"""A clock that is being put right by the usual ten-thousandth moves a millisecond meanwhile."""
MOST = 64
DOUBT_S = 0.001
"""By so much bounds may contradict each other without a clock having been set: instants are rounded, and clocks drift."""


class DatabaseClock:
    """Each question to the database's clock says between which two moments of ours it was read. Of several that were asked lately all are
    true at once; the quickest answer says it best. Never too early: an INVITE must not leave before its turn."""

    def __init__(self) -> None:
        self._bounds: deque[tuple[float, float, float]] = deque(maxlen=MOST)

    def when(self, read: datetime, asked_at: float, answered_at: float) -> float:
        """Our monotonic clock (seconds) when the database's showed `read`, which it was asked for in between."""
        instant = read.timestamp()
        while self._bounds and self._bounds[0][0] < answered_at - REMEMBERED_S:
            self._bounds.popleft()
        self._bounds.append((answered_at, asked_at - instant, answered_at - instant))
        earliest, latest = max(low for _, low, _ in self._bounds), min(high for _, _, high in self._bounds)
        if earliest > latest + DOUBT_S:
            # One of the clocks was set.
            newest = self._bounds[-1]
            self._bounds.clear()
            self._bounds.append(newest)
            _, earliest, latest = newest
        return instant + latest
