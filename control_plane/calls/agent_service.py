"""What an agent may ask and say about the one call its ticket opens.

The ticket's token belongs to one generation of one call: an agent that was replaced, or whose call is over, is told so with a conflict
and leaves.
"""

import hmac
import uuid
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from control_plane.calls.activities import take_activity
from control_plane.calls.activity_repository import ActivityRepository
from control_plane.calls.analysis_asking import ask_for_analysis
from control_plane.calls.analysis_repository import AnalysisAsking
from control_plane.calls.announcing import tell_recording, tell_transcript, tell_turn
from control_plane.calls.continuity import continuity_of
from control_plane.calls.fact_repository import FactRepository
from control_plane.calls.facts import remember
from control_plane.calls.leases import AGENT_SILENCE, lease_of
from control_plane.calls.model_usage import with_report
from control_plane.calls.orders import Parts, order_of
from control_plane.calls.outcomes import category_of, promised_at
from control_plane.calls.promise_repository import PromiseRepository
from control_plane.calls.promises import note_callback, quote_callback, take_promise
from control_plane.calls.reducer import Testimony, hear
from control_plane.calls.repository import CallRepository
from control_plane.calls.risk_repository import RiskRepository
from control_plane.calls.risks import flag_risk
from control_plane.calls.settlement import settle_again
from control_plane.calls.stopping import hold_calls, never_call_again, settle_stop
from control_plane.db.models import Call
from control_plane.db.unit import Unit
from control_plane.domain.call_state import AT_THE_PHONE, FINAL, CallState, Fact
from control_plane.domain.errors import Conflict, NotFound
from control_plane.kit.secrets import digest
from control_plane.kit.storage import Storage
from control_plane.usage.charging import charge
from sip_config.codec import from_plain
from sip_config.contract import (
    Activity,
    CallEvent,
    CallOrder,
    CallPurpose,
    CallReport,
    ConsentDecision,
    Disclosure,
    EndCause,
    EventKind,
    NetworkResult,
    Outcome,
    Promise,
    RecordingConsent,
    Remembered,
    RiskFlag,
    Turn,
)

FACT_OF = {
    EventKind.READY: Fact.AGENT_READY,
    EventKind.RINGING: Fact.RINGING,
    EventKind.ANSWERED: Fact.ANSWERED,
    EventKind.CALLEE_LEFT: Fact.CALLEE_LEFT,
    EventKind.HANGING_UP: Fact.HANGING_UP,
    EventKind.FAILED: Fact.AGENT_LEFT,
}
MOODS = ("happy", "neutral", "sad", "stressed")
_WITH_WORDS = (EventKind.RISK_FLAGGED, EventKind.PROMISED, EventKind.ACTIVITY, EventKind.OUTCOME_SET, EventKind.REMEMBERED)
_LONGEST_QUOTE = 2000
RECORDING_KEY = "recordings/{call_id}.ogg"


