"""Schedules over the API and their tasks by hand, on a clock that the test moves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from control_plane.calls.reducer import Testimony, take_in
from control_plane.calls.repository import CallRepository
from control_plane.db.models import Call, ScheduleRun, Trunk
from control_plane.db.unit import open_unit
from control_plane.domain.call_state import Fact
from control_plane.schedules.tasks import call_runs, claim_schedules, follow_runs
from sip_config.contract import AnsweredBy, NetworkResult, Outcome
from tests.fixtures.api import Api

CALLER, CALLEE = "+12025550199", "+12025550101"
ASSISTANT = {"name": "Ann", "system_prompt": "Be kind.", "first_message": "Hello {first_name|there}."}


@dataclass
class Desk:
    api: Api
    assistant_id: str
    contact_id: str

    @property
    def ctx(self) -> dict[str, Any]:
        """What a task is handed."""
        return {"sessions": self.api.sessions, "queue": self.api.queue, "clock": self.api.clock}

    @property
    def now(self) -> datetime:
        return self.api.clock.now()

    async def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        answer = await self.api.manager.post(path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.api.viewer.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def schedule(self, status: int = 201, **fields: Any) -> Any:
        """What POST /schedules answers; in an hour and every hour after unless said."""
        usual = {"name": "Check-in", "assistant_id": self.assistant_id, "contact_id": self.contact_id, "cron": "0 * * * *"}
        return await self.post("/schedules", {**usual, **fields}, status)

    async def other_assistant(self) -> str:
        """What two assistants are to say is not made in one call."""
        return (await self.post("/assistants", ASSISTANT, 201))["id"]

    async def runs(self, schedule: Any) -> list[Any]:
        """In the order in which they were planned."""
        return sorted((await self.get(f"/schedules/{schedule['id']}/runs"))["items"], key=lambda run: run["planned_at"])

    async def pass_time(self, **span: float) -> None:
        self.api.clock.advance(timedelta(**span))
        await self.work()

    async def work(self) -> None:
        """All three tasks, as the worker runs them again and again."""
        for task in (claim_schedules, call_runs, follow_runs):
            await task(self.ctx)

    async def count(self, kind: type[Call] | type[ScheduleRun]) -> int:
        async with self.api.sessions() as session:
            return await session.scalar(select(func.count()).select_from(kind)) or 0

    async def newest_call(self) -> Call:
        async with self.api.sessions() as session:
            call = await session.scalar(select(Call).order_by(Call.id.desc()).limit(1))
        assert call is not None
        return call

    async def ends_unanswered(self, call: Call, result: NetworkResult = NetworkResult.NO_ANSWER) -> None:
        await self._ends(call, {"state": "ringing", "dialing_at": self.now}, Fact.NOT_ANSWERED, {"network_result": result})

    async def ends_after_talk(self, call: Call, outcome: Outcome, **facts: Any) -> None:
        talked = {"state": "wrapping", "dialing_at": self.now, "answered_at": self.now, "network_result": NetworkResult.ANSWERED}
        heard = {"answered_by": AnsweredBy.HUMAN, "outcome": outcome, "reported_at": self.now}
        await self._ends(call, talked | heard | facts, Fact.REPORTED, {})

    async def is_put_back(self, call: Call, why: str) -> None:
        await self._ends(call, {"failure": why}, Fact.RELEASED, {})

    async def _ends(self, call: Call, so_far: dict[str, Any], fact: Fact, data: dict[str, Any]) -> None:
        async with open_unit(self.api.sessions, self.api.queue, self.api.clock, actor="system") as unit:
            row = await CallRepository(unit.session).lock(call.id)
            assert row is not None
            for name, value in {"claimed_at": self.now, **so_far}.items():
                setattr(row, name, value)
            await take_in(unit, row, Testimony("task", "end", str(fact), self.now, fact, data))
        await follow_runs(self.ctx)


@pytest.fixture
async def desk(api: Api) -> Desk:
    """An assistant, a rehearsal number that can dial, and a contact."""

    async def made(path: str, body: Any) -> str:
        answer = await api.manager.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    assistant = await made("/assistants", ASSISTANT)
    trunk = await made("/trunks", {"name": "Rehearsal", "provider": "rehearsal"})
    await made("/numbers", {"e164": CALLER, "trunk_id": trunk})
    contact = await made("/contacts", {"name": "Ada Miller", "phones": [{"e164": CALLEE}]})
    async with api.sessions.begin() as session:
        await session.execute(update(Trunk).where(Trunk.id == UUID(trunk)).values(livekit_outbound_trunk_id="ST_test", sync_state="synced"))
    api.queue.sent.clear()
    return Desk(api, assistant, contact)
