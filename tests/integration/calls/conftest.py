"""The API and the dialer side by side on one database, with the telephony port in memory: calls from both of their sides."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update

from control_plane.db.models import Call, Trunk
from control_plane.dialer import place
from control_plane.dialer.claim import tick
from control_plane.dialer.context import Dialer
from control_plane.dialer.sweep import sweep
from control_plane.kit.clock import SystemClock
from control_plane.settings import Settings
from control_plane.telephony.port import Answered, DialResult, PermittedDial
from sip_config.codec import decode, encode
from sip_config.contract import AnsweredBy, CallEvent, CallReport, DispatchTicket, EndCause, EventKind, Outcome
from sip_config.naming import room_name
from tests.factories import rows
from tests.fakes.telephony import FakeTelephony
from tests.fixtures.api import Api, settings_for

CALLER, CALLEE = "+12025550199", "+12025550101"
ASSISTANT = {"name": "Ann", "system_prompt": "Be kind.", "first_message": "Hello.", "outcome_labels": ["booked", "not_interested"]}
SECRET = "a-secret-of-at-least-thirty-two-characters"
STILL_THERE = timedelta(hours=1)
"""A machine that stands still makes no agent worker vanish and no turn be missed here."""


@dataclass
class Agent:
    """The agent of one call: its ticket, and what it says over HTTP."""

    client: httpx.AsyncClient
    call_id: str
    ticket: DispatchTicket
    said: int = 0

    async def says(self, *kinds: EventKind, status: int = 200, **data: Any) -> None:
        events = []
        for kind in kinds:
            self.said += 1
            events.append(CallEvent(f"event-{self.said}", kind, datetime.now(UTC), self.ticket.generation, data))
        answer = await self.client.post("/events", content=f"[{','.join(encode(event) for event in events)}]")
        assert answer.status_code == status, answer.text

    async def reports(self, **fields: Any) -> None:
        facts = {"answered": True, "answered_by": AnsweredBy.HUMAN, "outcome": Outcome.SUCCESS, "end_cause": EndCause.AGENT_HANGUP}
        report = CallReport(self.call_id, self.ticket.generation, **(facts | fields))
        answer = await self.client.put("/report", content=encode(report))
        assert answer.status_code == 200, answer.text


class Switchboard(FakeTelephony):
    """Says when an INVITE has left."""

    def __init__(self) -> None:
        super().__init__()
        self.has_dialled = asyncio.Event()

    async def dial(self, order: PermittedDial) -> DialResult:
        self.has_dialled.set()
        return await super().dial(order)


@dataclass
class Stage:
    api: Api
    dialer: Dialer
    telephony: "Switchboard"
    assistant_id: str
    trunk_id: str
    number_id: str
    dials: list["asyncio.Task[None]"] = field(default_factory=list)

    async def post(self, path: str, body: Any = None, status: int = 201) -> Any:
        return checked(await self.api.manager.post(path, json=body), status)

    async def get(self, path: str, status: int = 200, **query: Any) -> Any:
        return checked(await self.api.viewer.get(path, params=query), status)

    def wanted(self, **fields: Any) -> dict[str, Any]:
        """The body of a call that can be made."""
        return {"to": CALLEE, "assistant_id": self.assistant_id} | fields

    async def call(self, status: int = 202, **fields: Any) -> Any:
        """What POST /calls answers."""
        return await self.post("/calls", self.wanted(**fields), status)

    async def call_of_run(self, schedule: Any) -> Any:
        """The call of a run of `schedule` that is begun now."""
        run = await self.post(f"/schedules/{schedule['id']}/run-now", status=202)
        return {"id": run["calls"][0]["id"]}

    async def rows(self) -> list[Call]:
        async with self.api.sessions() as session:
            return list(await session.scalars(select(Call).order_by(Call.id)))

    async def row(self, call: Any) -> Call:
        async with self.api.sessions() as session:
            return await session.get_one(Call, UUID(call["id"]))

    async def change(self, call: Any, **facts: Any) -> None:
        async with self.api.sessions.begin() as session:
            await session.execute(update(Call).where(Call.id == UUID(call["id"])).values(**facts))

    async def dispatched(self, **fields: Any) -> tuple[Any, Agent]:
        """A call that was claimed and sent an agent: one that is made here, or the one that is there as `made`."""
        call = fields.get("made") or await self.call(**fields)
        assert await tick(self.dialer) == 1
        await place.dispatch(self.dialer, UUID(call["id"]))
        return call, self.agent_of(call)

    async def ready(self, **fields: Any) -> tuple[Any, Agent]:
        call, agent = await self.dispatched(**fields)
        await agent.says(EventKind.READY)
        return call, agent

    async def dialing(self, **fields: Any) -> tuple[Any, Agent]:
        """A call whose INVITE is out; the network has not answered yet."""
        call, agent = await self.ready(**fields)
        self.telephony.has_dialled.clear()
        self.dials.append(asyncio.create_task(place.place(self.dialer, UUID(call["id"]))))
        async with asyncio.timeout(60):
            await self.telephony.has_dialled.wait()
        return call, agent

    async def in_progress(self, **fields: Any) -> tuple[Any, Agent]:
        call, agent = await self.dialing(**fields)
        self.telephony.agent_joins(room_name(call["id"]))
        await self.network_says(call, Answered())
        return call, agent

    async def network_says(self, call: Any, result: DialResult) -> None:
        self.telephony.answer(room_name(call["id"]), result)
        await self.dial_is_over()

    async def dial_is_over(self) -> None:
        async with asyncio.timeout(60):
            await self.dials.pop()

    def agent_of(self, call: Any) -> Agent:
        metadata = self.telephony.room_of[room_name(call["id"])].agent_metadata
        ticket = decode(DispatchTicket, metadata)
        return Agent(self.api.client(ticket.token, f"/internal/calls/{call['id']}"), call["id"], ticket)

    async def run_close_room(self, call: Any) -> None:
        """What the task worker does with the nudge; it must have been sent."""
        assert ("close_room", call["id"]) in [(nudge.task, nudge.subject) for nudge in self.api.queue.sent]
        await place.close_room(self.dialer, UUID(call["id"]))

    async def tick(self) -> int:
        return await tick(self.dialer)

    async def sweep(self) -> None:
        await sweep(self.dialer)


def checked(answer: httpx.Response, status: int) -> Any:
    assert answer.status_code == status, f"{answer.status_code} instead of {status}: {answer.text}"
    if status >= 400:
        assert answer.headers["content-type"].startswith("application/problem+json")
    return answer.json()


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    return settings_for(database, tmp_path, livekit_api_secret=SECRET)


@pytest.fixture
async def stage(api: Api) -> Stage:
    """One assistant, one rehearsal number that can dial, one agent worker. API and dialer share the machine's clock."""
    api.app.state.clock = SystemClock()
    telephony = Switchboard()
    dialer = Dialer(api.sessions, api.queue, SystemClock(), telephony, punctual=STILL_THERE, send_within=STILL_THERE)
    assistant = checked(await api.manager.post("/assistants", json=ASSISTANT), 201)["id"]
    trunk = checked(await api.manager.post("/trunks", json={"name": "Rehearsal", "provider": "rehearsal", "calls_per_second": 100}), 201)[
        "id"
    ]
    number = checked(await api.manager.post("/numbers", json={"e164": CALLER, "trunk_id": trunk}), 201)["id"]
    async with api.sessions.begin() as session:
        await session.execute(update(Trunk).values(livekit_outbound_trunk_id="ST_test", sync_state="synced"))
        await rows.agent_worker(session, heartbeat_at=datetime.now(UTC) + STILL_THERE)
    api.queue.sent.clear()
    return Stage(api, dialer, telephony, assistant, trunk, number)