class AgentService:
    def __init__(self, unit: Unit, call_id: uuid.UUID, token: str, storage: Storage | None = None) -> None:
        """With the storage where a recording may come, or have to go."""
        self._unit = unit
        self._storage = storage
        self._call_id = call_id
        self._token = token
        self._calls = CallRepository(unit.session)

    async def under_way(self, *, lock: bool = False) -> Call:
        """The call that the ticket opens. One that is over, or given to a newer agent, is a `Conflict`."""
        call = await self._call(lock=lock)
        if call.state in FINAL:
            raise Conflict("This call is over.", code="call_over")
        return call

    async def order(self) -> CallOrder:
        """Everything the agent needs. A call that is over, or given to a newer agent, is a `Conflict`."""
        call = await self.under_way()
        parts = Parts(*await self._calls.order_parts(call))
        zone = parts.time_zone(call) or parts.workspace.time_zone
        continuity = await continuity_of(self._unit.session, call, parts.version.config.get("tools") or (), zone)
        return order_of(call, replace(parts, continuity=continuity), self._unit.now)

    async def take_events(self, events: Sequence[CallEvent]) -> None:
        """Fold the agent's events into the ledger, in the order given."""
        called = await self._call()
        if called.erased_at is not None:
            # The person was forgotten; nothing more is kept of what was said.
            return
        for event in events:
            said = Testimony("agent", event.id, event.kind, event.at, FACT_OF.get(event.kind), _kept_of(event))
            if event.kind is EventKind.HEARTBEAT:
                await self._take_heartbeat(called, event)
                continue
            call = await hear(self._unit, self._call_id, said)
            await self._apply(call, event)

    async def _take_heartbeat(self, call: Call, event: CallEvent) -> None:
        """The agent is alive and in the call. One that talks already is believed, although its word of the answer was never heard."""
        if call.state in AT_THE_PHONE and event.data.get("callee_status") == "active":
            await hear(self._unit, call.id, Testimony("agent", "heartbeat:answered", "answered", event.at, Fact.ANSWERED))
        await self._calls.extend_leases([call.id], self._unit.now + AGENT_SILENCE)

    async def _apply(self, call: Call, event: CallEvent) -> None:
        """What an event changes beyond the state of the call."""
        match event.kind:
            case EventKind.READY if call.purpose != CallPurpose.INBOUND:
                self._unit.nudges.add("place_call", call.id)
            case EventKind.SCREENED if call.reported_at is None:
                call.answered_by = event.data.get("answered_by", call.answered_by)
            case EventKind.OUTCOME_SET if call.outcome_source is None:
                label = str(event.data.get("label", ""))[:100]
                outcome, promised_before = category_of(label), call.callback_at
                call.outcome_label, call.outcome = label, outcome
                call.callback_at = promised_at(outcome, _time(event.data.get("callback_at")), self._unit.now)
                quote = "" if _has_refused(call) else str(event.data.get("quote", ""))
                await note_callback(self._unit, call, promised_before, quote)
                if call.outcome is Outcome.DO_NOT_CALL:
                    await never_call_again(self._unit, call, str(event.data.get("note", "")))
            case EventKind.DISCLOSED:
                call.disclosure = _as_row(from_plain(Disclosure, event.data))
            case EventKind.RECORDING:
                await self._take_consent(call, from_plain(RecordingConsent, event.data))
            case EventKind.RISK_FLAGGED:
                await self._flag_risk(call, from_plain(RiskFlag, event.data))
            case EventKind.PROMISED:
                await take_promise(self._unit, call, from_plain(Promise, event.data), may_quote=not _has_refused(call))
            case EventKind.ACTIVITY:
                await take_activity(self._unit, call, from_plain(Activity, event.data), may_quote=not _has_refused(call))
            case EventKind.REMEMBERED:
                await remember(self._unit, call, from_plain(Remembered, event.data), may_keep=not _has_refused(call))
            case EventKind.STOP_SAID if call.state in FINAL:
                await settle_stop(self._unit, call)
            case EventKind.STOP_SAID:
                await hold_calls(self._unit, call, str(event.data.get("quote", "")), str(event.data.get("schedule_id", "")))
            case EventKind.TURN:
                turn = _turn_row(event.data)
                await self._calls.put_turn(call, turn)
                tell_turn(self._unit, call, turn["seq"])
            case _:
                pass

    async def _take_consent(self, call: Call, consent: RecordingConsent) -> None:
        """What may be kept has changed; after a refusal what was kept is forgotten."""
        call.recording_consent = _as_row(consent)
        if consent.decision is ConsentDecision.REFUSED:
            call.summary = ""
            await self._forget_recording(call)
            await self._calls.forget_words(call.id)
            await RiskRepository(self._unit.session).forget_quotes(call.id)
            await PromiseRepository(self._unit.session).forget_quotes(call.id)
            await ActivityRepository(self._unit.session).forget_words(call.id)
            await AnalysisAsking(self._unit.session).forget([call.id])
            await FactRepository(self._unit.session).forget(call.id)

    async def _flag_risk(self, call: Call, flag: RiskFlag) -> None:
        await flag_risk(self._unit, call, flag, may_quote=not _has_refused(call))

    async def opt_out(self, quote: str, offset_s: float | None) -> bool:
        """Suppress the number before anybody confirms it to the callee; every other call to it stops at its next gate. False where there
        is no number: a caller has withheld it."""
        call = await self._call(lock=True)
        evidence = f"{quote} (at {offset_s:.1f} s of the call)" if offset_s is not None else quote
        await never_call_again(self._unit, call, evidence)
        event = Testimony("agent", "opt_out", "opt_out", self._unit.now, None, {"quote": quote, "offset_s": offset_s})
        await hear(self._unit, call.id, event)
        return bool(call.to_e164)

    async def take_report(self, report: CallReport) -> None:
        """The agent's account of the finished call. A second one changes nothing."""
        call = await self._call(lock=True)
        if call.reported_at is not None:
            return
        report, came_late, promised_before = _what_is_taken(call, report), call.state in FINAL, call.callback_at
        call.reported_at = self._unit.now
        absorb_report(call, report, self._unit.now)
        if report.outcome is Outcome.DO_NOT_CALL:
            # The commit during the call may have failed; the report is the agent's last chance to say it.
            await never_call_again(self._unit, call, report.outcome_note)
        for turn in report.turns:
            await self._calls.put_turn(call, turn_row(turn))
        if _has_refused(call):
            call.summary = ""
        if report.recording_consent is not None:
            await self._take_consent(call, report.recording_consent)
        for flag in report.risks:
            await self._flag_risk(call, flag)
        for said in report.activities:
            await take_activity(self._unit, call, said, may_quote=not _has_refused(call))
        for fact in report.remembered:
            await remember(self._unit, call, fact, may_keep=not _has_refused(call))
        for promise in report.promises:
            await take_promise(self._unit, call, promise, may_quote=not _has_refused(call))
        if report.answered:
            at = report.answered_at or report.ended_at or self._unit.now
            await hear(self._unit, call.id, Testimony("agent", "report:answered", "answered", at, Fact.ANSWERED))
        ended_at = report.ended_at or self._unit.now
        if not report.answered and call.purpose == CallPurpose.INBOUND:
            # Without an error of ours it was the caller who ended it.
            gave_up = {"network_result": NetworkResult.CANCELED, "failure": call.failure or "The caller left before anybody answered."}
            await hear(self._unit, call.id, Testimony("agent", "report:gave_up", "not_answered", ended_at, Fact.NOT_ANSWERED, gave_up))
        call = await hear(self._unit, call.id, Testimony("agent", "report", "reported", ended_at, Fact.REPORTED, _summary_of(report)))
        call.holds_slot = False
        if call.state in FINAL:
            call.lease_until = lease_of(call, CallState(call.state), self._unit.now)
        if came_late and report.answered:
            await settle_again(self._unit, call)
        if came_late:
            # Now it is known what the models have consumed.
            await charge(self._unit, call)
        await note_callback(self._unit, call, promised_before)
        if not _has_refused(call):
            await quote_callback(self._unit, call, report)
        is_refused = report.recording_consent is not None and report.recording_consent.decision is ConsentDecision.REFUSED
        await tell_transcript(self._unit, call, 0 if is_refused else len(report.turns))
        if came_late:
            await ask_for_analysis(self._unit, call)
        self._unit.nudges.add("tick")

    async def recording_key(self) -> str:
        """Where the agent's recording of the call belongs (Ogg Opus, callee left, agent right)."""
        return RECORDING_KEY.format(call_id=(await self._call()).id)

    async def recording_stored(self, key: str) -> None:
        """The recording lies under `key`; what a carrier made of the call is of no more use. None is kept of a person who was forgotten."""
        call = await self._call(lock=True)
        if call.erased_at is not None:
            assert self._storage is not None
            await self._storage.delete(key)
            return
        is_new = call.recording_key is None
        if call.recording_key != key:
            await self._forget_recording(call)
        call.recording_key = key
        if is_new:
            await tell_recording(self._unit, call)

    async def _forget_recording(self, call: Call) -> None:
        if call.recording_key is not None:
            assert self._storage is not None
            await self._storage.delete(call.recording_key)
            call.recording_key = None

    async def _call(self, *, lock: bool = False) -> Call:
        call = await (self._calls.lock(self._call_id) if lock else self._unit.session.get(Call, self._call_id))
        if call is None:
            raise NotFound.of("call")
        if call.call_token_hash is None or not hmac.compare_digest(call.call_token_hash, digest(self._token)):
            raise Conflict("This ticket does not open the call: it was given to another agent.", code="superseded")
        return call


