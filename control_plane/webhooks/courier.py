"""Carries messages from the outbox to the endpoints: claim with a lease, send, write down how it went.

A process that dies between sending and writing leaves the lease to run out, and the message is sent again under the same id: at least
once, never lost. One slow or dead endpoint takes few of the places and holds up no other.
"""

import asyncio
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from structlog import get_logger

from control_plane.audit.service import record
from control_plane.db.models import WebhookEndpoint
from control_plane.db.session import Sessions
from control_plane.db.unit import Unit, open_unit
from control_plane.kit import metrics, standard_webhooks
from control_plane.kit.clock import Clock, monotonic
from control_plane.kit.outbound import Answer, NotDelivered
from control_plane.kit.outbound_guard import Forbidden
from control_plane.kit.queue import Queue
from control_plane.kit.secrets import SecretBox
from control_plane.webhooks.events import body_of, emit
from control_plane.webhooks.outbox_repository import Order, OutboxRepository
from control_plane.webhooks.retrying import Attempt, Delivered, GivenUp, Later, after, is_hopeless

log = get_logger(__name__)

PATIENCE_S = 15.0
"""For one whole request, from the name's resolution to the last byte that is read."""
LEASE = timedelta(seconds=60)
PLACES = 32
TURN = 8
"""Messages that one endpoint gets at a time; it gets more only when fewer than that are under way, so that it has twice as many at most."""
SHIFT_S = 5.0
"""How long one run goes on taking messages; the next nudge or the next second begins another."""
_LINGER_S = 0.005
"""What ends within it is written in one transaction."""
_HEADERS = {"content-type": "application/json", "user-agent": "Callwright-Webhooks/1"}


class Poster(Protocol):
    async def post(self, url: str, headers: dict[str, str], body: bytes) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Result:
    order: Order
    attempt: Attempt
    decision: Delivered | Later | GivenUp
    duration_ms: int


class Courier:
    """One per process; further nudges while it works only make it look again."""

    def __init__(self, sessions: Sessions, queue: Queue, clock: Clock, box: SecretBox, poster: Poster) -> None:
        self._sessions = sessions
        self._queue = queue
        self._clock = clock
        self._box = box
        self._poster = poster
        self._under_way: dict[asyncio.Task[Result], uuid.UUID] = {}
        self._wake: asyncio.Event | None = None

    async def run(self, shift_s: float = SHIFT_S) -> int:
        """Deliver what is due; the number of messages that arrived. Returns at once when a run is under way."""
        if self._wake is not None:
            self._wake.set()
            return 0
        self._wake, until, arrived = asyncio.Event(), monotonic() + shift_s, 0
        try:
            while True:
                self._wake.clear()
                if monotonic() < until:
                    await self._take()
                if not self._under_way:
                    if self._wake.is_set() and monotonic() < until:
                        continue
                    return arrived
                arrived += await self._write(await self._finished(self._wake))
        finally:
            self._wake = None
            for task in self._under_way:
                task.cancel()
            self._under_way.clear()

    async def _take(self) -> None:
        free = PLACES - len(self._under_way)
        if free <= 0:
            return
        busy = [endpoint for endpoint, count in Counter(self._under_way.values()).items() if count >= TURN]
        async with self._sessions.begin() as session:
            outbox = OutboxRepository(session)
            orders = await outbox.claim(self._clock.now(), LEASE, most=free, each=TURN, busy=busy)
        for order in orders:
            self._under_way[asyncio.create_task(self._deliver(order), name=f"webhook:{order.id}")] = order.endpoint_id

    async def _finished(self, wake: asyncio.Event) -> list[Result]:
        """Wait until something has ended or is to be looked at; what has ended."""
        woken = asyncio.create_task(wake.wait())
        try:
            await asyncio.wait({*self._under_way, woken}, timeout=1, return_when=asyncio.FIRST_COMPLETED)
            if any(task.done() for task in self._under_way):
                await asyncio.wait(self._under_way, timeout=_LINGER_S)
        finally:
            woken.cancel()
        over = [task for task in self._under_way if task.done()]
        for task in over:
            del self._under_way[task]
        return [task.result() for task in over]

    async def _deliver(self, order: Order) -> Result:
        now, begun = self._clock.now(), monotonic()
        status, error, retry_after = None, "", None
        try:
            body = body_of(order.event_id, order.type, order.at, order.workspace_id, order.data)
            headers = standard_webhooks.sign(self._keys(order, now), str(order.event_id), now, body)
            answer = await self._poster.post(order.url, {**_HEADERS, **headers}, body)
            status, retry_after = answer.status, answer.retry_after
        except (Forbidden, NotDelivered) as failure:
            error = str(failure)
        except Exception as failure:
            # Whatever one message does to us, the others go on; its lease makes nobody wait longer than a failure would.
            log.error("webhook_not_sent", delivery_id=str(order.id), error=type(failure).__name__)
            error = "It could not be sent."
        attempt = Attempt(order.attempts, status, error, retry_after)
        duration_ms = round((monotonic() - begun) * 1000)
        return Result(order, attempt, after(attempt, str(order.id), self._clock.now()), duration_ms)

    def _keys(self, order: Order, now: datetime) -> list[str]:
        sealed = [order.secret_sealed]
        if order.former_secret_sealed and order.former_secret_until is not None and now < order.former_secret_until:
            sealed.append(order.former_secret_sealed)
        return [self._box.open(each) for each in sealed]

    async def _write(self, results: list[Result]) -> int:
        if not results:
            return 0
        async with open_unit(self._sessions, self._queue, self._clock, actor="system") as unit:
            outbox = OutboxRepository(unit.session)
            by_endpoint: dict[uuid.UUID, list[Result]] = {}
            for result in results:
                if not isinstance(result.decision, Delivered) or result.order.is_failing:
                    by_endpoint.setdefault(result.order.endpoint_id, []).append(result)
            if by_endpoint:
                for endpoint in await outbox.lock_endpoints(sorted(by_endpoint)):
                    await _learn(unit, endpoint, by_endpoint[endpoint.id])
            unit.once_committed(lambda: _count(results))
            delivered = [_row(result, unit.now) for result in results if isinstance(result.decision, Delivered)]
            await outbox.write(delivered, [_failed(r, unit.now) for r in results if not isinstance(r.decision, Delivered)])
        return len(delivered)


