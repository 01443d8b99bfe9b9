"""What is sent when the conversation is over: the recording first, because the report says what became of it."""

import asyncio
import dataclasses
from collections.abc import Sequence

import structlog
from av.error import FFmpegError
from livekit.agents import JobContext
from livekit.agents.voice.report import SessionReport

from agent_worker import clock, report
from agent_worker.audio_cut import cut
from agent_worker.control_plane_client import CallClient, Refused, Superseded, Unreachable
from agent_worker.model_usage import usage_of
from agent_worker.recording_consent import Consent
from agent_worker.retry import until
from sip_config.contract import CallEvent, CallOrder, EventKind, ModelUsage, RecordingPolicy

log = structlog.get_logger()

RECORDING_PATIENCE_S = 30.0
REPORT_PATIENCE_S = 60.0

_WHY_NOT_KEPT = {
    RecordingPolicy.OFF: "",
    RecordingPolicy.NOTIFY: "not kept: the callee objected, or the call ended before the notice",
    RecordingPolicy.NOTIFY_AND_AFFIRM: "not kept: the callee did not agree to it",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Keeping:
    """Whether a recording is wanted, and what of it may leave the worker. `answered_at` is wall-clock seconds."""

    is_wanted: bool
    answered_at: float
    consent: Consent

    @property
    def from_s(self) -> float | None:
        """Wall-clock seconds from which on it may be kept; None for nothing."""
        offset_s = self.consent.kept_from_s
        return None if offset_s is None else self.answered_at + offset_s


async def send(
    ctx: JobContext,
    client: CallClient,
    order: CallOrder,
    events: Sequence[CallEvent],
    errors: Sequence[str],
    consent: Consent,
    *,
    hung_up: bool,
) -> None:
    """Store what may be kept of the recording, and the report. Gives up with a log line when the control plane stays away; the sweep ends
    such calls."""
    answered = next((event.at.timestamp() for event in events if event.kind is EventKind.ANSWERED), None)
    ended_at = clock.as_time(clock.seconds())
    recording, usage = await _session_results(ctx, client, Keeping(order.record_audio and answered is not None, answered or 0.0, consent))
    kept = [consent.screened_event(event) for event in events]
    found = {"recording": recording, "usage": usage, "errors": errors, "hung_up": hung_up}
    folded = report.fold(order.call_id, order.generation, kept, ended_at=ended_at, **found)
    folded = dataclasses.replace(folded, recording_consent=consent.result() if answered is not None else None)
    try:
        await until(REPORT_PATIENCE_S, lambda: client.put_report(folded))
        log.info("report_stored", outcome=folded.outcome, end_cause=folded.end_cause, answered_by=folded.answered_by)
    except (Unreachable, Refused, Superseded) as error:
        log.error("report_not_stored", error=f"{type(error).__name__}: {error}")


async def _session_results(ctx: JobContext, client: CallClient, keeping: Keeping) -> tuple[str, tuple[ModelUsage, ...]]:
    try:
        session = ctx.make_session_report()
    except RuntimeError as error:
        # There was no session, or its recorder did not stop.
        return (f"no recording: {error}" if keeping.is_wanted else ""), ()
    usage = usage_of(session.model_usage or ())
    return (await _recording(client, session, keeping) if keeping.is_wanted else ""), usage


async def _recording(client: CallClient, session: SessionReport, keeping: Keeping) -> str:
    path, began = session.audio_recording_path, session.audio_recording_started_at
    if keeping.from_s is None:
        return _WHY_NOT_KEPT[keeping.consent.policy]
    if path is None or began is None or not await asyncio.to_thread(path.exists):
        return "no recording: the session wrote none"
    try:
        kept = path.with_name(f"kept-{path.name}")
        if not await asyncio.to_thread(cut, path, kept, keeping.from_s - began):
            return "no recording: the call ended with the notice"
        await until(RECORDING_PATIENCE_S, lambda: client.put_recording(kept))
        return "stored"
    except FFmpegError as error:
        log.error("recording_not_cut", error=str(error))
        return f"not stored: it could not be cut ({type(error).__name__})"
    except (Unreachable, Refused, Superseded) as error:
        log.error("recording_not_stored", error=f"{type(error).__name__}: {error}")
        return f"not stored: {type(error).__name__} {error}"
