"""Python processes that begin at once: forked from a server that has imported everything.

A process that is killed every few seconds would otherwise spend its life importing, several seconds of a slow core each time, and nothing
would be under way that a fault could hit. What starts is the same module, with an environment, a session and a log of its own.
"""

import ctypes
import multiprocessing
import os
import runpy
import signal
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_IMPORTED = [
    "control_plane.cli",
    "control_plane.commands.halts",
    "tests.chaos.api",
    "tests.chaos.worker",
    "tests.chaos.agent",
    "tests.chaos.livekit_agent",
]
_IMPORTED += ["tests.fakes.telephony_server"]
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(_IMPORTED)


class Fork:
    """A running module, with as much of `subprocess.Popen` as the platform uses."""

    def __init__(self, module: str, arguments: tuple[str, ...], env: Mapping[str, str], log: Path) -> None:
        self._process: ForkServerProcess = _forks.Process(target=_run, args=(module, arguments, dict(env), str(log)), daemon=True)
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout_s: float | None = None) -> int | None:
        self._process.join(timeout_s)
        return self._process.exitcode


def _run(module: str, arguments: tuple[str, ...], env: dict[str, str], log: str) -> None:
    os.setsid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    Path(log).parent.mkdir(parents=True, exist_ok=True)
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(target, stream)
    os.environ.clear()
    os.environ.update(env)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    sys.argv = [module, *arguments]
    # Imported beforehand for what it imports; what runs is executed anew.
    sys.modules.pop(module, None)
    runpy.run_module(module, run_name="__main__", alter_sys=True)
