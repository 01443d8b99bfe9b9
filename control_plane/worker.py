"""The task worker: arq's functions and crons over the services, and nothing else.

Tasks are nudges (kit/queue): short, safe to run twice or never. Crons run in UTC; arq skips the repeated hour of other zones.
"""

import asyncio
import uuid
from datetime import UTC
from signal import Signals
from typing import Any

from arq import cron, func
from arq.connections import ArqRedis, create_pool
from arq.cron import CronJob
from arq.worker import Function, Worker
from structlog import get_logger

from control_plane.analysis.tasks import analyze_calls
from control_plane.analytics.tasks import count_changed_hours
from control_plane.appointments.tasks import keep_reminders, refresh_feeds
from control_plane.bookings.busy import refresh_calendars
from control_plane.calls.tasks import stop_listed, stop_suppressed
from control_plane.calls.transcription_tasks import transcribe_calls
from control_plane.campaigns.tasks import enroll_list, retry_after_trunk_fault, sweep_campaigns
from control_plane.carriers.lookup_tasks import look_up_numbers
from control_plane.checkups.tasks import follow_people, keep_checkups
from control_plane.contacts.tasks import run_import, run_number_import, sweep_imports
from control_plane.db.session import create_engine, create_sessions
from control_plane.dialer import place as placing
from control_plane.dialer.claim import tick as claim_due
from control_plane.dialer.context import Dialer
from control_plane.dialer.sweep import sweep as sweep_expired
from control_plane.explanations.tasks import judge_newcomers
from control_plane.followups.tasks import keep_follow_ups, take_up_risks
from control_plane.kit import metrics, telemetry
from control_plane.kit.clock import SystemClock
from control_plane.kit.garbage import set_aside_what_is_there
from control_plane.kit.mailbox import Mailbox
from control_plane.kit.outbound import OutboundClient
from control_plane.kit.queue import ArqQueue
from control_plane.kit.redis import decode_task, encode_task, redis_settings
from control_plane.kit.secrets import SecretBox
from control_plane.kit.storage import open_storage
from control_plane.knowledge.embedding_tasks import embed_chunks, find_missing_vectors
from control_plane.knowledge.tasks import read_documents
from control_plane.operations.tasks import tidy_rooms, watch_invariants
from control_plane.promises.tasks import keep_promises
from control_plane.records.tasks import finish_erasure, retain, sweep_erasures
from control_plane.rules.registry import registry
from control_plane.schedules.tasks import call_runs, claim_schedules, follow_runs
from control_plane.settings import DIALS_MAY_FINISH_S, TASKS_MAY_FINISH_S, Settings
from control_plane.telephony.livekit import LiveKitTelephony
from control_plane.telephony.port import Telephony
from control_plane.tools.tasks import look_at_tools
from control_plane.trials.room import LIFETIME, TrialRoom
from control_plane.trials.tasks import probe_assistant
from control_plane.trunks.number_health import review_numbers
from control_plane.trunks.tasks import check_trunks, repair_carriers, sweep_trunks, sync_all_trunks, sync_trunk
from control_plane.usage.prices import use_prices
from control_plane.webhooks.courier import PATIENCE_S, Courier
from control_plane.webhooks.guarding import guard_of
from control_plane.webhooks.tasks import deliver_webhooks, forget_old_webhooks
from control_plane.workspaces.tasks import forget_old_answers

log = get_logger(__name__)

Context = dict[str, Any]

EVERY_SECOND = set(range(60))
EVERY_TWO_SECONDS, ODD_SECONDS = set(range(0, 60, 2)), set(range(1, 60, 2))


def every_ten_seconds(first: int) -> set[int]:
    """Spread by their first second, so that they do not all come at once to a machine that holds calls."""
    return set(range(first, 60, 10))


POLL_DELAY_S = 0.02
"""Nudge to start: about 10 ms at 2 % of a core (facts/stack §4)."""
HEARTBEAT_S = 15
"""How often Redis hears that this worker is at work, for `callwright doctor`; it forgets a second later."""


class TaskWorker(Worker):
    """arq's worker, whose dialer hears of the signal at once: arq itself first lets its tasks finish."""

    def handle_sig_wait_for_completion(self, signum: Signals) -> None:
        if "dialer" in self.ctx:
            self.ctx["dialer"].is_stopping = True
        super().handle_sig_wait_for_completion(signum)


async def tick(ctx: Context) -> None:
    """Start what may start, unless this process has been told to end."""
    dialer: Dialer = ctx["dialer"]
    if not dialer.is_stopping:
        await claim_due(dialer)


