"""A process that ends with the one that started it, however that ended: a parent that is killed can tell nobody."""

import ctypes
import os
import signal
import sys

# Values from <sys/prctl.h>; the standard library has no name for it.
_PR_SET_PDEATHSIG = 1
# Loaded before any fork: importing between fork and exec may deadlock.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def end_with(parent: int, sig: signal.Signals = signal.SIGTERM) -> None:
    """Be sent `sig` when the process `parent`, our own, has ended. Only Linux can."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(sig), 0, 0, 0)
        if os.getppid() != parent:
            # It has ended before we said so; the signal would never come.
            os._exit(1)
