"""Assembles the HTTP side: routes, middleware, dependencies, and what lives as long as the process."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from multiprocessing import parent_process
from typing import Any

from litestar import Litestar, Request, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncEngine

from control_plane.analysis.controllers import CallAnalysisController
from control_plane.analytics.controllers import AnalyticsController, CallAnalyticsController, CampaignStatsController
from control_plane.appointments.controllers import AppointmentController, AppointmentImportController
from control_plane.appointments.feed_controllers import AppointmentFeedController
from control_plane.assistants.controllers import AssistantController
from control_plane.audit.controllers import AuditController
from control_plane.bookings.controllers import BookingController, CalendarController
from control_plane.bookings.in_call_controllers import InCallBookingController
from control_plane.bookings.in_trial_controllers import InTrialBookingController
from control_plane.calls.arrival_controllers import ArrivalController, KeyChoiceController
from control_plane.calls.control_controllers import CampaignStopController, WorkspaceHaltController
from control_plane.calls.controllers import CallController, CampaignCallController
from control_plane.calls.internal_controllers import AgentCallController, WorkerController
from control_plane.calls.livekit_webhook import LiveKitWebhookController
from control_plane.calls.tool_controllers import InCallKnowledgeController, InCallToolController
from control_plane.calls.tracing import AgentTraceMiddleware
from control_plane.calls.transcription_controllers import AgentTranscriptionController, CallTranscriptionController
from control_plane.calls.transfer_controllers import InCallTransferController, TransferController
from control_plane.calls.twilio_webhook import AT_ONCE, TwilioWebhookController
from control_plane.campaigns.controllers import CampaignActions, CampaignController, EnrollmentController
from control_plane.carriers.controllers import TwilioController
from control_plane.carriers.lookup_controllers import NumberLookupController
from control_plane.checkups.controllers import CheckUpController
from control_plane.contacts.consent_controllers import ConsentController, ListConsentController
from control_plane.contacts.controllers import ContactController, ContactListController
from control_plane.contacts.export_controllers import ContactExportController
from control_plane.contacts.import_controllers import ImportController
from control_plane.contacts.import_stream import Watchers
from control_plane.contacts.number_import_controllers import ConsentImportController, SuppressionImportController
from control_plane.contacts.suppression_controllers import SuppressionController
from control_plane.db.session import create_engine, create_sessions
from control_plane.explanations.controllers import CallExplanationController, EnrollmentExplanationController, PreviewController
from control_plane.followups.controllers import FollowUpController
from control_plane.health.controllers import HealthController, MetricsController
from control_plane.kit import telemetry
from control_plane.kit.api_docs import openapi_config
from control_plane.kit.clock import Clock, SystemClock
from control_plane.kit.garbage import set_aside_what_is_there
from control_plane.kit.issuer import TrustedIssuer
from control_plane.kit.live_feed import LiveReader
from control_plane.kit.logs import configure
from control_plane.kit.mailbox import Mailbox
from control_plane.kit.methods import OptionsMiddleware
from control_plane.kit.outbound import OutboundClient
from control_plane.kit.outbound_guard import Guard
from control_plane.kit.parent import end_with
from control_plane.kit.problems import EXCEPTION_HANDLERS
from control_plane.kit.queue import ArqQueue, Queue
from control_plane.kit.rate_limit import RateLimiter
from control_plane.kit.redis import connect
from control_plane.kit.secrets import SecretBox
from control_plane.kit.signing import TokenSigner
from control_plane.kit.storage import Storage, open_storage
from control_plane.kit.strict_request import StrictRequest, refuse_lax_query
from control_plane.knowledge.controllers import KnowledgeController
from control_plane.live.controllers import LiveController
from control_plane.live.hub import Hub
from control_plane.live.leaving import end_streams_on_signal
from control_plane.live.progress import Progress
from control_plane.live.words import Words
from control_plane.memory.controllers import MemoryController
from control_plane.operations.invariants import Watch
from control_plane.operators.controllers import OperatorController
from control_plane.promises.controllers import PromiseController
from control_plane.records.controllers import (
    CallExportController,
    ErasureController,
    HoldController,
    PersonController,
    RetentionController,
)
from control_plane.rules.controllers import RulesController, WorkspaceRulesController
from control_plane.rules.registry import registry
from control_plane.schedules.controllers import ScheduleController
from control_plane.schedules.in_call_controllers import InCallScheduleController
from control_plane.secrets.controllers import SecretController
from control_plane.settings import Settings
from control_plane.telephony.livekit import LiveKitTelephony
from control_plane.telephony.port import Transfers
from control_plane.telephony.twilio import connect as connect_twilio
from control_plane.telephony.voice_side import VoiceSide
from control_plane.tools.controllers import ToolController
from control_plane.trials.controllers import TrialController
from control_plane.trials.internal_controllers import AgentTrialController
from control_plane.trials.room import LIFETIME, TrialRoom
from control_plane.trunks.controllers import NumberController, TrunkController
from control_plane.usage.controllers import UsageController
from control_plane.usage.prices import use_prices
from control_plane.webhooks.controllers import WebhookDeliveryController, WebhookEndpointController
from control_plane.webhooks.guarding import guard_of
from control_plane.workspaces.authentication import PUBLIC, AuthenticationMiddleware, Authenticator
from control_plane.workspaces.bootstrap import bootstrap
from control_plane.workspaces.controllers import ApiKeyController, TokenController, WorkspaceController
from control_plane.workspaces.idempotency import AnsweredBefore, repeat_answer
from control_plane.workspaces.principal import Principal
from control_plane.workspaces.rate_limits import RateLimitMiddleware
from control_plane.workspaces.request_log import RequestLogMiddleware
from control_plane.workspaces.transaction import TransactionMiddleware, provide_unit

MAX_BODY = 1_000_000
"""Bytes. Routes that take files raise it themselves."""
LONGEST_EXCHANGE_S = 20.0
"""With an endpoint that a tool names, where the tool says nothing shorter."""

API: Sequence[ControllerRouterHandler] = (
    WorkspaceController,
    WorkspaceHaltController,
    WorkspaceRulesController,
    RulesController,
    ApiKeyController,
    TokenController,
    AuditController,
    AssistantController,
    TrialController,
    TrunkController,
    NumberController,
    TwilioController,
    NumberLookupController,
    ContactController,
    MemoryController,
    ContactListController,
    ImportController,
    ContactExportController,
    SuppressionController,
    SuppressionImportController,
    ConsentController,
    ConsentImportController,
    ListConsentController,
    CampaignController,
    CampaignActions,
    CampaignStopController,
    CampaignCallController,
    EnrollmentController,
    EnrollmentExplanationController,
    PreviewController,
    ScheduleController,
    CallController,
    CallExplanationController,
    CallExportController,
    CallAnalyticsController,
    CampaignStatsController,
    AnalyticsController,
    RetentionController,
    CallTranscriptionController,
    CallAnalysisController,
    HoldController,
    ErasureController,
    PersonController,
    UsageController,
    SecretController,
    ToolController,
    KnowledgeController,
    WebhookEndpointController,
    WebhookDeliveryController,
    LiveController,
    FollowUpController,
    CheckUpController,
    AppointmentController,
    AppointmentFeedController,
    AppointmentImportController,
    CalendarController,
    BookingController,
    OperatorController,
    TransferController,
    PromiseController,
)
"""What lies under /api/v1."""
ROOT: Sequence[ControllerRouterHandler] = (
    HealthController,
    MetricsController,
    WorkerController,
    AgentCallController,
    ArrivalController,
    KeyChoiceController,
    InCallScheduleController,
    InCallBookingController,
    InTrialBookingController,
    InCallTransferController,
    AgentTranscriptionController,
    InCallToolController,
    AgentTrialController,
    InCallKnowledgeController,
    LiveKitWebhookController,
    TwilioWebhookController,
)
"""What lies beside it: health, webhooks, the internal side of agent workers."""


MIDDLEWARE = (
    RequestLogMiddleware,
    OptionsMiddleware,
    AgentTraceMiddleware,
    AuthenticationMiddleware,
    RateLimitMiddleware,
    TransactionMiddleware,
)


def create_app(
    settings: Settings, *, engine: AsyncEngine | None = None, clock: Clock | None = None, queue: Queue | None = None
) -> Litestar:
    """The ASGI application. An engine or queue that is given stays the giver's to close."""
    return Litestar(
        route_handlers=[Router("/api/v1", route_handlers=API), *ROOT],
        lifespan=[lambda app: serving(app.state, settings, engine=engine, clock=clock, queue=queue)],
        middleware=[DefineMiddleware(middleware) for middleware in MIDDLEWARE],
        dependencies=DEPENDENCIES,
        exception_handlers={**EXCEPTION_HANDLERS, AnsweredBefore: repeat_answer},
        request_class=StrictRequest,
        before_request=refuse_lax_query,
        request_max_body_size=MAX_BODY,
        logging_config=None,
        openapi_config=openapi_config("Callwright", version("callwright"), PUBLIC),
    )


