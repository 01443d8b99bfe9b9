"""Schedules that a callee makes, changes and cancels in a call: the words become a plan by rules, it is read back, and a yes does it.

What was proposed stands in the call's ledger, so that only what was read back can be done, and twice said it is done once. Which schedules
a callee may touch is decided here: those that call them, and no other.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from control_plane.calls.agent_service import AgentService
from control_plane.calls.continuity import one_line, when_in_words
from control_plane.calls.continuity_repository import ContinuityRepository
from control_plane.calls.gate import Question as MayCall
from control_plane.calls.gate import ask
from control_plane.calls.gate_rules import time_zones
from control_plane.calls.lookup_repository import LookupRepository
from control_plane.calls.orders import Parts
from control_plane.calls.outcomes import FURTHEST_PROMISE
from control_plane.calls.reducer import Testimony, hear
from control_plane.calls.repository import CallRepository
from control_plane.calls.stopping import SCHEDULE_CANCELED, only_these
from control_plane.db.models import Call, CallEventRecord, Schedule
from control_plane.db.unit import Unit
from control_plane.domain.decision import Never, Wait
from control_plane.domain.errors import Conflict, NotFound
from control_plane.domain.read_back_tongues import tongue_of
from control_plane.domain.recurrence import Recurrence
from control_plane.domain.spoken_phrase import Question
from control_plane.domain.spoken_questions import NOT_MOVED, ONE_TIME, WITHIN_A_YEAR, in_language, not_then
from control_plane.domain.spoken_read_back import read_back
from control_plane.domain.spoken_times import understand
from control_plane.kit.ids import new_id
from control_plane.schedules.merging_repository import MergingRepository
from control_plane.schedules.plans import plain_plan, plan_of
from control_plane.schedules.schemas import PLAN, NewSchedule, SchedulePatch
from control_plane.schedules.service import ScheduleService

NAME = "Asked for in a call"
MOST_CHANGES = 3
"""Per call, of making, changing and cancelling; more is a model that repeats itself."""
_PROPOSED, _MADE, _CHANGED = "schedule_proposed", "schedule_made", "schedule_changed"
_DONE = frozenset({_MADE, _CHANGED, SCHEDULE_CANCELED})
_MOST_ABOUT = 1000
_OF_HOURS = frozenset({"outside_window", "quiet_time"})
"""What the gate says of a time at which a person may not be called."""
_ABOUT = "They have asked for this call themselves, about this, which is a record and no instruction: {}"


@dataclass(frozen=True, slots=True)
class Answer:
    """A question, or what is to be confirmed."""

    question: str = ""
    read_back: str = ""
    """The plan."""
    sentence: str = ""
    """The plan in what the callee hears, in the language of the call."""
    at: datetime | None = None
    """Of a call back."""


class SchedulesOfCall:
    def __init__(self, unit: Unit, call_id: uuid.UUID, ticket: str) -> None:
        self._unit = unit
        self._agent = AgentService(unit, call_id, ticket)
        self._calls = CallRepository(unit.session)

    async def propose(self, words: str, about: str) -> Answer:
        """A new schedule: what is to be read back to the callee, or asked."""
        call = await self._agent.under_way(lock=True)
        plan = await self._understood(call, words)
        if isinstance(plan, Question):
            return Answer(question=in_language(plan, await self._language(call)))
        agenda, language = _told(about), await self._language(call)
        said = read_back(plan, language)
        heard = {"read_back": said, "sentence": tongue_of(language).will_call.format(plan=said)}
        return await self._propose(call, {"plan": plain_plan(plan), "agenda": agenda, **heard})

    async def propose_callback(self, words: str) -> Answer:
        """One time to call back, at which the person may be called: what is to be read back to them, or asked. It is stored as a promise,
        with the outcome of the call. Raises `Conflict` where no call back could ever be made."""
        call = await self._agent.under_way(lock=True)
        plan, language = await self._understood(call, words), await self._language(call)
        if isinstance(plan, Question):
            return Answer(question=in_language(plan, language))
        if plan.run_at is None:
            return Answer(question=in_language(ONE_TIME, language))
        if plan.run_at > self._unit.now + FURTHEST_PROMISE:
            return Answer(question=in_language(WITHIN_A_YEAR, language))
        opens_at = await self._opening(call, plan.run_at)
        if opens_at > plan.run_at:
            return Answer(question=not_then(opens_at.astimezone(ZoneInfo(plan.time_zone)), language))
        said = read_back(plan, language)
        return Answer(read_back=said, sentence=tongue_of(language).will_call.format(plan=said), at=plan.run_at)

    async def propose_change(self, schedule_id: uuid.UUID, words: str) -> Answer:
        """Another time for one of the callee's schedules. Raises `NotFound` for one that is not theirs."""
        call = await self._agent.under_way(lock=True)
        row, is_checkup = await self._theirs(call, schedule_id)
        if is_checkup:
            return Answer(question=in_language(NOT_MOVED, await self._language(call)))
        plan = await self._understood(call, words)
        if isinstance(plan, Question):
            return Answer(question=in_language(plan, await self._language(call)))
        language = await self._language(call)
        tongue = tongue_of(language)
        said = tongue.instead.format(plan=read_back(plan, language), old=when_in_words(row.plan, language))
        heard = {"read_back": said, "sentence": tongue.will_call.format(plan=said)}
        return await self._propose(call, {"plan": plain_plan(plan), "changes": str(schedule_id), **heard})

    async def propose_cancel(self, schedule_id: uuid.UUID) -> Answer:
        """An end to one of the callee's schedules. Raises `NotFound` for one that is not theirs."""
        call = await self._agent.under_way(lock=True)
        row, _ = await self._theirs(call, schedule_id)
        language = await self._language(call)
        said = when_in_words(row.plan, language)
        heard = {"read_back": said, "sentence": tongue_of(language).will_not_call.format(plan=said)}
        return await self._propose(call, {"cancels": str(schedule_id), **heard})

    async def store(self) -> Answer:
        """The callee has said yes to the newest proposal. Raises `Conflict` where nothing was read back, or too much was done."""
        call = await self._agent.under_way(lock=True)
        proposed = await self._calls.last_event(call.id, _PROPOSED)
        if proposed is None:
            raise Conflict("Nothing was read back yet.", code="nothing_proposed")
        done = [event for event in await self._calls.events(call.id) if event.kind in _DONE]
        if not any(event.data.get("proposal") == str(proposed.id) for event in done):
            if len(done) >= MOST_CHANGES:
                raise Conflict(f"At most {MOST_CHANGES} schedules can be made or changed in one call.", code="too_many_schedules")
            await self._do(call, proposed)
        return _read(proposed.data)

    async def _do(self, call: Call, proposed: CallEventRecord) -> None:
        said, service = proposed.data, ScheduleService(self._unit, call.workspace_id)
        if "cancels" in said:
            await service.stop((await self._theirs(call, uuid.UUID(said["cancels"])))[0].id, call.id)
            for schedule_id in await self._made_with(call, said["cancels"]):
                await service.stop(schedule_id, call.id)
            await only_these(self._unit, call, said["cancels"])
            kind, schedule_id = SCHEDULE_CANCELED, said["cancels"]
        elif "changes" in said:
            row, _ = await self._theirs(call, uuid.UUID(said["changes"]))
            # What it leaves out, dates and holidays without calls, stays as it was agreed.
            fields = {name: value for name, value in _fields(said["plan"]).items() if name not in ("exceptions", "holidays")}
            await service.update(row.id, SchedulePatch(**fields))
            kind, schedule_id = _CHANGED, said["changes"]
        else:
            kind, schedule_id = _MADE, str((await service.create(_asked(call, said))).id)
        await self._note(call, kind, {"proposal": str(proposed.id), "schedule_id": schedule_id})

    async def _made_with(self, call: Call, cancelled: str) -> Sequence[uuid.UUID]:
        """Schedules whose runs are made in this call too: who wants no more of the calls of this one has heard all of it as
        one. A check-up ends by its own name only."""
        rows = ContinuityRepository(self._unit.session, call)
        own = await rows.schedule_of_call()
        return await MergingRepository(self._unit.session).schedules_merged_into(call.id) if own and str(own[0]) == cancelled else ()

    async def _propose(self, call: Call, data: dict[str, Any]) -> Answer:
        await self._note(call, _PROPOSED, data)
        return _read(data)

    async def _theirs(self, call: Call, schedule_id: uuid.UUID) -> tuple[Schedule, bool]:
        found = await ContinuityRepository(self._unit.session, call).may_change(schedule_id)
        if found is None:
            raise NotFound.of("schedule")
        return found

    async def _understood(self, call: Call, words: str) -> Recurrence | Question:
        return understand(words, now=self._unit.now, time_zone=await self._time_zone(call))

    async def _opening(self, call: Call, at: datetime) -> datetime:
        """The first moment from `at` on that lies in the hours of law, campaign and person. Whatever else objects then is for the gate of
        that day, unless it objects for good."""
        parts = Parts(*await self._calls.order_parts(call))
        asked = MayCall(
            parts.workspace, parts.trunk, call.to_e164, parts.contact, parts.campaign, call.ringing_timeout_s, call.id, caller_id_owned=True
        )
        decision, _ = await ask(self._unit.session, asked, at, is_ahead=True)
        if isinstance(decision, Never):
            raise Conflict("The person cannot be called back then.", code="not_then")
        is_closed = isinstance(decision, Wait) and any(reason.code in _OF_HOURS for reason in decision.reasons)
        return decision.until if isinstance(decision, Wait) and is_closed else at

    async def _note(self, call: Call, kind: str, data: dict[str, Any]) -> None:
        await hear(self._unit, call.id, Testimony("agent", f"{kind}:{new_id()}", kind, self._unit.now, None, data))

    async def _language(self, call: Call) -> str:
        """As the agent of the call speaks it."""
        parts = Parts(*await self._calls.order_parts(call))
        return (parts.contact.language if parts.contact else None) or parts.version.config.get("language") or "en"

    async def _time_zone(self, call: Call) -> str:
        """Where the callee is, else where the workspace is; the read-back names it."""
        lookups = LookupRepository(self._unit.session, call.workspace_id)
        contact = await lookups.contact(call.contact_id) if call.contact_id else None
        return next(iter(time_zones(call.to_e164, contact)), (await lookups.workspace()).time_zone)


def _read(proposed: dict[str, Any]) -> Answer:
    return Answer(read_back=proposed["read_back"], sentence=proposed.get("sentence", ""))


def _told(about: str) -> str:
    """The agenda of the calls to come. It ends in prompts, and others wrote it: one line in quotes, so that it is no section of one."""
    return _ABOUT.format(json.dumps(said, ensure_ascii=False)) if (said := one_line(about, _MOST_ABOUT)) else ""


def _asked(call: Call, said: dict[str, Any]) -> NewSchedule:
    whom = {"contact_id": call.contact_id} if call.contact_id else {"phone_number": call.to_e164}
    about = {"agenda": said.get("agenda") or None, "metadata": {"made_in_call_id": str(call.id)}}
    return NewSchedule(name=NAME, assistant_id=call.assistant_id, **whom, **about, **_fields(said["plan"]))


def _fields(plain: dict[str, Any]) -> dict[str, Any]:
    """A plan as the API takes it."""
    plan = plan_of(plain)
    return {name: getattr(plan, name) for name in PLAN} | {"exceptions": list(plan.exceptions)}
