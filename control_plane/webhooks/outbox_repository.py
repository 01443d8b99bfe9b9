"""SQL of the outbox: writing events down, handing them to the courier, writing down how it went."""

import uuid
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from control_plane.db.driver import rows_of, sent
from control_plane.db.models import WebhookDelivery, WebhookEndpoint, WebhookEvent

# Each endpoint's own oldest few, so that one with a long queue holds up no other. Rows that another courier is taking are passed over.
_CLAIM = text(
    """
    with due as (
      select d.id from webhook_endpoint e cross join lateral (
        select w.id, w.next_at from webhook_delivery w
        where w.endpoint_id = e.id and w.state = 'pending' and w.next_at <= :now
        order by w.next_at limit :each for update skip locked
      ) d
      where e.state = 'enabled' and (e.rests_until is null or e.rests_until <= :now) and e.id <> all(cast(:busy as uuid[]))
      order by d.next_at limit :most
    ), taken as (
      update webhook_delivery w set attempts = w.attempts + 1, next_at = :lease, last_attempt_at = :now, updated_at = :now
      from due where w.id = due.id returning w.id, w.endpoint_id, w.event_id, w.attempts
    )
    select t.id, t.endpoint_id, t.attempts, e.url, e.secret_sealed, e.former_secret_sealed, e.former_secret_until,
      e.failing_since is not null as is_failing, v.id as event_id, v.type, v.at, v.workspace_id, v.data
    from taken t join webhook_endpoint e on e.id = t.endpoint_id join webhook_event v on v.id = t.event_id
    order by v.id
    """
)
_LISTENERS = """
    select workspace_id, id, assistant_id from webhook_endpoint
    where workspace_id = any(cast(:workspaces as uuid[])) and state = 'enabled'
        and (cardinality(events) = 0 or events @> array[cast(:type as text)])
    """
_LISTENERS_TEXT, _LISTENERS_SENT = text(_LISTENERS), sent(_LISTENERS)
LISTENERS_OF = """
    select coalesce(json_agg(json_build_array(workspace_id, id, assistant_id)), '[]') from webhook_endpoint
    where workspace_id = w.id and state = 'enabled' and (cardinality(events) = 0 or events @> array[cast(:type as text)])
    """
"""Part of a statement that has the workspace as `w` and is asked anyway: `OutboxRepository.listeners` of it, as JSON."""
_EVENT: Any = WebhookEvent.__table__
_DELIVERY: Any = WebhookDelivery.__table__
# Once told, told: also when the lease was over and another courier has begun to tell it again.
_DELIVERED = (
    update(_DELIVERY)
    .where(_DELIVERY.c.id == bindparam("b_id"), _DELIVERY.c.state == "pending")
    .values(
        state="delivered",
        delivered_at=bindparam("b_now"),
        last_status=bindparam("b_status"),
        last_error="",
        duration_ms=bindparam("b_ms"),
        updated_at=bindparam("b_now"),
    )
)
# What failed is only written down by whoever still has the attempt.
_FAILED = (
    update(_DELIVERY)
    .where(_DELIVERY.c.id == bindparam("b_id"), _DELIVERY.c.state == "pending", _DELIVERY.c.attempts == bindparam("b_attempts"))
    .values(
        state=bindparam("b_state"),
        next_at=bindparam("b_next_at"),
        last_status=bindparam("b_status"),
        last_error=bindparam("b_error"),
        duration_ms=bindparam("b_ms"),
        updated_at=bindparam("b_now"),
    )
)


@dataclass(frozen=True, slots=True)
class Order:
    """One message to be delivered now; `attempts` counts this one."""

    id: uuid.UUID
    endpoint_id: uuid.UUID
    attempts: int
    url: str
    secret_sealed: str
    former_secret_sealed: str
    former_secret_until: datetime | None
    is_failing: bool
    event_id: uuid.UUID
    type: str
    at: datetime
    workspace_id: uuid.UUID
    data: dict[str, Any]


