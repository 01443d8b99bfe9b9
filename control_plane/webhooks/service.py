"""Endpoints and the delivery log: what a workspace asks of its webhooks."""

import uuid
from datetime import timedelta
from typing import Any

from msgspec import UNSET

from control_plane.audit.service import record
from control_plane.db.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, Invalid, NotFound, Refused
from control_plane.kit import standard_webhooks
from control_plane.kit.etags import require_match
from control_plane.kit.ids import new_id
from control_plane.kit.outbound_guard import Forbidden, Guard
from control_plane.kit.pagination import Page, page_of
from control_plane.kit.secrets import SecretBox
from control_plane.webhooks.events import TASK, TEST, TYPES, Happening, delivery_row, event_row
from control_plane.webhooks.outbox_repository import OutboxRepository
from control_plane.webhooks.repository import WebhookRepository
from control_plane.webhooks.schemas import WebhookDeliveryOut, WebhookEndpointIn, WebhookEndpointOut, WebhookEndpointPatch

MOST_ENDPOINTS = 50
"""Per workspace: each fact is written once for each that wants it."""
BOTH_SECRETS = timedelta(hours=24)
"""How long the former secret signs as well after a rotation."""


class WebhookService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID, box: SecretBox, guard: Guard) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._box = box
        self._guard = guard
        self._rows = WebhookRepository(unit.session, workspace_id)

    async def page(self, *, limit: int, cursor: str | None) -> Page[WebhookEndpointOut]:
        query, to_item = self._rows.endpoints(), WebhookEndpointOut.of
        return await page_of(self._unit.session, query, WebhookEndpoint.id, to_item, limit=limit, cursor=cursor)

    async def get(self, endpoint_id: uuid.UUID, *, lock: bool = False) -> WebhookEndpoint:
        row = await self._rows.endpoint(endpoint_id, lock=lock)
        if row is None:
            raise NotFound.of("webhook endpoint")
        return row

    async def create(self, wanted: WebhookEndpointIn) -> tuple[WebhookEndpoint, str]:
        """The endpoint and its secret, which is told only now. Raises `Invalid`, `NotFound` for a foreign assistant."""
        self._check(wanted.url, wanted.events)
        if wanted.assistant_id is not None and not await self._rows.has_assistant(wanted.assistant_id):
            raise NotFound.of("assistant")
        if await self._rows.count() >= MOST_ENDPOINTS:
            raise Refused(f"A workspace has at most {MOST_ENDPOINTS} webhook endpoints.", code="too_many_webhook_endpoints")
        secret = standard_webhooks.new_secret()
        row = WebhookEndpoint(
            id=new_id(),
            workspace_id=self._workspace_id,
            assistant_id=wanted.assistant_id,
            url=wanted.url,
            description=wanted.description,
            events=sorted(set(wanted.events)),
            secret_sealed=self._box.seal(secret),
            created_at=self._unit.now,
            updated_at=self._unit.now,
        )
        self._unit.session.add(row)
        await self._unit.session.flush()
        self._record("created", row, None, _trail(row))
        return row, secret

    async def change(self, endpoint_id: uuid.UUID, patch: WebhookEndpointPatch, if_match: str | None = None) -> WebhookEndpoint:
        """Change what was sent. An endpoint that is enabled again is told what has waited for it."""
        changes: dict[str, Any] = {n: value for n in patch.__struct_fields__ if (value := getattr(patch, n)) is not UNSET}
        self._check(changes.get("url"), changes.get("events"))
        row = await self.get(endpoint_id, lock=True)
        require_match(if_match, WebhookEndpointOut.of(row), WebhookEndpointPatch)
        before, state = _trail(row), changes.pop("state", row.state)
        if "events" in changes:
            changes["events"] = sorted(set(changes["events"]))
        for name, value in changes.items():
            setattr(row, name, value)
        if state != row.state:
            row.state = state
            row.failing_since, row.failures, row.rests_until = None, 0, None
            is_off = state == "disabled"
            row.disabled_at, row.disabled_reason = (self._unit.now, "Switched off by a person.") if is_off else (None, "")
            self._unit.nudges.add(TASK)
        row.updated_at = self._unit.now
        self._record("changed", row, before, _trail(row))
        return row

    async def delete(self, endpoint_id: uuid.UUID) -> None:
        """Tell it nothing more. The log of what it was told stays as long as any."""
        row = await self.get(endpoint_id, lock=True)
        await self._rows.cancel(row.id, "The endpoint was deleted.", self._unit.now)
        self._record("deleted", row, _trail(row), None)
        await self._unit.session.delete(row)

    async def rotate(self, endpoint_id: uuid.UUID) -> tuple[WebhookEndpoint, str]:
        """A new secret. For a day messages are signed by the former one as well; one before that is forgotten at once."""
        row, secret = await self.get(endpoint_id, lock=True), standard_webhooks.new_secret()
        row.former_secret_sealed, row.former_secret_until = row.secret_sealed, self._unit.now + BOTH_SECRETS
        row.secret_sealed, row.updated_at = self._box.seal(secret), self._unit.now
        self._record("secret_rotated", row, None, None)
        return row, secret

    async def test(self, endpoint_id: uuid.UUID) -> WebhookDeliveryOut:
        """Send a message that means nothing, to see whether it arrives."""
        row = await self.get(endpoint_id)
        _require_enabled(row)
        happened = Happening(self._workspace_id, {"endpoint_id": row.id, "message": "This is a test."})
        delivery = delivery_row(happened, row.id, self._unit.now)
        await OutboxRepository(self._unit.session).add([event_row(happened, TEST, self._unit.now)], [delivery])
        self._unit.nudges.add(TASK)
        self._record("tested", row, None, None)
        return await self.delivery(delivery["id"])

    async def deliveries(
        self, *, limit: int, cursor: str | None, endpoint_id: uuid.UUID | None, state: str | None, event_type: str | None
    ) -> Page[WebhookDeliveryOut]:
        if endpoint_id is not None:
            await self.get(endpoint_id)
        query = self._rows.deliveries(endpoint_id=endpoint_id, state=state, event_type=event_type)
        page = await page_of(self._unit.session, query, WebhookDelivery.id, lambda row: row, limit=limit, cursor=cursor)
        events = await self._rows.events([row.event_id for row in page.items])
        return Page([WebhookDeliveryOut.of(row, events[row.event_id]) for row in page.items], page.next_cursor)

    async def delivery(self, delivery_id: uuid.UUID) -> WebhookDeliveryOut:
        row = await self._delivery(delivery_id)
        return WebhookDeliveryOut.of(row, await self._unit.session.get_one(WebhookEvent, row.event_id))

    async def replay(self, delivery_id: uuid.UUID) -> WebhookDeliveryOut:
        """Send it again from the first attempt, under the same id. Raises `Conflict` when its endpoint is off or gone."""
        known = await self._delivery(delivery_id)
        endpoint = await self._rows.endpoint(known.endpoint_id)
        if endpoint is None:
            raise Conflict("The endpoint of this delivery was deleted.", code="webhook_endpoint_deleted")
        _require_enabled(endpoint)
        row = await self._delivery(delivery_id, lock=True)
        row.state, row.attempts, row.next_at, row.updated_at = "pending", 0, self._unit.now, self._unit.now
        record(self._unit, self._workspace_id, "webhook_delivery.replayed", "webhook_delivery", row.id, None, None)
        self._unit.nudges.add(TASK)
        return WebhookDeliveryOut.of(row, await self._unit.session.get_one(WebhookEvent, row.event_id))

    async def _delivery(self, delivery_id: uuid.UUID, *, lock: bool = False) -> WebhookDelivery:
        row = await self._rows.delivery(delivery_id, lock=lock)
        if row is None:
            raise NotFound.of("webhook delivery")
        return row

    def _check(self, url: str | None, events: list[str] | None) -> None:
        if url is not None:
            try:
                self._guard.check_url(url)
            except Forbidden as error:
                raise Invalid.field("url", str(error)) from error
        for i, event_type in enumerate(events or []):
            if event_type not in TYPES:
                raise Invalid.field(f"events[{i}]", f"There is no event {event_type!r}; there are {', '.join(sorted(TYPES))}.")

    def _record(self, what: str, row: WebhookEndpoint, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        record(self._unit, self._workspace_id, f"webhook_endpoint.{what}", "webhook_endpoint", row.id, before, after)


def _require_enabled(row: WebhookEndpoint) -> None:
    if row.state != "enabled":
        raise Conflict("The endpoint is disabled; enable it first.", code="webhook_endpoint_disabled")


def _trail(row: WebhookEndpoint) -> dict[str, Any]:
    names = ("url", "description", "events", "assistant_id", "state")
    return {name: getattr(row, name) for name in names}
