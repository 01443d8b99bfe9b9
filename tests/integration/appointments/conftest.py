"""Appointments, with the API and the dialer side by side (tests/integration/calls) and a clock that tests turn."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from control_plane.appointments.tasks import keep_reminders
from control_plane.db.models import Call
from control_plane.dialer import place
from control_plane.dialer.claim import tick
from control_plane.kit.clock import SettableClock, SystemClock
from control_plane.telephony.port import Answered
from sip_config.contract import EventKind
from sip_config.naming import room_name
from tests.integration.calls.conftest import CALLEE, Agent, Stage, settings, stage

__all__ = ["settings", "stage"]

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OFFSETS_S = [2 * 24 * 3600, 2 * 3600]


@dataclass
class Desk:
    """Whoever keeps the appointments. Its clock begins now, so that calls made at a turned time are due for the dialer's real one."""

    stage: Stage
    clock: SettableClock
    contact_id: str

    @property
    def now(self) -> datetime:
        return self.clock.now()

    async def appointment(self, begins_in: timedelta, status: int = 201, **fields: Any) -> Any:
        body = {"contact_id": self.contact_id, "assistant_id": self.stage.assistant_id, "starts_at": (self.now + begins_in).isoformat()}
        return await self.stage.post("/appointments", body | fields, status)

    async def read(self, appointment: Any) -> Any:
        return await self.stage.get(f"/appointments/{appointment['id']}")

    async def change(self, appointment: Any, **fields: Any) -> Any:
        answer = await self.stage.api.manager.patch(f"/appointments/{appointment['id']}", json=fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def keep(self, later: timedelta = timedelta()) -> None:
        """Turn the clock, then do what is due."""
        self.clock.advance(later)
        api = self.stage.api
        await keep_reminders({"sessions": api.sessions, "queue": api.queue, "clock": self.clock})

    async def calls(self) -> list[Call]:
        async with self.stage.api.sessions() as session:
            return list(await session.scalars(select(Call).order_by(Call.id)))

    async def answer(self) -> Agent:
        """The newest call is claimed, dialled and picked up."""
        call = (await self.calls())[-1]
        named = {"id": str(call.id)}
        await self.stage.change(named, due_at=SystemClock().now() - HOUR)
        assert await tick(self.stage.dialer) == 1
        await place.dispatch(self.stage.dialer, UUID(named["id"]))
        agent = self.stage.agent_of(named)
        await agent.says(EventKind.READY)
        self.stage.telephony.answer(room_name(named["id"]), Answered())
        await place.place(self.stage.dialer, call.id)
        return agent


@pytest.fixture
async def desk(stage: Stage) -> Desk:
    clock = SettableClock(SystemClock().now().replace(microsecond=0))
    stage.api.app.state.clock = clock
    contact = await stage.post("/contacts", {"name": "Ada Lee", "phones": [{"e164": CALLEE}], "time_zone": "America/New_York"})
    return Desk(stage, clock, contact["id"])
