"""The stage of calls, for what their agents are entrusted with."""

from tests.integration.calls.conftest import settings, stage

__all__ = ["settings", "stage"]
