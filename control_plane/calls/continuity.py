"""What the agent of a call is told of earlier ones: summary, mood, promises, and the calls that are planned.

Only calls that are made for the person themselves get it, and only what the same assistant has heard: nobody is sold anything by what they
told a check-up. Everything is bounded and one line each, because it is text that others wrote and that ends in a prompt.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import convert
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.calls.continuity_repository import ContinuityRepository, EarlierCall
from control_plane.calls.fact_repository import FactRepository
from control_plane.db.models import Call, Promise
from control_plane.domain.recurrence import Recurrence
from control_plane.domain.recurrence_words import in_words
from control_plane.domain.reminding import time_of
from control_plane.domain.spoken_dates import spelled
from control_plane.domain.spoken_read_back import read_back
from sip_config.contract import CallPurpose, Memory, PlannedCalls

REMEMBERS = frozenset({CallPurpose.SINGLE, CallPurpose.SCHEDULE, CallPurpose.INBOUND})
"""Not campaigns; not calls to safety contacts, who are other people."""
CHANGING = frozenset({"change_schedule", "cancel_schedule"})
_CALLS, _MOODS_OF_CALL, _PROMISES, _PLANNED, _FACTS = 5, 6, 5, 5, 20
_SUMMARY, _LINE = 1000, 300
"""Characters."""


@dataclass(frozen=True, slots=True)
class Continuity:
    memory: Memory = field(default_factory=Memory)
    planned: tuple[PlannedCalls, ...] = ()
    schedule_id: str = ""

    @property
    def variables(self) -> dict[str, str]:
        """What prompts and opening may name; each may be empty, so that a text needs words for that: `{last_summary|}`."""
        memory = self.memory
        last_mood = memory.moods[-1].rpartition(" ")[2] if memory.moods else ""
        promises = " ".join(memory.open_promises)
        return {
            "checkup_type": memory.checkup_type.replace("_", " "),
            "last_call": memory.last_call,
            "last_summary": memory.last_summary,
            "last_mood": last_mood,
            "open_promises": promises,
            "known_facts": " ".join(memory.facts),
        }


async def continuity_of(session: AsyncSession, call: Call, tools: Iterable[str], time_zone: str) -> Continuity:
    """`tools` are the assistant's; `time_zone` is where the callee's day passes."""
    if call.purpose not in REMEMBERS or not call.to_e164:
        # Of somebody who withholds their number nobody knows who it is.
        return Continuity()
    rows, zone = ContinuityRepository(session, call), ZoneInfo(time_zone)
    of_run = await rows.schedule_of_call()
    earlier = await rows.earlier_calls(_CALLS)
    memory = Memory(
        checkup_type=(of_run[1] or "") if of_run else "",
        last_call=spelled(earlier[0].answered_at.astimezone(zone).date()) if earlier else "",
        last_summary=one_line(next((each.summary for each in earlier if each.summary), ""), _SUMMARY),
        moods=tuple(_mood_line(each, zone) for each in reversed(earlier) if each.moods),
        open_promises=tuple(_promise_line(promise, time_zone) for promise in await rows.open_promises(_PROMISES)),
        facts=tuple(one_line(fact, _LINE) for fact in await FactRepository(session).known(call, _FACTS)),
    )
    planned = await rows.planned(_PLANNED) if CHANGING & set(tools) else ()
    return Continuity(memory, tuple(_planned(*row) for row in planned), str(of_run[0]) if of_run else "")


def one_line(text: str, most: int) -> str:
    """Without line breaks and other control characters, cut at a bound: what is quoted in a prompt cannot begin a section of it."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:most]


def when_in_words(plan: Mapping[str, Any], language: str = "en") -> str:
    """The column `plan` of a schedule as it is said; expressions that nobody could have said have their own echo, in English."""
    recurrence = convert(plan, Recurrence)
    try:
        return read_back(recurrence, language)
    except ValueError:
        return in_words(recurrence)


def _mood_line(call: EarlierCall, zone: ZoneInfo) -> str:
    """`Monday, November 30, 2026: sad, then neutral`."""
    course: Sequence[str] = [mood for mood, _ in groupby(call.moods)][-_MOODS_OF_CALL:]
    return f"{spelled(call.answered_at.astimezone(zone).date())}: {', then '.join(course)}"


def _promise_line(promise: Promise, time_zone: str) -> str:
    due = f", until {time_of(promise.due_at, time_zone)}" if promise.due_at is not None else ""
    return f"{one_line(promise.what, _LINE)} (to be kept by {'you' if promise.owner == 'assistant' else 'the team'}{due})"


def _planned(schedule_id: uuid.UUID, plan: Mapping[str, Any], request: Mapping[str, Any], checkup_id: uuid.UUID | None) -> PlannedCalls:
    about = one_line(str(request.get("agenda") or ""), _LINE)
    return PlannedCalls(str(schedule_id), when_in_words(plan), about, is_checkup=checkup_id is not None)
