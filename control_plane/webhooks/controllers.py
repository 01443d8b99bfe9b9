"""HTTP for webhooks out: endpoints, their secrets, and the log of deliveries."""

import uuid
from typing import Annotated

from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter, SkipValidation

from control_plane.db.unit import Unit
from control_plane.kit.etags import IfMatch, tagged
from control_plane.kit.outbound_guard import Guard
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.kit.secrets import SecretBox
from control_plane.webhooks.schemas import (
    DeliveryState,
    EventType,
    WebhookDeliveryOut,
    WebhookEndpointIn,
    WebhookEndpointOut,
    WebhookEndpointPatch,
    WebhookEndpointWithSecret,
)
from control_plane.webhooks.service import WebhookService
from control_plane.workspaces.guards import requires
from control_plane.workspaces.principal import Principal


async def provide_webhooks(
    unit: NamedDependency[SkipValidation[Unit]],
    principal: NamedDependency[SkipValidation[Principal]],
    secret_box: NamedDependency[SkipValidation[SecretBox]],
    outbound_guard: NamedDependency[SkipValidation[Guard]],
) -> WebhookService:
    return WebhookService(unit, principal.workspace_id, secret_box, outbound_guard)


Webhooks = NamedDependency[SkipValidation[WebhookService]]
InState = Annotated[DeliveryState | None, QueryParameter(name="state", description="Only deliveries in this state.")]


class WebhookEndpointController(Controller):
    path = "/webhook-endpoints"
    tags = ("webhooks",)
    dependencies = {"webhooks": provide_webhooks}

    @get(guards=[requires("viewer")], summary="Webhook endpoints, newest first")
    async def index(self, webhooks: Webhooks, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[WebhookEndpointOut]:
        return await webhooks.page(limit=limit, cursor=cursor)

    @post(guards=[requires("manager")], summary="Add an endpoint; its secret is shown this once")
    async def create(self, data: JSONBody[WebhookEndpointIn], webhooks: Webhooks) -> WebhookEndpointWithSecret:
        return WebhookEndpointWithSecret.with_secret(*await webhooks.create(data))

    @get("/{endpoint_id:uuid}", guards=[requires("viewer")], summary="An endpoint, without its secret")
    async def show(self, endpoint_id: FromPath[uuid.UUID], webhooks: Webhooks) -> Response[WebhookEndpointOut]:
        return tagged(WebhookEndpointOut.of(await webhooks.get(endpoint_id)), WebhookEndpointPatch)

    @patch("/{endpoint_id:uuid}", guards=[requires("manager")], summary="Change an endpoint, switch it off or on")
    async def change(
        self, endpoint_id: FromPath[uuid.UUID], data: JSONBody[WebhookEndpointPatch], webhooks: Webhooks, if_match: IfMatch = None
    ) -> Response[WebhookEndpointOut]:
        return tagged(WebhookEndpointOut.of(await webhooks.change(endpoint_id, data, if_match)), WebhookEndpointPatch)

    @delete("/{endpoint_id:uuid}", guards=[requires("manager")], summary="Delete an endpoint; what it has not been told is canceled")
    async def remove(self, endpoint_id: FromPath[uuid.UUID], webhooks: Webhooks) -> None:
        await webhooks.delete(endpoint_id)

    @post("/{endpoint_id:uuid}/test", guards=[requires("manager")], status_code=202, summary="Send a test event")
    async def test(self, endpoint_id: FromPath[uuid.UUID], webhooks: Webhooks) -> WebhookDeliveryOut:
        return await webhooks.test(endpoint_id)

    @post("/{endpoint_id:uuid}/rotate-secret", guards=[requires("manager")], status_code=200, summary="A new secret, shown this once")
    async def rotate(self, endpoint_id: FromPath[uuid.UUID], webhooks: Webhooks) -> WebhookEndpointWithSecret:
        return WebhookEndpointWithSecret.with_secret(*await webhooks.rotate(endpoint_id))


class WebhookDeliveryController(Controller):
    path = "/webhook-deliveries"
    tags = ("webhooks",)
    dependencies = {"webhooks": provide_webhooks}

    @get(guards=[requires("viewer")], summary="What was told to whom, newest first")
    async def index(
        self,
        webhooks: Webhooks,
        endpoint_id: FromQuery[uuid.UUID | None] = None,
        in_state: InState = None,
        event_type: FromQuery[EventType | None] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[WebhookDeliveryOut]:
        wanted = {"endpoint_id": endpoint_id, "state": in_state, "event_type": event_type}
        return await webhooks.deliveries(limit=limit, cursor=cursor, **wanted)

    @get("/{delivery_id:uuid}", guards=[requires("viewer")], summary="A delivery")
    async def show(self, delivery_id: FromPath[uuid.UUID], webhooks: Webhooks) -> WebhookDeliveryOut:
        return await webhooks.delivery(delivery_id)

    @post("/{delivery_id:uuid}/replay", guards=[requires("manager")], status_code=202, summary="Send it again under the same id")
    async def replay(self, delivery_id: FromPath[uuid.UUID], webhooks: Webhooks) -> WebhookDeliveryOut:
        return await webhooks.replay(delivery_id)
