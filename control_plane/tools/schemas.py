"""What the API takes and gives for tools."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from control_plane.db.models import Tool
from control_plane.tools.executing import Result
from control_plane.tools.mcp import LONGEST_NAME, Offer, Offered, parameters_of

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
Kind = Literal["https", "mcp"]
McpTool = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME, examples=["get_order"])]
# Nobody waits longer on the phone.
Timeout = Annotated[float, Meta(ge=0.5, le=20.0)]


def no_arguments() -> dict[str, Any]:
    return {"type": "object", "properties": {}}


class ToolIn(Struct, forbid_unknown_fields=True, kw_only=True):
    name: ToolName
    """By which assistants name it in `tools`; it cannot be changed."""
    kind: Kind = "https"
    """`https`: an endpoint, described here. `mcp`: one tool of a server of the Model Context Protocol (streamable HTTP), whose arguments
    the server describes; assistants can use it once it is pinned (`/tools/{id}/pin`)."""
    mcp_tool: Annotated[McpTool | None, Meta(examples=[None])] = None
    """The server's own name of the tool; only with `mcp`. `/tools/offered` says which there are."""
    description: Told
    """What it does and when to use it: the model reads it."""
    parameters: Parameters = field(default_factory=no_arguments)
    """JSON Schema of the arguments, an object. What it does not name is refused. No `$ref`; `pattern` is for the model and the endpoint to
    read and is not checked here."""
    url: Url
    """An https endpoint, or an MCP server's. `{name}` in its path is filled in by that argument, or by that field of `sends`."""
    method: Method = "POST"
    """POST, PUT and PATCH send the arguments as a JSON object, GET and DELETE in the query."""
    headers: Headers = field(default_factory=dict)
    """`{{secret:name}}` in a value stands for a secret, which is sent only to addresses under its own `base_url`."""
    sends: Sends = field(default_factory=dict)
    """What the call itself contributes, by the name of the field: the model can neither see nor change it."""
    timeout_s: Timeout = 8.0
    """In all, a second attempt included."""
    idempotent: bool = False
    """Whether it may be sent twice when no answer came, or 429, 502, 503 or 504. Both carry the same `Idempotency-Key`. Of `mcp` only where
    the server's own annotations, as pinned, say that the tool is idempotent or only reads."""


class ToolPatch(Struct, forbid_unknown_fields=True, kw_only=True):
    """Counts at once, also in calls under way, whose models go by the description they were given; objects are replaced as a whole. The
    arguments of `mcp` are changed by pinning."""

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
    kind: Kind
    mcp_tool: str | None
    description: str
    parameters: Parameters
    """Of `mcp`: as they were pinned, references written out, without words that are not used here; the server judges by its own."""
    url: str
    method: Method
    headers: dict[str, str]
    sends: dict[str, str]
    timeout_s: float
    idempotent: bool
    used_by: list[str]
    """Names of assistants that use it in their draft, their published version or a version that a campaign keeps."""
    pinned_at: datetime | None
    """When what the server says of the tool was looked at last and kept; null of `https`, and before that."""
    drift: str
    """How the server describes the tool otherwise by now, in a sentence, as its last use has seen it; it is refused until it is pinned
    anew, or described as before. Empty when it does not."""
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
    """Whether the endpoint answered with a status of success, and an MCP server's tool with no error."""
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


class McpServerIn(Struct, forbid_unknown_fields=True):
    url: Annotated[str, Meta(min_length=1, max_length=2000, examples=["https://shop.example.com/mcp"])]
    headers: Headers = field(default_factory=dict)
    """`{{secret:name}}` in a value stands for a secret, which is sent only to addresses under its own `base_url`."""


class McpToolOut(Struct):
    """A tool as its server describes it now."""

    mcp_tool: str
    description: str
    parameters: dict[str, Any]
    """As they would be pinned; empty when the tool cannot be used here."""
    why: str
    """Why it cannot be used here, in a sentence; empty when it can."""
    annotations: dict[str, bool]
    """What the server says that the tool does to the world: `readOnlyHint`, `destructiveHint`, `idempotentHint`, `openWorldHint`."""

    @classmethod
    def of(cls, offer: Offer) -> "McpToolOut":
        try:
            parameters, why = parameters_of(offer), ""
        except ValueError as error:
            parameters, why = {}, str(error)
        return cls(offer.name, offer.description, parameters, why, dict(offer.hints))


class McpOfferedOut(Struct):
    server: str
    """Its own name and version."""
    tools: list[McpToolOut]
    why: str
    """Why it is not known what the server offers, in a sentence."""

    @classmethod
    def of(cls, found: Offered) -> "McpOfferedOut":
        return cls(found.server, [McpToolOut.of(offer) for offer in found.offers], found.why)