@asynccontextmanager
async def serving(
    state: State, settings: Settings, *, engine: AsyncEngine | None = None, clock: Clock | None = None, queue: Queue | None = None
) -> AsyncIterator[None]:
    """While this lasts, `state` holds what requests are answered with."""
    own_engine = create_engine(settings.sqlalchemy_url) if engine is None else None
    redis = connect(settings.redis_url)
    # A mistake in a rule pack or price list stops the start, not the first call.
    registry()
    use_prices(settings.prices)
    telephony = LiveKitTelephony(settings.livekit_url, settings.livekit_api_key, settings.livekit_api_secret)
    try:
        _fill(state, settings, engine or own_engine, clock or SystemClock(), queue or ArqQueue(redis))
        state.voice_side, state.transfers, state.watch = VoiceSide(telephony), telephony, Watch(state.sessions, telephony)
        state.trial_room = TrialRoom(Mailbox(redis, "trial", LIFETIME), telephony)
        state.rate_limiter = RateLimiter(redis, per_minute=settings.rate_limit_per_minute, burst=settings.rate_limit_burst)
        state.call_limiter = RateLimiter(redis, per_minute=settings.call_starts_per_minute, burst=settings.call_starts_per_minute)
        await bootstrap(state.sessions, owner_key=settings.bootstrap_api_key, agent_key=settings.agent_key)
        state.live = Hub(LiveReader(redis), Words(state.sessions), Progress(state.sessions, state.clock))
        if own_engine is not None:
            # A process of its own; who brings an engine may come and go.
            set_aside_what_is_there()
        yield
    finally:
        if "live" in state:
            await state.live.close()
        if "outbound" in state:
            await state.outbound.aclose()
        await telephony.aclose()
        await redis.aclose()
        if own_engine is not None:
            await own_engine.dispose()
            await asyncio.to_thread(telemetry.close)