async def dispatch_call(ctx: Context, call_id: str) -> None:
    await placing.dispatch(ctx["dialer"], uuid.UUID(call_id))


async def place_call(ctx: Context, call_id: str) -> None:
    """Waiting for the trunk's turn and for an answer happens beside the task."""
    dialer: Dialer = ctx["dialer"]
    dialer.spawn(placing.place(dialer, uuid.UUID(call_id)), f"place:{call_id}")


async def close_room(ctx: Context, call_id: str) -> None:
    await placing.end_by_request(ctx["dialer"], uuid.UUID(call_id))


async def sweep(ctx: Context) -> None:
    await sweep_expired(ctx["dialer"])


async def startup(ctx: Context) -> None:
    settings: Settings = ctx["settings"]
    # A mistake in a rule pack or price list stops the start, not the first call.
    registry()
    use_prices(settings.prices)
    engine = create_engine(settings.sqlalchemy_url, pool_size=20)
    telephony = ctx.get("telephony") or LiveKitTelephony(settings.livekit_url, settings.livekit_api_key, settings.livekit_api_secret)
    queue, clock, sessions = ArqQueue(ctx["redis"]), SystemClock(), create_sessions(engine, settings.number_secret)
    secret_box, outbound = SecretBox(*settings.encryption_keys), OutboundClient(guard_of(settings), within_s=PATIENCE_S)
    ctx |= {
        "engine": engine,
        "telephony": telephony,
        "sessions": sessions,
        "queue": queue,
        "clock": clock,
        "storage": open_storage(settings.storage_url),
        "secret_box": secret_box,
        "outbound": outbound,
        "analysis_turn": asyncio.Lock(),
        "knowledge_turn": asyncio.Lock(),
        "embedding_turn": asyncio.Lock(),
        "courier": Courier(sessions, queue, clock, secret_box, outbound),
        "trial_room": TrialRoom(Mailbox(ctx["redis"], "trial", LIFETIME), telephony),
        "dialer": Dialer(sessions, queue, clock, telephony),
    }
    await sync_all_trunks(ctx)
    set_aside_what_is_there()
    log.info("task_worker_started")


async def shutdown(ctx: Context) -> None:
    """No new claims and no new dials; dials that wait for an answer may finish."""
    dialer: Dialer = ctx["dialer"]
    dialer.is_stopping = True
    if dialer.waiting:
        await asyncio.wait(dialer.waiting, timeout=DIALS_MAY_FINISH_S)
    await ctx["outbound"].aclose()
    await ctx["telephony"].aclose()
    await ctx["engine"].dispose()
    log.info("task_worker_stopped")


async def serve(settings: Settings, *, telephony: Telephony | None = None) -> None:
    """Run the task worker until it is told to stop. `telephony` stands in for LiveKit (tests/chaos); the worker closes it."""
    with metrics.served(settings.metrics_host, settings.metrics_port):
        redis = await create_pool(redis_settings(settings.redis_url), job_serializer=encode_task, job_deserializer=decode_task)
        worker = _worker(settings, telephony, redis)
        telemetry.configure("callwright-task-worker", settings.otlp_endpoint)
        try:
            await worker.async_run()
        except asyncio.CancelledError:
            log.info("task_worker_stopping")
        finally:
            await worker.close()
            await asyncio.to_thread(telemetry.close)


def _functions() -> list[Function]:
    """What is nudged."""
    return [
        func(tick, keep_result=0),
        func(dispatch_call, keep_result=0),
        func(place_call, keep_result=0),
        func(close_room, keep_result=0),
        func(sync_trunk, keep_result=0),
        func(run_import, keep_result=0, timeout=3600),
        func(run_number_import, keep_result=0, timeout=3600),
        func(finish_erasure, keep_result=0),
        func(enroll_list, keep_result=0),
        func(retry_after_trunk_fault, keep_result=0),
        func(judge_newcomers, keep_result=0, timeout=3600),
        func(stop_suppressed, keep_result=0),
        func(stop_listed, keep_result=0, timeout=3600),
        func(call_runs, keep_result=0),
        func(follow_runs, keep_result=0),
        func(transcribe_calls, keep_result=0, max_tries=1),
        func(analyze_calls, keep_result=0, max_tries=1),
        func(read_documents, keep_result=0, max_tries=1),
        func(embed_chunks, keep_result=0, max_tries=1),
        func(deliver_webhooks, keep_result=0, max_tries=1),
        func(take_up_risks, keep_result=0, max_tries=1),
        func(keep_follow_ups, keep_result=0, max_tries=1),
        func(refresh_feeds, keep_result=0, max_tries=1, timeout=900),
        func(probe_assistant, keep_result=0, max_tries=1),
        func(look_at_tools, keep_result=0, max_tries=1),
        func(refresh_calendars, keep_result=0, max_tries=1, timeout=900),
    ]


