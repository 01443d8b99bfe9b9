"""Background work: takes analyses that are due, a few at a time, and stores each once.

No transaction is open while a model is asked. What was taken is taken again by another after `LEASE`, should this process die; whoever
comes too late, or finds the words gone or changed, stores nothing.
"""

import asyncio
import uuid
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from msgspec import convert, structs, to_builtins
from structlog import get_logger

from control_plane.analysis.asking_model import Brief, ModelUnavailable, ask_model
from control_plane.analysis.effects import Heard, apply, is_person
from control_plane.analysis.findings import Finding, Result, Said
from control_plane.analysis.models import Endpoint, endpoint_of
from control_plane.analysis.repository import AnalysisWork
from control_plane.analysis.rules import analyze
from control_plane.calls.analysis_repository import AnalysisAsking
from control_plane.calls.announcing import tell_analyzed
from control_plane.calls.model_usage import OF_ANALYSIS, consumed
from control_plane.calls.repository import CallRepository
from control_plane.db.models import Call, CallAnalysis
from control_plane.db.unit import Unit, open_unit
from control_plane.domain.errors import CallwrightError
from control_plane.kit.clock import monotonic
from control_plane.usage.charging import charge_afterwards
from sip_config.contract import ConsentDecision, ModelUsage

log = get_logger(__name__)
LEASE = timedelta(minutes=3)
"""Longer than a model may take with its repair."""
AGAIN_AFTER = (timedelta(minutes=1), timedelta(minutes=5))
"""How long a model that does not answer is waited for, time by time; then the rules must do."""
MOST_ASKED = len(AGAIN_AFTER) + 1
"""Attempts in which a model is asked, should what follows its answer fail each time; then the rules must do."""
SHIFT_S = 60.0
"""How long one run goes on taking analyses. With the last one's questions it stays far from arq's 300 s, which end a task in mid-answer."""
AT_ONCE = 4
"""Analyses of one process: nearly all of their time is a model's."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One that is being worked on, with all that is needed for it."""

    id: uuid.UUID
    call_id: uuid.UUID
    attempts: int
    transcript: list[Said]
    brief: Brief
    version_id: uuid.UUID
    endpoint: Endpoint | None
    note: str = ""
    engine: str = field(default="rules")


async def analyze_calls(ctx: dict[str, Any]) -> None:
    """Everything that is due, for one shift; the next run comes in seconds. Returns at once while this process is at it."""
    turn: asyncio.Lock = ctx.get("analysis_turn") or asyncio.Lock()
    if turn.locked():
        return
    async with turn:
        until = monotonic() + SHIFT_S
        ended = await asyncio.gather(*(_analyze_until(ctx, until) for _ in range(AT_ONCE)), return_exceptions=True)
    for error in ended:
        if error is not None:
            raise error


async def _analyze_until(ctx: dict[str, Any], until: float) -> None:
    while monotonic() < until:
        taken = await _take(ctx)
        if taken is None:
            return
        try:
            await _work(ctx, taken)
        except Exception:
            log.exception("analysis_failed", analysis_id=str(taken.id), attempts=taken.attempts)


async def _take(ctx: dict[str, Any]) -> Taken | None:
    async with _unit(ctx) as unit:
        rows = AnalysisWork(unit.session)
        row = await rows.take(unit.now, LEASE)
        if row is None:
            return None
        call = await unit.session.get_one(Call, row.call_id)
        version = await rows.version_of(call, row.cause)
        transcript = await _words(rows, call)
        brief = Brief(version.config.get("extraction_schema") or {}, ignores_stop=await rows.has_said_stop(call.id))
        endpoint, note = None, ""
        if any(said.is_callee for said in transcript):
            try:
                endpoint = await endpoint_of(ctx, unit.session, call, version.config.get("models") or {})
            except CallwrightError as error:
                note = error.detail
        return Taken(row.id, call.id, row.attempts, transcript, brief, version.id, endpoint, note)


async def _words(rows: AnalysisWork, call: Call) -> list[Said]:
    """What may be read: nothing of somebody who does not want to be recorded, and of machines only what the agent said to them."""
    if (call.recording_consent or {}).get("decision") == ConsentDecision.REFUSED or call.erased_at is not None:
        return []
    said = await rows.transcript(call.id)
    return said if is_person(call) else [each for each in said if not each.is_callee]


