"""Calls with the API and the dialer side by side (tests/integration/calls), and the task of analyses run by hand on a turned clock."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from control_plane.analysis.tasks import analyze_calls
from control_plane.db.models import CallAnalysis
from control_plane.kit.clock import SettableClock, SystemClock
from sip_config.contract import Outcome, Turn
from tests.integration.calls.conftest import Agent, Stage, settings, stage

__all__ = ["settings", "stage"]


def talk(*said: tuple[str, str]) -> tuple[Turn, ...]:
    """Utterances of three seconds each, four seconds apart."""
    return tuple(Turn(seq, speaker, text, 4.0 * seq, 4.0 * seq + 3) for seq, (speaker, text) in enumerate(said))


@dataclass
class Desk:
    stage: Stage
    clock: SettableClock = field(default_factory=lambda: SettableClock(SystemClock().now().replace(microsecond=0)))
    extra: dict[str, Any] = field(default_factory=dict)
    """What the task worker has beside what everybody has: settings, secrets."""

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def ctx(self) -> dict[str, Any]:
        api = self.stage.api
        return {"sessions": api.sessions, "queue": api.queue, "clock": self.clock} | self.extra

    async def work(self, later: timedelta = timedelta(seconds=5)) -> None:
        """Turn the clock to `later` than anything that was said, then do what is due."""
        behind = SystemClock().now() - self.clock.now()
        self.clock.advance(max(behind, timedelta()) + later)
        await analyze_calls(self.ctx)

    async def called(self, *said: tuple[str, str], **report: Any) -> tuple[Any, Agent]:
        """A call in which this was said, over and not analysed yet."""
        made = report.pop("call", {})
        call, agent = await self.stage.in_progress(**made)
        await agent.reports(**({"outcome": Outcome.UNKNOWN, "turns": talk(*said)} | report))
        return call, agent

    async def analyzed(self, *said: tuple[str, str], **report: Any) -> tuple[Any, Any]:
        """The call, and what was found in it."""
        call, _ = await self.called(*said, **report)
        await self.work()
        return call, await self.of(call)

    async def of(self, call: Any) -> Any:
        return await self.stage.get(f"/calls/{call['id']}/analysis")

    async def rows(self, call: Any) -> list[CallAnalysis]:
        """Every version, oldest first."""
        async with self.stage.api.sessions() as session:
            query = select(CallAnalysis).where(CallAnalysis.call_id == uuid.UUID(call["id"])).order_by(CallAnalysis.version)
            return list(await session.scalars(query))

    async def told(self, event_type: str) -> list[Any]:
        items = (await self.stage.get("/webhook-deliveries"))["items"]
        return [each["data"] for each in reversed(items) if each["event_type"] == event_type]


@pytest.fixture
async def desk(stage: Stage) -> Desk:
    await stage.post("/webhook-endpoints", {"url": "https://hooks.example.com/"})
    return Desk(stage)
