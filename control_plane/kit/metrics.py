"""Counters and histograms of this process, for Prometheus: each process has its own, and the sum over all of them is the truth.

What is counted is what has been committed (`Unit.once_committed`). Labels are codes from short lists: never an id, a name or a number.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
    start_http_server,
)

from control_plane.settings import SettingsError

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

CLAIMS = Counter("callwright_claims", "Calls that were given a slot.", ["purpose"], registry=REGISTRY)
GATE_DECISIONS = Counter(
    "callwright_gate_decisions", "What the gate said to calls, by its first reason.", ["decision", "reason"], registry=REGISTRY
)
DIALS = Counter("callwright_dials", "Calls over that had been dialled, by what the network said.", ["network_result"], registry=REGISTRY)
ANSWERS = Counter("callwright_answers", "Calls over that had been answered, by who or what picked up.", ["answered_by"], registry=REGISTRY)
RELEASES = Counter("callwright_releases", "Calls over that were never dialled, by where they stood.", ["state"], registry=REGISTRY)
RECONCILIATIONS = Counter("callwright_reconciliations", "What the sweep found out about calls.", ["kind"], registry=REGISTRY)
WEBHOOK_EVENTS = Counter("callwright_webhook_events", "Signed webhooks received.", ["source", "event", "effect"], registry=REGISTRY)
WEBHOOK_DELIVERIES = Counter(
    "callwright_webhook_deliveries", "Attempts to deliver webhooks, by what came of them.", ["result"], registry=REGISTRY
)
SCHEDULE_RUNS = Counter("callwright_schedule_runs", "Runs of schedules and check-ups that are over, by how.", ["state"], registry=REGISTRY)
ESCALATIONS = Counter("callwright_escalations", "Escalations of missed check-ups that are over, by how.", ["state"], registry=REGISTRY)
FOLLOW_UPS = Counter("callwright_follow_ups", "Follow-ups closed, by whom, and handed over to operators.", ["end"], registry=REGISTRY)
REMINDERS = Counter("callwright_reminders", "Reminders of appointments that are over, by how.", ["state"], registry=REGISTRY)
FEED_READINGS = Counter("callwright_feed_readings", "Readings of calendars, by what came of them.", ["result"], registry=REGISTRY)
PROMISES_OVERDUE = Counter("callwright_promises_overdue", "Promises whose time has passed before they were kept.", registry=REGISTRY)
LIVE_STREAMS = Gauge("callwright_live_streams", "Live streams that are open.", registry=REGISTRY)
AGENT_READY = Histogram(
    "callwright_agent_ready_seconds",
    "From the claim to an agent that is ready.",
    buckets=(0.25, 0.5, 1, 1.5, 2, 3, 5, 8, 13, 25, 50),
    registry=REGISTRY,
)
PACING_DELAY = Histogram(
    "callwright_pacing_delay_seconds",
    "From a ready agent to the trunk's turn.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60),
    registry=REGISTRY,
)
SCHEDULE_DELAY = Histogram(
    "callwright_schedule_delay_seconds",
    "From the time at which a run was planned to its claim; runs that are made up for later are not counted.",
    buckets=(1, 2, 5, 10, 20, 30, 60, 300, 900, 3600),
    registry=REGISTRY,
)


def page() -> bytes:
    """This process's figures in Prometheus' text format."""
    return generate_latest(REGISTRY)


@contextmanager
def served(host: str, port: int) -> Iterator[None]:
    """Serve them at `/metrics` of an address of their own meanwhile; port 0 serves nothing. Raises `SettingsError` when it is taken."""
    if port == 0:
        yield
        return
    try:
        server, thread = start_http_server(port, host, REGISTRY)
    except OSError as error:
        raise SettingsError(f"CALLWRIGHT_METRICS_PORT {port} cannot be listened on at {host}: {error.strerror}.") from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
