from tests.integration.calls.conftest import settings, stage

__all__ = ["settings", "stage"]
