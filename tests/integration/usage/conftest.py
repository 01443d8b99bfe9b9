"""The stages of calls and dialer, for what calls use and cost."""

from tests.integration.calls.conftest import settings, stage
from tests.integration.dialer.conftest import bench

__all__ = ["bench", "settings", "stage"]
