"""Operators on the stage of calls."""

from tests.integration.calls.conftest import settings, stage

__all__ = ["settings", "stage"]
