"""Imported first by every Python process of a platform whose clock a test moves (`tests/e2e/moving.py`), because its folder is in
PYTHONPATH. The product has no such switch: whoever can set one could make phones ring at night.

Moved are the few places where the control plane and the agents read the wall clock or take times from LiveKit. What measures spans
(monotonic clocks, audio, the event loop) runs as always, and so does the simulated carrier.
"""

import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

_AHEAD = Path(os.environ["CALLWRIGHT_TEST_CLOCK"]) if "CALLWRIGHT_TEST_CLOCK" in os.environ else None
"""Holds how many seconds the clock is ahead."""


def _ahead() -> timedelta:
    assert _AHEAD is not None
    return timedelta(seconds=float(_AHEAD.read_text()))


def _control_plane(module: Any) -> None:
    now, milliseconds = module.SystemClock.now, module.unix_milliseconds
    module.SystemClock.now = lambda clock: now(clock) + _ahead()
    module.unix_milliseconds = lambda: milliseconds() + int(_ahead().total_seconds() * 1000)


def _agent(module: Any) -> None:
    as_time = module.as_time
    module.as_time = lambda at: as_time(at) + _ahead()


def _livekit_webhook(module: Any) -> None:
    time_of = module._time_of
    module._time_of = lambda event: time_of(event) + _ahead()


_MOVED: dict[str, Callable[[Any], None]] = {
    "control_plane.kit.clock": _control_plane,
    "agent_worker.clock": _agent,
    "control_plane.calls.livekit_webhook": _livekit_webhook,
}


class _Loader(importlib.abc.Loader):
    def __init__(self, loader: Any, change: Callable[[Any], None]) -> None:
        self._loader, self._change = loader, change

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._change(module)


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> Any:
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target) if fullname in _MOVED else None
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, _MOVED[fullname])
        return spec


if _AHEAD is not None:
    sys.meta_path.insert(0, _Finder())
