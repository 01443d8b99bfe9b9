"""The only place of the carrier that reads a clock: wall time for the ledger, which several processes share."""

import time


def now() -> float:
    """Unix seconds."""
    return time.time()


def now_ns() -> int:
    return time.time_ns()