async def _learn(unit: Unit, endpoint: WebhookEndpoint, results: list[Result]) -> None:
    """What the attempts say of the endpoint itself."""
    if any(isinstance(result.decision, Delivered) for result in results):
        endpoint.failing_since, endpoint.failures = None, 0
    failed = [result for result in results if not isinstance(result.decision, Delivered)]
    if not failed:
        return
    since = endpoint.failing_since = endpoint.failing_since or unit.now
    endpoint.failures += len(failed)
    asked = [result.decision.rests_until for result in failed if isinstance(result.decision, Later)]
    rests = [instant for instant in (*asked, endpoint.rests_until) if instant is not None]
    endpoint.rests_until = max(rests) if rests else None
    if any(isinstance(result.decision, GivenUp) and result.decision.is_gone for result in failed):
        await disable(unit, endpoint, "It answered 410: nobody wants messages there any more.")
    elif is_hopeless(since, endpoint.failures, unit.now):
        days = (unit.now - since).days
        await disable(unit, endpoint, f"Every attempt has failed for {days} days.")


async def disable(unit: Unit, endpoint: WebhookEndpoint, reason: str) -> None:
    """Switch it off, and say so: in its row, in the audit trail, in the log, and to the workspace's other endpoints."""
    if endpoint.state == "disabled":
        return
    endpoint.state, endpoint.disabled_reason, endpoint.disabled_at = "disabled", reason, unit.now
    record(unit, endpoint.workspace_id, "webhook_endpoint.disabled", "webhook_endpoint", endpoint.id, None, {"reason": reason})
    log.warning("webhook_endpoint_disabled", endpoint_id=str(endpoint.id), reason=reason)
    await unit.session.flush()
    data = {"endpoint_id": endpoint.id, "url": endpoint.url, "reason": reason}
    await emit(unit, endpoint.workspace_id, "webhook_endpoint.disabled", data, assistant_id=endpoint.assistant_id)


_RESULTS = {Delivered: "delivered", Later: "later", GivenUp: "given_up"}


def _count(results: list[Result]) -> None:
    for result in results:
        metrics.WEBHOOK_DELIVERIES.labels(_RESULTS[type(result.decision)]).inc()


def _row(result: Result, now: datetime) -> dict[str, object]:
    return {"b_id": result.order.id, "b_now": now, "b_status": result.attempt.status, "b_ms": result.duration_ms}


def _failed(result: Result, now: datetime) -> dict[str, object]:
    decision = result.decision
    assert not isinstance(decision, Delivered)
    state, next_at = ("pending", decision.at) if isinstance(decision, Later) else ("failed", now)
    return _row(result, now) | {"b_attempts": result.order.attempts, "b_state": state, "b_next_at": next_at, "b_error": decision.error}
