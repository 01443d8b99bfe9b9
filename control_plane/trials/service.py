"""Trials: begun from an assistant's draft, held by an agent worker in text, told step by step. Nothing of them is stored."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from control_plane.assistants.schemas import BUILT_IN, Probe, ProbedPart
from control_plane.audit.service import record
from control_plane.calls.calendar_repository import bookable
from control_plane.calls.knowledge_use import bases_named, knowledge_order
from control_plane.calls.tool_use import described
from control_plane.db.unit import Unit
from control_plane.domain import phone
from control_plane.domain.errors import Invalid, NotFound, Unavailable
from control_plane.kit.clock import monotonic
from control_plane.kit.secrets import SecretBox
from control_plane.secrets.credentials import opened
from control_plane.tools.repository import ToolRepository
from control_plane.trials.drafts import OF_A_CALL, calendars_of_trial, destinations_of_trial, drafted
from control_plane.trials.repository import TrialRepository
from control_plane.trials.room import ANSWERS_WITHIN_S, PROBES_WITHIN_S, STARTS_WITHIN_S, About, Told, TrialRoom
from control_plane.trials.schemas import TryEvent, TryIn, TryOut, TryResult, TryStep
from sip_config.codec import decode
from sip_config.contract import CallReport
from sip_config.contract.trial import PROBE, TALK, TrialOrder, Tried

_KEYS = frozenset("0123456789*#")


class TrialService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID, room: TrialRoom) -> None:
        self._unit, self._workspace_id, self._room = unit, workspace_id, room
        self._rows = TrialRepository(unit.session, workspace_id)

    async def begin(self, assistant_id: uuid.UUID, wanted: TryIn) -> uuid.UUID:
        """Raises `NotFound`, `Invalid` for what a call could not be made of either, `Unavailable` without an agent worker."""
        if wanted.to is not None and not phone.is_valid(wanted.to):
            raise Invalid.field("to", "This is not a phone number in the form +14155552671.")
        asked = {name: value for name in (*OF_A_CALL, "to", "first_words", "tool_answers") if (value := getattr(wanted, name))}
        asked["contact_id"] = str(wanted.contact_id) if wanted.contact_id else None
        return await self.open(TALK, assistant_id, asked, "assistant.try")

    async def open(self, kind: str, assistant_id: uuid.UUID, asked: dict[str, Any], action: str) -> uuid.UUID:
        """An agent on its way to one assistant."""
        await drafted(About(self._workspace_id, assistant_id, kind, "", asked), self._unit)
        if not await self._rows.is_an_agent_there(self._unit.now):
            raise Unavailable("No agent worker is running, so no assistant can be tried.", code="no_agent_worker")
        trial_id = await self._room.open(kind, self._workspace_id, assistant_id, asked)
        record(self._unit, self._workspace_id, action, "assistant", assistant_id, None, {"trial_id": str(trial_id)})
        return trial_id

    async def begin_probe(self, assistant_id: uuid.UUID) -> uuid.UUID:
        """The same, of its parts."""
        return await self.open(PROBE, assistant_id, {}, "assistant.probe")

    async def keep(self, assistant_id: uuid.UUID, told: Sequence[Tried]) -> Probe:
        """What came of a probe, for whoever looks at the assistant. Raises `Unavailable` when it did not come to an end."""
        if not told:
            raise Unavailable("The assistant's parts could not be tried to the end; try again.", code="probe_unfinished")
        parts = [ProbedPart(each.part, each.works, each.took_s, each.words) for each in told]
        probe = Probe(parts, all(part.works for part in parts), self._unit.now)
        await self._rows.keep_probe(assistant_id, msgspec.to_builtins(probe))
        return probe

    async def require(self, assistant_id: uuid.UUID, trial_id: uuid.UUID) -> None:
        """Raises `NotFound` for a trial that is not this workspace's, and of this assistant."""
        about = await self._room.about(trial_id)
        if (about.workspace_id, about.assistant_id) != (self._workspace_id, assistant_id):
            raise NotFound.of("trial")


async def converse(room: TrialRoom, trial_id: uuid.UUID, wanted: TryIn) -> TryOut:
    """Take the steps and wait for what comes of them, for some seconds; no transaction is open meanwhile."""
    count = await room.step(trial_id, [msgspec.json.encode(_checked(step)) for step in wanted.steps])
    began = monotonic()
    # What was told last says whether there is anything to wait for.
    seen = max(wanted.after - 1, 0)
    until, told = began + (ANSWERS_WITHIN_S if seen else STARTS_WITHIN_S), list[Told]()
    while True:
        found = [decode(Told, news) for news in await room.news(trial_id, seen, until)]
        told, seen = told + found, seen + len(found)
        is_settled = any(news.is_over or news.steps_done > count for news in told)
        new = told[1:] if wanted.after else told
        if is_settled or not found or (wanted.wait_for == "some" and any(news.events or news.notes for news in new)):
            return _out(trial_id, told, new, seen, is_settled=is_settled)
        until = began + ANSWERS_WITHIN_S


async def tried(room: TrialRoom, trial_id: uuid.UUID) -> Sequence[Tried]:
    """What a probe tells; empty when it broke off or took too long."""
    told = [decode(Told, news) for news in await room.news(trial_id, 0, monotonic() + PROBES_WITHIN_S)]
    return told[-1].tried


async def order_for(about: About, unit: Unit, box: SecretBox) -> TrialOrder:
    """What the agent is given. Secrets join it here, on its way out of the process."""
    asked, (assistant, order) = about.asked, await drafted(about, unit)
    own = [name for name in order.tools if name not in BUILT_IN]
    tools = await ToolRepository(unit.session, about.workspace_id).named(own) if own else ()
    credentials = await opened(unit.session, box, about.workspace_id, assistant.config.get("models") or {}, str(about.assistant_id))
    bases = await bases_named(unit.session, about.workspace_id, assistant.config)
    knowledge = knowledge_order(bases, bool(assistant.config.get("answers_only_from_knowledge")))
    order = replace(order, credentials=credentials, configured_tools=tuple(described(row) for row in tools), record_audio=False)
    order = replace(order, knowledge=knowledge, calendars=bookable(await calendars_of_trial(about, unit)))
    order = replace(order, destinations=tuple(sorted(await destinations_of_trial(about, unit))))
    return TrialOrder(order, about.kind, asked.get("first_words", ""), asked.get("tool_answers", {}))


def _checked(step: TryStep) -> TryStep:
    if step.kind == "press" and (len(step.text) != 1 or step.text not in _KEYS):
        raise Invalid.field("steps", "A key is one of 0 to 9, * and #.")
    if step.kind == "say" and not step.text.strip():
        raise Invalid.field("steps", "To say something, say what.")
    return step


def _out(trial_id: uuid.UUID, told: list[Told], new: list[Told], seen: int, *, is_settled: bool) -> TryOut:
    events = [TryEvent(str(event.kind), event.at, event.data) for news in new for event in (*news.notes, *news.events)]
    report = next((news.report for news in told if news.report is not None), None)
    error = next((news.error for news in told if news.error), "")
    is_over = any(news.is_over for news in told)
    return TryOut(trial_id, events, seen, is_settled, is_over, _result(report) if report else None, error)


def _result(report: CallReport) -> TryResult:
    return TryResult(report.answered_by, report.outcome, report.outcome_label, report.outcome_note, report.end_cause, list(report.errors))
