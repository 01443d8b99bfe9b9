"""What the API takes and gives for tools."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from control_plane.db.models import Tool
from control_plane.tools.executing import Result

# What models accept as the name of a function.
ToolName = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,63}$", examples=["look_up_order"])]
Told = Annotated[str, Meta(min_length=1, max_length=1000, examples=["Looks up an order by its number."])]
Url = Annotated[str, Meta(min_length=1, max_length=2000, examples=["https://shop.example.com/orders/{order_id}"])]
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
HeaderName = Annotated[str, Meta(pattern="^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$")]
# Printable ASCII.
HeaderValue = Annotated[str, Meta(pattern="^[ -~]{0,2000}$")]
Headers = Annotated[dict[HeaderName, HeaderValue], Meta(max_length=20, examples=[{"X-Shop": "acme"}])]
FieldName = Annotated[str, Meta(pattern="^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
Source = Annotated[
    str,
    Meta(
        pattern="^(call_id|contact_id|campaign_id|assistant_id|user_id|to|contact_name|contact_email"
        "|(metadata|variables|attributes)\\.[A-Za-z0-9_]{1,64})$"
    ),
]
Sends = Annotated[dict[FieldName, Source], Meta(max_length=20, examples=[{"customer": "contact_id"}])]
Parameters = Annotated[
    dict[str, Any],
    Meta(
        examples=[{"type": "object", "properties": {"order_id": {"type": "string", "maxLength": 40}}, "required": ["order_id"]}],
        extra_json_schema={"properties": {"type": {"const": "object"}}, "required": ["type"]},
    ),
]
# Nobody waits longer on the phone.
Timeout = Annotated[float, Meta(ge=0.5, le=20.0)]


def _no_arguments() -> dict[str, Any]:
    return {"type": "object", "properties": {}}


class ToolIn(Struct, forbid_unknown_fields=True, kw_only=True):
    name: ToolName
    """By which assistants name it in `tools`; it cannot be changed."""
    description: Told
    """What it does and when to use it: the model reads it."""
    parameters: Parameters = field(default_factory=_no_arguments)
    """JSON Schema of the arguments, an object. What it does not name is refused. No `$ref`; `pattern` is for the model and the endpoint to
    read and is not checked here."""
    url: Url
    """An https endpoint. `{name}` in its path is filled in by that argument, or by that field of `sends`."""
    method: Method = "POST"
    """POST, PUT and PATCH send the arguments as a JSON object, GET and DELETE in the query."""
    headers: Headers = field(default_factory=dict)
    """`{{secret:name}}` in a value stands for a secret, which is sent only to addresses under its own `base_url`."""
    sends: Sends = field(default_factory=dict)
    """What the call itself contributes, by the name of the field: the model can neither see nor change it."""
    timeout_s: Timeout = 8.0
    """In all, a second attempt included."""
    idempotent: bool = False
    """Whether it may be sent twice when no answer came, or 429, 502, 503 or 504. Both carry the same `Idempotency-Key`."""


class ToolPatch(Struct, forbid_unknown_fields=True, kw_only=True):
    """Counts at once, also in calls under way, whose models go by the description they were given; objects are replaced as a whole."""

    description: Told | UnsetType = UNSET
    parameters: Parameters | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    method: Method | UnsetType = UNSET
    headers: Headers | UnsetType = UNSET
    sends: Sends | UnsetType = UNSET
    timeout_s: Timeout | UnsetType = UNSET
    idempotent: bool | UnsetType = UNSET


class ToolOut(Struct, kw_only=True):
    id: uuid.UUID
    name: str
    description: str
    parameters: Parameters
    url: str
    method: Method
    headers: dict[str, str]
    sends: dict[str, str]
    timeout_s: float
    idempotent: bool
    used_by: list[str]
    """Names of assistants that use it in their draft, their published version or a version that a campaign keeps."""
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Tool, used_by: list[str]) -> "ToolOut":
        plain = {name: getattr(row, name) for name in cls.__struct_fields__ if name != "used_by"}
        return cls(used_by=used_by, **plain)


class ToolTrial(Struct, forbid_unknown_fields=True):
    arguments: Annotated[dict[str, Any], Meta(examples=[{"order_id": "A-17"}])] = field(default_factory=dict)
    """As a model would give them."""
    sends: dict[FieldName, Annotated[str, Meta(max_length=500)]] = field(default_factory=dict)
    """What a call would contribute; what is left out is null."""


class ToolTrialOut(Struct):
    is_done: bool
    """Whether the endpoint answered with a status of success."""
    status: int | None
    """Null when no answer came."""
    data: str
    """What the model would be given of the answer."""
    why: str
    """Why it did not work, in a sentence."""
    took_s: float
    attempts: int

    @classmethod
    def of(cls, result: Result) -> "ToolTrialOut":
        return cls(result.is_done, result.status, result.data, result.why, result.took_s, result.attempts)
