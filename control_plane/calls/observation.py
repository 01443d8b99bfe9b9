"""What metrics and traces are told of a call, at the one place where its state changes and only once that is committed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from control_plane.db.models import Call
from control_plane.db.unit import Unit
from control_plane.domain.call_state import FINAL, CallState, Fact
from control_plane.kit import metrics, telemetry
from sip_config.contract import CallPurpose


def observe(unit: Unit, call: Call, before: CallState, source: str, kind: str, fact: Fact | None) -> None:
    """A testimony has just been folded into `call`, which was in state `before`."""
    if source == "sweep":
        unit.once_committed(metrics.RECONCILIATIONS.labels(kind).inc)
    if call.state == before:
        return
    if fact is Fact.AGENT_READY and call.claimed_at is not None:
        _waited(unit, call, "agent ready", metrics.AGENT_READY, call.claimed_at, unit.now)
    elif fact is Fact.DIAL_COMMITTED and call.ready_at is not None and call.dialing_at is not None:
        _waited(unit, call, "trunk turn", metrics.PACING_DELAY, call.ready_at, call.dialing_at)
    if call.state in FINAL and before not in FINAL:
        _over(unit, call, before)


def claimed(unit: Unit, calls: Sequence[Mapping[str, Any]]) -> None:
    """Calls, as their columns, were given a slot."""
    begun = unit.now

    def tell() -> None:
        for purpose, times in Counter(call["purpose"] for call in calls).items():
            metrics.CLAIMS.labels(purpose).inc(times)
        for call in calls:
            if trace := call["trace_context"]:
                facts = {name: call[name] for name in ("campaign_id", "purpose", "attempt")}
                telemetry.stretch("claim", trace, begun, call_id=call["id"], **facts)

    unit.once_committed(tell)


def made(unit: Unit, call: Call) -> None:
    """Somebody asked for a call by the API."""
    trace, begun, facts = call.trace_context, unit.now, facts_of(call)
    unit.once_committed(lambda: telemetry.stretch("create", trace, begun, **facts))


def facts_of(call: Call) -> dict[str, Any]:
    """What every span of a call says about it."""
    return {"call_id": call.id, "campaign_id": call.campaign_id, "purpose": call.purpose, "attempt": call.attempt}


def _waited(unit: Unit, call: Call, name: str, histogram: Any, begun: datetime, ended: datetime) -> None:
    trace, facts = call.trace_context, facts_of(call)

    def tell() -> None:
        histogram.observe(max(0.0, (ended - begun).total_seconds()))
        telemetry.stretch(name, trace, begun, ended, **facts)

    unit.once_committed(tell)


_RESULTS = ("state", "network_result", "sip_status_code", "answered_by", "outcome", "end_cause")


def _over(unit: Unit, call: Call, before: CallState) -> None:
    """The end: every call is counted once, and its trace gets its root."""
    trace, begun, ended = call.trace_context, call.created_at, max(unit.now, call.created_at)
    facts = facts_of(call) | {name: getattr(call, name) for name in _RESULTS}
    was_dialled, was_answered = call.dialing_at is not None, call.answered_at is not None
    has_come_in = call.purpose == CallPurpose.INBOUND

    def tell() -> None:
        if was_dialled:
            metrics.DIALS.labels(facts["network_result"] or "none").inc()
        elif not has_come_in:
            metrics.RELEASES.labels(str(before)).inc()
        if was_answered:
            metrics.ANSWERS.labels(facts["answered_by"] or "none").inc()
        telemetry.root("call", trace, begun, ended, **facts)

    unit.once_committed(tell)
