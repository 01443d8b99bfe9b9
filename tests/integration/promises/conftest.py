"""Calls with the API and the dialer side by side (tests/integration/calls), and the cron of promises run by hand on a turned clock."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from control_plane.kit.clock import SettableClock, SystemClock
from control_plane.promises.tasks import keep_promises
from tests.integration.calls.conftest import Stage, settings, stage

__all__ = ["settings", "stage"]


@dataclass
class Ledger:
    stage: Stage
    clock: SettableClock = field(default_factory=lambda: SettableClock(SystemClock().now().replace(microsecond=0)))

    @property
    def now(self) -> datetime:
        return self.clock.now()

    async def all(self, **query: Any) -> list[Any]:
        """Oldest first."""
        return (await self.stage.get("/promises", **query))["items"][::-1]

    async def keep(self, later: timedelta = timedelta()) -> None:
        """Turn the clock, then do what is due."""
        self.clock.advance(later)
        api = self.stage.api
        await keep_promises({"sessions": api.sessions, "queue": api.queue, "clock": self.clock})

    async def told(self) -> list[Any]:
        items = (await self.stage.get("/webhook-deliveries"))["items"]
        return [each["data"] for each in reversed(items) if each["event_type"] == "promise.overdue"]


@pytest.fixture
async def ledger(stage: Stage) -> Ledger:
    await stage.post("/webhook-endpoints", {"url": "https://hooks.example.com/"})
    return Ledger(stage)
