"""Figures of the last minutes, counted from the rows, so that every process tells the same and a restart forgets nothing.

They are gauges over a sliding window and no counters: counting all calls ever made at each scrape would read the whole ledger.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.operations.repository import OperationsRepository

WINDOW = timedelta(minutes=5)


async def add_figures(registry: CollectorRegistry, session: AsyncSession, now: datetime) -> None:
    """Register claims, dials, answers, pacing delay, reconciliations of the last five minutes, and the state of trunks."""
    repository, since = OperationsRepository(session), now - WINDOW
    claims = Gauge("callwright_claims_5m", "Calls claimed, of those made in the last five minutes.", registry=registry)
    claims.set(await repository.claims_since(since))
    _by(registry, "callwright_dials_5m", "Dials by what the network said.", "network_result", await repository.dials_since(since))
    _by(registry, "callwright_answers_5m", "Answered calls by who picked up.", "answered_by", await repository.answers_since(since))
    _by(
        registry,
        "callwright_reconciliations_5m",
        "What the sweep found out about calls.",
        "kind",
        await repository.reconciliations_since(since),
    )
    median, p95 = await repository.pacing_delays_since(since)
    delays = {"0.5": median, "0.95": p95}
    _by(registry, "callwright_pacing_delay_seconds_5m", "From a ready agent to the dial.", "quantile", delays)
    _by(registry, "callwright_trunks", "Trunks that cannot be used, by why.", "state", await repository.trunks())


def add_violations(registry: CollectorRegistry, found: Mapping[str, list[str]]) -> None:
    """Register how often each invariant is broken now; all of them must be 0."""
    counts = {name: float(len(ids)) for name, ids in found.items()}
    _by(registry, "callwright_invariant_violations", "What must never be; each must be 0.", "invariant", counts)


def _by(registry: CollectorRegistry, name: str, documentation: str, label: str, values: Mapping[str, float]) -> None:
    gauge = Gauge(name, documentation, [label], registry=registry)
    for value, count in sorted(values.items()):
        gauge.labels(value or "none").set(count)