def _crons() -> list[CronJob]:
    """What looks for itself. Made anew for each worker, which keeps its next runs in them."""
    return [
        cron(tick, second=EVERY_SECOND, keep_result=0, max_tries=1),
        cron(sweep, second=EVERY_TWO_SECONDS, keep_result=0, max_tries=1),
        cron(claim_schedules, second=EVERY_TWO_SECONDS, keep_result=0, max_tries=1),
        cron(call_runs, second=ODD_SECONDS, keep_result=0, max_tries=1),
        cron(follow_runs, second=every_ten_seconds(4), keep_result=0, max_tries=1),
        cron(sweep_campaigns, second=every_ten_seconds(5), keep_result=0, max_tries=1),
        cron(sweep_imports, second={7, 37}, keep_result=0, max_tries=1),
        cron(sweep_trunks, second={3, 23, 43}, keep_result=0, max_tries=1),
        cron(check_trunks, second={13, 33, 53}, keep_result=0, max_tries=1),
        cron(repair_carriers, minute=29, second=31, keep_result=0, max_tries=1),
        cron(tidy_rooms, second={9, 29, 49}, keep_result=0, max_tries=1),
        cron(watch_invariants, second=39, keep_result=0, max_tries=1),
        cron(count_changed_hours, second=27, keep_result=0, max_tries=1),
        cron(review_numbers, second=11, keep_result=0, max_tries=1),
        cron(sweep_erasures, second=53, keep_result=0, max_tries=1),
        cron(retain, hour=3, minute=23, second=0, keep_result=0, max_tries=1, timeout=3600),
        cron(forget_old_answers, minute=17, second=0, keep_result=0, max_tries=1),
        cron(deliver_webhooks, second=EVERY_SECOND, keep_result=0, max_tries=1),
        cron(keep_promises, second=every_ten_seconds(1), keep_result=0, max_tries=1),
        cron(keep_reminders, second=every_ten_seconds(3), keep_result=0, max_tries=1),
        cron(refresh_feeds, second={19, 49}, keep_result=0, max_tries=1, timeout=900),
        cron(refresh_calendars, second={21, 51}, keep_result=0, max_tries=1, timeout=900),
        cron(follow_people, minute=set(range(2, 60, 5)), second=47, keep_result=0, max_tries=1),
        cron(keep_checkups, second=every_ten_seconds(7), keep_result=0, max_tries=1),
        cron(keep_follow_ups, second=every_ten_seconds(8), keep_result=0, max_tries=1),
        cron(transcribe_calls, second={15, 35, 55}, keep_result=0, max_tries=1),
        cron(look_up_numbers, second=every_ten_seconds(9), keep_result=0, max_tries=1, timeout=900),
        cron(analyze_calls, second=every_ten_seconds(6), keep_result=0, max_tries=1),
        cron(read_documents, second={17, 47}, keep_result=0, max_tries=1),
        cron(embed_chunks, second={25, 55}, keep_result=0, max_tries=1),
        cron(find_missing_vectors, minute=37, second=0, keep_result=0, max_tries=1),
        cron(forget_old_webhooks, minute=47, second=0, keep_result=0, max_tries=1),
    ]


def _worker(settings: Settings, telephony: Telephony | None, redis: ArqRedis) -> TaskWorker:
    return TaskWorker(
        functions=_functions(),
        cron_jobs=_crons(),
        redis_pool=redis,
        ctx={"settings": settings, "telephony": telephony},
        on_startup=startup,
        on_shutdown=shutdown,
        keep_result=0,
        max_tries=3,
        poll_delay=POLL_DELAY_S,
        health_check_interval=HEARTBEAT_S,
        max_jobs=50,
        job_serializer=encode_task,
        job_deserializer=decode_task,
        timezone=UTC,
        handle_signals=True,
        job_completion_wait=TASKS_MAY_FINISH_S,
        log_results=False,
    )


def run(settings: Settings) -> None:
    """Entry of `callwright task-worker`."""
    asyncio.run(serve(settings))