def _fill(state: State, settings: Settings, engine: Any, clock: Clock, queue: Queue) -> None:
    """Everything that lives as long as the process, under one name each."""
    state.settings = settings
    state.engine = engine
    state.sessions = create_sessions(engine, settings.number_secret)
    state.clock = clock
    state.queue = queue
    state.secret_box = SecretBox(*settings.encryption_keys)
    state.outbound_guard = guard_of(settings)
    state.outbound = OutboundClient(state.outbound_guard, within_s=LONGEST_EXCHANGE_S)
    state.twilio_connect = connect_twilio
    state.twilio_recordings = asyncio.Semaphore(AT_ONCE)
    state.signer = TokenSigner(*settings.encryption_keys)
    state.storage = open_storage(settings.storage_url)
    state.import_watchers = Watchers()
    issuer = TrustedIssuer(settings.jwt_issuer, settings.jwt_audience, settings.jwt_jwks_url) if settings.jwt_issuer else None
    state.authenticator = Authenticator(state.sessions, state.signer, clock, issuer)


def provide_principal(request: Request[Any, Any, Any]) -> Principal | None:
    """None for routes that need no key; all others can rely on it."""
    return request.scope.get("user")


def provide_settings(state: State) -> Settings:
    return state.settings


def provide_clock(state: State) -> Clock:
    return state.clock


def provide_secret_box(state: State) -> SecretBox:
    return state.secret_box


def provide_outbound_guard(state: State) -> Guard:
    return state.outbound_guard


def provide_outbound(state: State) -> OutboundClient:
    return state.outbound


def provide_signer(state: State) -> TokenSigner:
    return state.signer


def provide_storage(state: State) -> Storage:
    return state.storage


def provide_hub(state: State) -> Hub:
    return state.live


def provide_voice_side(state: State) -> VoiceSide:
    return state.voice_side


def provide_trial_room(state: State) -> TrialRoom:
    return state.trial_room


def provide_transfers(state: State) -> Transfers:
    return state.transfers


def provide_queue(state: State) -> Queue:
    return state.queue


DEPENDENCIES = {
    "principal": Provide(provide_principal, sync_to_thread=False),
    "unit": Provide(provide_unit),
    "settings": Provide(provide_settings, sync_to_thread=False),
    "clock": Provide(provide_clock, sync_to_thread=False),
    "secret_box": Provide(provide_secret_box, sync_to_thread=False),
    "outbound_guard": Provide(provide_outbound_guard, sync_to_thread=False),
    "outbound": Provide(provide_outbound, sync_to_thread=False),
    "signer": Provide(provide_signer, sync_to_thread=False),
    "storage": Provide(provide_storage, sync_to_thread=False),
    "hub": Provide(provide_hub, sync_to_thread=False),
    "voice_side": Provide(provide_voice_side, sync_to_thread=False),
    "trial_room": Provide(provide_trial_room, sync_to_thread=False),
    "transfers": Provide(provide_transfers, sync_to_thread=False),
    "queue": Provide(provide_queue, sync_to_thread=False),
}


def from_environment() -> Litestar:
    """The application as a process loads it that serves it."""
    settings = Settings.from_environment()
    # The server's worker is a process of its own: what the command line set up does not reach it.
    configure(settings.log_level)
    telemetry.configure("callwright-api", settings.otlp_endpoint)
    app = create_app(settings)
    app.on_startup.append(end_streams_on_signal)
    return app


def in_worker() -> Litestar:
    """The same in a server's worker process, which ends with the server. One that is killed would leave it behind, and answering."""
    server = parent_process()
    assert server is not None, "a server starts its workers"
    assert server.pid is not None, "a server that has started a worker runs"
    end_with(server.pid)
    return from_environment()