async def _work(ctx: dict[str, Any], taken: Taken) -> None:
    by_rules = await asyncio.to_thread(analyze, taken.transcript, taken.brief.extraction_schema)
    result = by_rules
    if taken.endpoint is not None and taken.attempts > MOST_ASKED:
        taken = replace(taken, note="The model was asked often enough without anything to keep, so rules were used.")
    elif taken.endpoint is not None:
        try:
            answer = await ask_model(taken.endpoint, taken.transcript, taken.brief, by_rules)
            result, taken = answer.result, replace(taken, engine=answer.engine, note=answer.note)
        except ModelUnavailable as error:
            if error.may_pass and taken.attempts <= len(AGAIN_AFTER):
                await _put_off(ctx, taken, AGAIN_AFTER[taken.attempts - 1])
                return
            taken = replace(taken, note=f"The model did not answer, so rules were used: {error}")
        except Exception as error:
            # Whatever a model makes of its answer. Its text stays out of the log: it may quote the callee.
            log.warning("analysis_answer_unusable", analysis_id=str(taken.id), error=type(error).__name__)
            taken = replace(taken, note="The model's answer could not be used, so rules were used.")
    async with _unit(ctx) as unit:
        await _store(unit, taken, _settled(result) if taken.brief.ignores_stop else result)


def _settled(result: Result) -> Result:
    """A stop that was settled by a question in the call is no opt-out: if it was one, it has been committed there."""
    outcome = Finding() if result.outcome.value == "do_not_call" else result.outcome
    return structs.replace(result, opt_out=Finding(), outcome=outcome, lead_score=None, lead_reasons=())


async def _put_off(ctx: dict[str, Any], taken: Taken, pause: timedelta) -> None:
    async with _unit(ctx) as unit:
        call = await CallRepository(unit.session).lock(taken.call_id)
        row = await AnalysisWork(unit.session).mine(taken.id, taken.attempts)
        if call is not None and row is not None:
            row.due_at = unit.now + pause
            await _count(unit, call, row, taken)


async def _store(unit: Unit, taken: Taken, result: Result) -> None:
    """The call first, then the analysis: the order in which everybody locks."""
    rows = AnalysisWork(unit.session)
    call = await CallRepository(unit.session).lock(taken.call_id)
    row = await rows.mine(taken.id, taken.attempts)
    if call is None or row is None:
        return
    if await _words(rows, call) != taken.transcript:
        # More was said, or something is no longer to be known: it is read again.
        row.due_at = unit.now
        unit.nudges.add("analyze_calls")
    else:
        await _keep(unit, rows, call, row, taken, result)
    await _count(unit, call, row, taken)


async def _count(unit: Unit, call: Call, row: CallAnalysis, taken: Taken) -> None:
    """What the model has consumed. Last in a transaction, because all of a workspace meet at its account."""
    if taken.endpoint is not None and taken.endpoint.consumed:
        used = ModelUsage("llm", taken.endpoint.model, dict[str, float](taken.endpoint.consumed))
        await charge_afterwards(unit, call, consumed([used], **{OF_ANALYSIS: row.version}))


async def _keep(unit: Unit, rows: AnalysisWork, call: Call, row: CallAnalysis, taken: Taken, result: Result) -> None:
    before = await rows.previous(call.id)
    known_before = convert(before.result, Result) if before is not None else None
    await rows.supersede(call.id)
    _finish(row, taken, result, unit)
    await unit.session.flush()
    if result.topics != (known_before.topics if known_before is not None else ()):
        await AnalysisAsking(unit.session).count_anew([call.id])
    await apply(unit, row, Heard(call, result, taken.transcript), known_before)
    await tell_analyzed(unit, call)


def _finish(row: CallAnalysis, taken: Taken, result: Result, unit: Unit) -> None:
    row.state, row.is_current, row.finished_at = "done", True, unit.now
    row.engine, row.note, row.assistant_version_id = taken.engine, taken.note[:1000], taken.version_id
    row.model = taken.endpoint.model if taken.endpoint is not None and taken.engine == "model" else ""
    row.result = to_builtins(result)


def _unit(ctx: Mapping[str, Any]) -> AbstractAsyncContextManager[Unit]:
    return open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system")
