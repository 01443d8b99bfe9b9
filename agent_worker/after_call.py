"""What is sent when the conversation is over: the recording first, because the report says what became of it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import structlog
from livekit.agents import JobContext

from agent_worker import clock, report
from agent_worker.control_plane_client import CallClient, Refused, Superseded, Unreachable
from agent_worker.retry import until
from sip_config.contract import CallEvent, CallOrder, EventKind, ModelUsage

log = structlog.get_logger()

RECORDING_PATIENCE_S = 30.0
REPORT_PATIENCE_S = 60.0


async def send(ctx: JobContext, client: CallClient, order: CallOrder, events: Sequence[CallEvent], errors: Sequence[str]) -> None:
    """Store recording and report. Gives up with a log line when the control plane stays away; the sweep ends such calls."""
    answered = any(event.kind is EventKind.ANSWERED for event in events)
    ended_at = clock.as_time(clock.seconds())
    recording, usage = await _session_results(ctx, client, wanted=order.record_audio and answered)
    folded = report.fold(order.call_id, order.generation, events, ended_at=ended_at, recording=recording, usage=usage, errors=errors)
    try:
        await until(REPORT_PATIENCE_S, lambda: client.put_report(folded))
        log.info("report_stored", outcome=folded.outcome, end_cause=folded.end_cause, answered_by=folded.answered_by)
    except (Unreachable, Refused, Superseded) as error:
        log.error("report_not_stored", error=f"{type(error).__name__}: {error}")


async def _session_results(ctx: JobContext, client: CallClient, *, wanted: bool) -> tuple[str, tuple[ModelUsage, ...]]:
    try:
        session = ctx.make_session_report()
    except RuntimeError as error:
        # There was no session, or its recorder did not stop.
        return (f"no recording: {error}" if wanted else ""), ()
    usage = tuple(_usage(entry) for entry in session.model_usage or ())
    return (await _recording(client, session.audio_recording_path) if wanted else ""), usage


async def _recording(client: CallClient, path: Path | None) -> str:
    if path is None or not await asyncio.to_thread(path.exists):
        return "no recording: the session wrote none"
    try:
        await until(RECORDING_PATIENCE_S, lambda: client.put_recording(path))
        return "stored"
    except (Unreachable, Refused, Superseded) as error:
        log.error("recording_not_stored", error=f"{type(error).__name__}: {error}")
        return f"not stored: {type(error).__name__} {error}"


def _usage(entry) -> ModelUsage:
    """One entry of livekit-agents' usage; its numeric fields differ by kind of model."""
    values = entry.model_dump() if hasattr(entry, "model_dump") else vars(entry)
    numbers = {key: float(value) for key, value in values.items() if isinstance(value, int | float) and not isinstance(value, bool)}
    kind = str(values.get("type", "")).removesuffix("_usage")
    return ModelUsage(kind=kind, model=str(values.get("model", "")), quantity={k: v for k, v in numbers.items() if v})