async def take_worker_heartbeat(unit: Unit, row: dict[str, Any]) -> None:
    """Note what a worker can hold; a change may free a slot, so the dialer is woken."""
    calls = CallRepository(unit.session)
    call_ids = [uuid.UUID(call) for call in row["calls"]]
    if call_ids:
        await calls.extend_leases(call_ids, unit.now + timedelta(seconds=15))
    if await calls.put_heartbeat({**row, "heartbeat_at": unit.now}):
        unit.nudges.add("tick")


def absorb_report(call: Call, report: CallReport, now: datetime) -> None:
    """What the agent's account says beyond facts; an operator's word or an opt-out stands above its outcome."""
    if report.answered:
        call.network_result = NetworkResult.ANSWERED
        call.answered_at = call.answered_at or report.answered_at
        call.answered_by = report.answered_by
        call.end_cause = call.end_cause or report.end_cause
        call.first_audio_after_due_s = report.first_audio_after_due_s
        if call.outcome_source is None:
            call.outcome = report.outcome
            call.outcome_label = report.outcome_label or call.outcome_label
            call.callback_at = promised_at(report.outcome, report.callback_at, now)
    call.disclosure = _as_row(report.disclosure) if report.disclosure else call.disclosure
    call.recording_note = "" if report.recording in ("", "stored") else report.recording
    call.summary = report.summary.strip()[:_LONGEST_QUOTE]
    call.usage = with_report(call.usage, report.usage)
    if report.errors and not call.failure:
        call.failure = "; ".join(report.errors)[:2000]
    if report.end_cause is EndCause.OPT_OUT and report.answered:
        call.end_cause = EndCause.OPT_OUT


