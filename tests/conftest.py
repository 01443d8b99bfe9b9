"""Fixtures for everybody, which tests need the machine for themselves, and which the others are run by one process."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from control_plane.kit.garbage import set_aside_what_is_there

# How long an example takes tells of the machine and what else runs on it.
settings.register_profile("callwright", deadline=None)
settings.load_profile("callwright")

pytest_plugins = ["tests.fixtures.services", "tests.fixtures.carrier", "tests.fixtures.api"]

_HERE = Path(__file__).parent
_ALONE = tuple(
    _HERE / name for name in ("e2e", "integration/agent_worker", "chaos/test_quick.py", "integration/operations/test_rolling_restart.py")
)
"""Where tests are right only on a machine that does nothing else: they listen to voices or run whole platforms."""
_TOGETHER = ("tests/integration/remote/",)
"""Folders whose servers are started once for all of their files."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """`-m alone` does without importing everything else."""
    leads_there = any(collection_path.is_relative_to(place) or place.is_relative_to(collection_path) for place in _ALONE)
    return True if config.option.markexpr == "alone" and not leads_there else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(item.path.is_relative_to(place) for place in _ALONE):
            item.add_marker(pytest.mark.alone)
        elif item.get_closest_marker("alone"):
            raise pytest.UsageError(f"`-m alone` would not find {item.nodeid}: name its file in tests/conftest.py instead of marking it.")


def pytest_collection_finish() -> None:
    """What thousands of tests consist of need not be looked through for garbage while they run."""
    set_aside_what_is_there()


class Scheduling(LoadFileScheduling):
    """A file after another to whichever process has time, but all of a folder to one where they share what takes long to start."""

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in _TOGETHER if nodeid.startswith(folder)), super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling | None:
    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None
