"""How busy the processors are, measured, so that a burst of calls waits in the queue and does not spoil those that are being held.

Slots say how many calls a worker holds at most; how many it can hold well depends on what else the machine does, and on models and
languages. While the processors are busier than is good for voices the worker names no free slot, so that the dialer starts no call there.
A worker without a call names one all the same: who shares a machine that is always busy would wait for ever.
"""

import asyncio
from collections.abc import Callable

import structlog

log = structlog.get_logger()

MEASURED_S = 1.0
WEIGHT = 0.3
"""Of the newest second in what counts: a process that starts makes nobody wait, three busy seconds do."""
SLACK = 0.1
"""By how much it has to sink below the bound until slots are free again."""


class Admission:
    """`most`: share of all processors from which on no further call is begun; from 1 on it never holds one back. `measure` blocks for the
    seconds that it is given and returns the share in use meanwhile."""

    def __init__(self, most: float, measure: Callable[[float], float]) -> None:
        self._most, self._measure = most, measure
        self.load = 0.0
        self.is_closed = False

    async def run(self) -> None:
        """Measure until cancelled. Where that cannot be done, slots alone hold calls back."""
        try:
            while self._most < 1.0:
                self.measured(await asyncio.to_thread(self._measure, MEASURED_S))
        except (OSError, RuntimeError, ValueError) as error:
            self.is_closed = False
            log.warning("load_not_measured", error=f"{type(error).__name__}: {error}")

    def measured(self, share: float) -> None:
        self.load += (share - self.load) * WEIGHT
        bound = self._most - SLACK if self.is_closed else self._most
        was_closed, self.is_closed = self.is_closed, self.load >= bound
        if self.is_closed != was_closed:
            log.info("admission_closed" if self.is_closed else "admission_opened", load=round(self.load, 2))

    def slots(self, total: int, held: int) -> int:
        """What is named of `total` slots, of which `held` are taken."""
        return min(total, max(1, held)) if self.is_closed else total