Listener = tuple[uuid.UUID, uuid.UUID, uuid.UUID | None]
"""An endpoint: its workspace, its id, and the assistant that it is limited to."""


class OutboxRepository:
    """Over all workspaces. Takes a connection where the fact itself is written without a session."""

    def __init__(self, session: AsyncSession | AsyncConnection) -> None:
        self._session = session

    async def listeners(self, workspace_ids: Sequence[uuid.UUID], event_type: str) -> Sequence[Listener]:
        """Endpoints that want to hear of such events."""
        given = {"workspaces": list(workspace_ids), "type": event_type}
        if not isinstance(self._session, AsyncSession):
            return [(row[0], row[1], row[2]) for row in await self._session.execute(_LISTENERS_TEXT, given)]
        # What the caller has not written yet is no business of ours, and may not be ready to be.
        with self._session.no_autoflush:
            return [(row[0], row[1], row[2]) for row in await rows_of(self._session, _LISTENERS_SENT, given)]

    async def add(self, events: Sequence[dict[str, Any]], deliveries: Sequence[dict[str, Any]]) -> None:
        with self._session.no_autoflush if isinstance(self._session, AsyncSession) else nullcontext():
            await self._session.execute(insert(_EVENT), list(events))
            await self._session.execute(insert(_DELIVERY), list(deliveries))

    async def claim(self, now: datetime, lease: timedelta, *, most: int, each: int, busy: Sequence[uuid.UUID]) -> list[Order]:
        """Take due deliveries until the lease is over; not of the endpoints that are `busy`."""
        given = {"now": now, "lease": now + lease, "most": most, "each": each, "busy": list(busy)}
        return [Order(**row) for row in (await self._session.execute(_CLAIM, given)).mappings()]

    async def lock_endpoints(self, endpoint_ids: Sequence[uuid.UUID]) -> Sequence[WebhookEndpoint]:
        """Before their deliveries, which is the order in which an endpoint's deletion takes them too."""
        query = select(WebhookEndpoint).where(WebhookEndpoint.id.in_(endpoint_ids)).order_by(WebhookEndpoint.id)
        return list((await self._session.execute(query.with_for_update())).scalars())

    async def write(self, delivered: list[dict[str, Any]], failed: list[dict[str, Any]]) -> None:
        for statement, rows in ((_DELIVERED, delivered), (_FAILED, failed)):
            if rows:
                # In one order everywhere, so that two couriers with the same rows wait for each other and not both.
                await self._session.execute(statement, sorted(rows, key=lambda row: row["b_id"]))

    async def forget_before(self, instant: datetime) -> int:
        """Delete events, and with them their deliveries, but not what is still to be told."""
        waits = exists().where(WebhookDelivery.event_id == WebhookEvent.id, WebhookDelivery.state == "pending")
        statement = delete(WebhookEvent).where(WebhookEvent.at < instant, ~waits).returning(WebhookEvent.id)
        return len((await self._session.execute(statement.execution_options(synchronize_session=False))).all())

    async def cancel_orphans(self, too_old: datetime, now: datetime) -> None:
        """Deliveries whose endpoint is gone, or was off for so long that nobody wants them any more."""
        has_endpoint = exists().where(WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        is_old = exists().where(and_(WebhookEvent.id == WebhookDelivery.event_id, WebhookEvent.at < too_old))
        statement = update(WebhookDelivery).where(WebhookDelivery.state == "pending", or_(~has_endpoint, is_old))
        values = {"state": "canceled", "last_error": "The endpoint was deleted, or off for too long.", "updated_at": now}
        await self._session.execute(statement.values(values).execution_options(synchronize_session=False))

    async def forget_words_of(self, call_ids: Sequence[uuid.UUID]) -> None:
        """What the caller of the API said of calls goes from their events: the person was erased."""
        statement = update(WebhookEvent).where(WebhookEvent.call_id.in_(call_ids))
        values = {"data": WebhookEvent.data.op("-")("metadata").op("-")("user_id").op("-")("outcome_label")}
        await self._session.execute(statement.values(values).execution_options(synchronize_session=False))
