"""What livekit-agents runs in a job process: warm-up, one call, its end."""

import os

import structlog
from livekit.agents import JobContext, JobProcess

from agent_worker import logs, pipeline, scratch, settings, telemetry
from agent_worker.arrival import NobodyThere, ticket_of
from agent_worker.call import Call
from agent_worker.control_plane_client import Refused, Superseded
from agent_worker.inbound_call import InboundCall
from agent_worker.transcription import job as transcription_job
from agent_worker.trial import job as trial_job
from sip_config.codec import ContractError, decode
from sip_config.contract import DispatchTicket, InboundTicket
from sip_config.naming import is_inbound_room, is_transcription_room, is_trial_room

log = structlog.get_logger()

NICENESS_AFTER_CALL = 5


def prewarm(process: JobProcess) -> None:
    """Load what a call would otherwise wait for."""
    loaded = settings.load()
    logs.configure(loaded.log_level)
    scratch.use(loaded.scratch_dir)
    telemetry.configure(loaded.otlp_endpoint)
    process.userdata["settings"] = loaded
    process.userdata["warm"] = pipeline.warm_up(loaded)


async def entrypoint(ctx: JobContext) -> None:
    """One job is one call, one trial or one recording; returns when it has been left."""
    has_come_in, loaded, warm = is_inbound_room(ctx.job.room.name), ctx.proc.userdata["settings"], ctx.proc.userdata["warm"]
    if is_transcription_room(ctx.job.room.name):
        await transcription_job.run(ctx, loaded, warm)
        return
    if is_trial_room(ctx.job.room.name):
        await trial_job.run(ctx, loaded, warm)
        return
    try:
        if has_come_in:
            ticket = await ticket_of(ctx, decode(InboundTicket, ctx.job.metadata), loaded, warm)
        else:
            ticket = decode(DispatchTicket, ctx.job.metadata)
    except (ContractError, NobodyThere, Superseded, Refused) as error:
        log.error("dispatch_without_ticket", error=str(error), job=ctx.job.id)
        # Nobody is left in silence: without an order there is nothing to say, so whoever called is hung up on.
        await ctx.connect()
        await ctx.delete_room()
        ctx.shutdown(reason="no ticket")
        return
    structlog.contextvars.bind_contextvars(call=ticket.call_id, generation=ticket.generation)
    call = (InboundCall if has_come_in else Call)(ctx, ticket, loaded, warm)
    ctx.proc.userdata["call"] = call
    await call.run()


async def on_session_end(ctx: JobContext) -> None:
    """Runs after the session has closed, whatever happened before (facts: livekit §2.3)."""
    # Nobody listens any more: recording and report give way to the calls that are being held.
    os.nice(NICENESS_AFTER_CALL)
    call: Call | None = ctx.proc.userdata.get("call")
    if call is not None:
        await call.settle()
