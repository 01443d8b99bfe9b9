"""How a process ends in which LiveKit's native library runs."""

import logging
import os
import sys
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """End this process with the exit code, once everything that was written is out.

    The interpreter takes nothing down. A thread of the native library that has something to tell it meanwhile is ended by it in the middle
    of a function that must not be left so, and the whole process aborts (exit code -6) although all its work is done.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
