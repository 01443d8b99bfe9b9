"""Schedules that a callee asks for in a call: the words become a plan by rules, the plan is read back, and a yes stores it.

What was proposed stands in the call's ledger, so that only a plan that was read back can be stored, and twice said it is stored once.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from control_plane.calls.agent_service import AgentService
from control_plane.calls.gate_rules import time_zones
from control_plane.calls.lookup_repository import LookupRepository
from control_plane.calls.reducer import Testimony, hear
from control_plane.calls.repository import CallRepository
from control_plane.db.models import Call, CallEventRecord
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict
from control_plane.domain.spoken_phrase import Question
from control_plane.domain.spoken_read_back import read_back
from control_plane.domain.spoken_times import understand
from control_plane.kit.ids import new_id
from control_plane.schedules.plans import plain_plan, plan_of
from control_plane.schedules.schemas import PLAN, NewSchedule
from control_plane.schedules.service import ScheduleService

NAME = "Asked for in a call"
MOST_SCHEDULES = 3
"""Per call; more is a model that repeats itself."""
_PROPOSED, _MADE = "schedule_proposed", "schedule_made"
_MOST_AGENDA = 2000


@dataclass(frozen=True, slots=True)
class Answer:
    """Exactly one of them is not empty."""

    read_back: str = ""
    question: str = ""


class SchedulesOfCall:
    def __init__(self, unit: Unit, call_id: uuid.UUID, ticket: str) -> None:
        self._unit = unit
        self._agent = AgentService(unit, call_id, ticket)
        self._calls = CallRepository(unit.session)

    async def propose(self, words: str, about: str) -> Answer:
        """What is to be read back to the callee, or asked."""
        call = await self._agent.under_way(lock=True)
        plan = understand(words, now=self._unit.now, time_zone=await self._time_zone(call))
        if isinstance(plan, Question):
            return Answer(question=plan.text)
        said = read_back(plan)
        await self._note(call, _PROPOSED, {"plan": plain_plan(plan), "read_back": said, "agenda": about.strip()[:_MOST_AGENDA]})
        return Answer(read_back=said)

    async def store(self) -> Answer:
        """The callee has said yes to the newest proposal. Raises `Conflict` where nothing was read back, or too much was stored."""
        call = await self._agent.under_way(lock=True)
        proposed = await self._calls.last_event(call.id, _PROPOSED)
        if proposed is None:
            raise Conflict("Nothing was read back yet.", code="nothing_proposed")
        made = [event for event in await self._calls.events(call.id) if event.kind == _MADE]
        if not any(event.data.get("proposal") == str(proposed.id) for event in made):
            if len(made) >= MOST_SCHEDULES:
                raise Conflict(f"At most {MOST_SCHEDULES} schedules can be made in one call.", code="too_many_schedules")
            await self._make(call, proposed)
        return Answer(read_back=proposed.data["read_back"])

    async def _make(self, call: Call, proposed: CallEventRecord) -> None:
        plan = plan_of(proposed.data["plan"])
        fields: dict[str, Any] = {name: getattr(plan, name) for name in PLAN} | {"exceptions": list(plan.exceptions)}
        whom = {"contact_id": call.contact_id} if call.contact_id else {"phone_number": call.to_e164}
        about = {"agenda": proposed.data.get("agenda") or None, "metadata": {"made_in_call_id": str(call.id)}}
        asked = NewSchedule(name=NAME, assistant_id=call.assistant_id, **whom, **about, **fields)
        row = await ScheduleService(self._unit, call.workspace_id).create(asked)
        await self._note(call, _MADE, {"proposal": str(proposed.id), "schedule_id": str(row.id)})

    async def _note(self, call: Call, kind: str, data: dict[str, Any]) -> None:
        await hear(self._unit, call.id, Testimony("agent", f"{kind}:{new_id()}", kind, self._unit.now, None, data))

    async def _time_zone(self, call: Call) -> str:
        """Where the callee is, else where the workspace is; the read-back names it."""
        lookups = LookupRepository(self._unit.session, call.workspace_id)
        contact = await lookups.contact(call.contact_id) if call.contact_id else None
        return next(iter(time_zones(call.to_e164, contact)), (await lookups.workspace()).time_zone)
