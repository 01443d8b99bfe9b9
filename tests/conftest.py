"""Fixtures for everybody, and which tests need the machine for themselves."""

from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes tells of the machine and what else runs on it.
settings.register_profile("callwright", deadline=None)
settings.load_profile("callwright")

pytest_plugins = ["tests.fixtures.services", "tests.fixtures.carrier", "tests.fixtures.api"]

_ALONE = tuple(Path(__file__).parent / folder for folder in ("e2e", "integration/agent_worker"))
"""Folders whose tests all listen to voices."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in _ALONE):
            item.add_marker(pytest.mark.alone)