def _what_is_taken(call: Call, report: CallReport) -> CallReport:
    """The report; of a person who was forgotten before it came only how the call ended and what it consumed."""
    if call.erased_at is None:
        return report
    texts = dict.fromkeys(("outcome_note", "callback_quote", "recording", "summary"), "")
    lists = dict.fromkeys(("turns", "errors", "risks", "promises", "activities", "remembered"), ())
    return replace(report, **texts, **lists, callback_at=None, disclosure=None, recording_consent=None)


def _summary_of(report: CallReport) -> dict[str, Any]:
    return {
        "answered": report.answered,
        "outcome": report.outcome,
        "end_cause": report.end_cause,
        "phone_gone": report.phone_gone,
        "errors": list(report.errors),
    }


def _has_refused(call: Call) -> bool:
    """Whether the callee does not want words to be kept."""
    return (call.recording_consent or {}).get("decision") == ConsentDecision.REFUSED


def _kept_of(event: CallEvent) -> dict[str, Any]:
    """What the ledger keeps. The words behind a risk or a promise stand with it only, where they can be forgotten."""
    has_words = event.kind in _WITH_WORDS
    return {n: v for n, v in event.data.items() if n not in ("quote", "what", "text")} if has_words else event.data


def _as_row(told: Disclosure | RecordingConsent) -> dict[str, Any]:
    """As it is kept and shown."""
    plain = asdict(told)
    return {name: value[:_LONGEST_QUOTE] if isinstance(value, str) else value for name, value in plain.items()}


def turn_row(turn: Turn) -> dict[str, Any]:
    return {
        "seq": turn.seq,
        "speaker": turn.speaker,
        "text": turn.text,
        "started_at_s": turn.started_at_s,
        "ended_at_s": turn.ended_at_s,
        "interrupted": turn.interrupted,
        "latency": turn.latency,
        "mood": turn.mood if turn.mood in MOODS else None,
    }


def _turn_row(data: dict[str, Any]) -> dict[str, Any]:
    return turn_row(from_plain(Turn, data, "turn"))


def _time(said: object) -> datetime | None:
    """A time with its zone in an event's free data; what is none is as good as not said."""
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None
