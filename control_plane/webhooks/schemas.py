"""What the API says and accepts about webhooks."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from control_plane.db.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from control_plane.webhooks.events import TYPES

Url = Annotated[str, Meta(min_length=1, max_length=2000, examples=["https://example.com/callwright"])]
Description = Annotated[str, Meta(max_length=200)]
EventType = Annotated[str, Meta(min_length=1, max_length=60, examples=["call.ended"], extra_json_schema={"enum": sorted(TYPES)})]
Events = Annotated[list[EventType], Meta(max_length=60, description="Types of events; an empty list means all of them.")]
State = Literal["enabled", "disabled"]
DeliveryState = Literal["pending", "delivered", "failed", "canceled"]


class WebhookEndpointIn(Struct, forbid_unknown_fields=True):
    url: Url
    """https; other addresses than public ones are refused."""
    events: Events = []
    assistant_id: uuid.UUID | None = None
    """Hear only of this assistant's calls and campaigns."""
    description: Description = ""


class WebhookEndpointPatch(Struct, forbid_unknown_fields=True):
    url: Url | UnsetType = UNSET
    events: Events | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    state: State | UnsetType = UNSET
    """enabled sends what has waited since it was disabled."""


class WebhookEndpointOut(Struct):
    id: uuid.UUID
    url: str
    description: str
    events: list[str]
    scope: Literal["workspace", "assistant"]
    assistant_id: uuid.UUID | None
    state: str
    disabled_reason: str
    """Why it was switched off, in a sentence."""
    disabled_at: datetime | None
    failing_since: datetime | None
    """Since then every attempt has failed; null when the last one arrived."""
    rests_until: datetime | None
    former_secret_until: datetime | None
    """Until then messages carry a signature by the former secret too."""
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: WebhookEndpoint) -> "WebhookEndpointOut":
        return cls(**_plain(row))


class WebhookEndpointWithSecret(WebhookEndpointOut):
    secret: str
    """Shown this once: `whsec_` and a key in base64 for the signatures of Standard Webhooks."""

    @classmethod
    def with_secret(cls, row: WebhookEndpoint, secret: str) -> "WebhookEndpointWithSecret":
        return cls(secret=secret, **_plain(row))


def _plain(row: WebhookEndpoint) -> dict[str, Any]:
    scope = "workspace" if row.assistant_id is None else "assistant"
    names = [name for name in WebhookEndpointOut.__struct_fields__ if name != "scope"]
    return {"scope": scope, **{name: getattr(row, name) for name in names}}


class WebhookDeliveryOut(Struct):
    """One event for one endpoint. `event_id` is the message's `webhook-id`."""

    id: uuid.UUID
    event_id: uuid.UUID
    endpoint_id: uuid.UUID
    event_type: str
    happened_at: datetime
    state: str
    attempts: int
    next_attempt_at: datetime | None
    """Null when it is over."""
    last_attempt_at: datetime | None
    last_status: int | None
    """What the endpoint answered last; null when it did not."""
    last_error: str
    duration_ms: int | None
    delivered_at: datetime | None
    created_at: datetime
    data: dict[str, Any]
    """What is told, as `data` of the message."""

    @classmethod
    def of(cls, row: WebhookDelivery, event: WebhookEvent) -> "WebhookDeliveryOut":
        due = row.next_at if row.state == "pending" else None
        told = {"event_type": event.type, "happened_at": event.at, "data": event.data, "next_attempt_at": due}
        return cls(**told, **{name: getattr(row, name) for name in cls.__struct_fields__ if name not in told})
