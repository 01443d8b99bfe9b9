"""How many calls this worker holds, exactly: jobs that are being accepted and jobs that have not finished, wrap-up included."""

from functools import lru_cache

import structlog
from livekit.agents import AgentServer, JobRequest
from livekit.agents.job import RunningJobInfo

from sip_config.codec import ContractError, decode
from sip_config.contract import DispatchTicket
from sip_config.naming import call_id_of_room, is_transcription_room, is_trial_room

log = structlog.get_logger()

REFUSING_LOAD = 0.7
"""livekit-agents' own threshold and livekit-server's target load (facts: livekit §5.1, §5.3)."""

FULL_LOAD = 0.69
"""All slots taken. Below the threshold on purpose: a worker that has once said "full" is not offered a job until its next status
report, up to 5 s after a slot came free, and a job that nobody is offered is lost. `answer` is what keeps the limit."""

MOST_TRIALS = 2
"""Of a worker, beside its calls: a process of about 150 MB each, and the little time that text takes."""

MOST_TRANSCRIPTIONS = 1
"""Of a worker, beside its calls and trials: nobody waits for them, and a detector that reads a whole recording at once takes time."""


class Slots:
    """Counts jobs of one server. livekit-agents counts too, but for a moment twice while a job starts; this count decides."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._accepting: dict[str, str] = {}
        self._accepting_aside: dict[str, str] = {}
        """Rooms of trials and transcriptions by their jobs."""

    def calls(self, server: AgentServer) -> tuple[str, ...]:
        """Call ids of all unfinished jobs, sorted; a job without a call, which ends at once, is not among them."""
        return tuple(sorted(call for call in self._held(server).values() if call))

    def load(self, server: AgentServer) -> float:
        """What livekit-server is told: 0 to `FULL_LOAD`; without jobs that livekit-agents still counts as reserved."""
        running = sum(1 for info in _calls_of(server) if info.job.id not in self._accepting)
        return FULL_LOAD * min(running / self.total, 1.0)

    async def answer(self, server: AgentServer, request: JobRequest) -> None:
        """Accept while a slot is free; otherwise leave the job to another worker."""
        job = request.job
        if is_trial_room(job.room.name):
            await self._answer_aside(server, request)
            return
        if len(self._held(server)) >= self.total:
            log.warning("job_refused_full", job=job.id)
            await request.reject(terminate=False)
            return
        self._accepting[job.id] = _call_id(job.metadata, job.room.name)
        try:
            await request.accept(name="agent", identity=f"agent-{job.id}")
        finally:
            self._accepting.pop(job.id, None)

    async def _answer_aside(self, server: AgentServer, request: JobRequest) -> None:
        """Accept a trial or a transcription while few of its kind are held: they cost no slot but memory."""
        job, room = request.job.id, request.job.room.name
        is_transcription = is_transcription_room(room)
        rooms = {info.job.id: info.job.room.name for info in server.active_jobs if is_trial_room(info.job.room.name)}
        held = sum(is_transcription_room(each) == is_transcription for each in (rooms | self._accepting_aside).values())
        if held >= (MOST_TRANSCRIPTIONS if is_transcription else MOST_TRIALS):
            log.warning("transcription_refused_full" if is_transcription else "trial_refused_full", job=job)
            await request.reject(terminate=False)
            return
        self._accepting_aside[job] = room
        try:
            await request.accept(name="agent", identity=f"agent-{job}")
        finally:
            self._accepting_aside.pop(job, None)

    def _held(self, server: AgentServer) -> dict[str, str]:
        running = {info.job.id: _call_id(info.job.metadata, info.job.room.name) for info in _calls_of(server)}
        return {**running, **self._accepting}


def _calls_of(server: AgentServer) -> list[RunningJobInfo]:
    """Jobs but trials and transcriptions, which talk to nobody and take no slot."""
    return [info for info in server.active_jobs if not is_trial_room(info.job.room.name)]


@lru_cache(maxsize=1024)  # asked several times a second for every job
def _call_id(metadata: str, room: str) -> str:
    try:
        return decode(DispatchTicket, metadata).call_id
    except ContractError:
        return call_id_of_room(room) or ""
