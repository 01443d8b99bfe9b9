"""Prometheus figures, counted from the rows at each scrape, so that every process tells the same; then the counters of this process."""

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from control_plane.calls.repository import database_now
from control_plane.db.session import Sessions
from control_plane.dialer.repository import DialerRepository
from control_plane.domain.call_state import LIVE
from control_plane.domain.pacing import slots_offered, slots_there, wanted_workers
from control_plane.health.repository import HealthRepository
from control_plane.kit.metrics import page
from control_plane.operations.figures import add_figures, add_violations
from control_plane.operations.invariants import Watch

MOST_WORKERS = 1000
"""Autoscalers have limits of their own; this one only keeps a slip from asking for the world."""


async def metrics_page(sessions: Sessions, slots_per_worker: int, watch: Watch) -> bytes:
    """The figures in Prometheus' text format."""
    registry = CollectorRegistry()
    async with sessions.begin() as session:
        repository = DialerRepository(session)
        now = await database_now(session)
        wanted = await repository.wanted_slots(now)
        _gauge(registry, "callwright_wanted_slots", "Slots in use and slots that due calls could use now.", wanted)
        workers = wanted_workers(wanted, slots_per_worker, 0, MOST_WORKERS)
        _gauge(registry, "callwright_wanted_agent_workers", "Agent workers needed for the wanted slots.", workers)
        workers_now, taken = await repository.workers(now), await repository.slots_taken(now)
        _gauge(registry, "callwright_agent_slots", "Slots of agent workers that take calls.", slots_offered(workers_now))
        _gauge(registry, "callwright_agent_slots_taken", "Slots held by calls or by jobs that finish.", taken)
        _gauge(registry, "callwright_agent_slots_free", "Slots that take a call now.", max(0, slots_there(workers_now) - taken))
        live = Gauge("callwright_calls_live", "Calls under way by state.", ["state"], registry=registry)
        by_state = await HealthRepository(session).calls_by_state()
        for state in sorted(LIVE):
            live.labels(state).set(by_state.get(state, 0))
        await add_figures(registry, session, now)
    add_violations(registry, await watch.look())
    return generate_latest(registry) + page()


def _gauge(registry: CollectorRegistry, name: str, documentation: str, value: float) -> None:
    Gauge(name, documentation, registry=registry).set(value)
