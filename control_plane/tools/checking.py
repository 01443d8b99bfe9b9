"""What a schema cannot say of a tool's request: address, headers, and what goes with its kind. Pure, but for the guard's rules."""

from control_plane.db.models import Tool
from control_plane.db.models.tool import MCP
from control_plane.domain.errors import FieldError
from control_plane.kit.outbound_guard import Forbidden, Guard
from control_plane.tools.request import leads_upwards, places_in

OURS = frozenset(
    (
        *("host", "content-length", "content-type", "content-encoding", "transfer-encoding", "te", "trailer", "accept-encoding"),
        *("connection", "keep-alive", "upgrade", "expect", "idempotency-key", "proxy-authorization", "proxy-connection"),
    )
)
"""Headers that belong to the exchange and not to a tool."""
OF_THE_PROTOCOL = frozenset({"accept", "mcp-session-id", "mcp-protocol-version", "last-event-id"})


def wrong_with_request(row: Tool, guard: Guard) -> list[FieldError]:
    return [*_wrong_with_url(row, guard), *_wrong_with_headers(row)]


def wrong_with_kind(row: Tool, *, are_parameters_given: bool) -> list[FieldError]:
    """A server says itself which arguments its tools take; what the call contributes must be among them once that is known."""
    if row.kind != MCP:
        return [FieldError("mcp_tool", "Only a tool of the kind mcp has this.")] if row.mcp_tool is not None else []
    errors = []
    if row.mcp_tool is None:
        errors.append(FieldError("mcp_tool", "Say which of the server's tools this is."))
    if are_parameters_given:
        errors.append(FieldError("parameters", "The server says which arguments its tool takes; leave them out."))
    if row.method != "POST":
        errors.append(FieldError("method", "An MCP server is asked by POST."))
    if row.pinned_at is not None:
        errors += [FieldError("sends", words) for words in unknown_in(row)]
    return errors


def unknown_in(row: Tool) -> list[str]:
    """What the call would contribute and the server's tool does not take, each in a sentence."""
    known = row.parameters.get("properties") or {}
    return [f"The server's tool takes no argument {name!r}." for name in row.sends if name not in known]


def _wrong_with_url(row: Tool, guard: Guard) -> list[FieldError]:
    try:
        parts = guard.check_url(row.url)
    except Forbidden as error:
        return [FieldError("url", str(error))]
    errors = []
    unknown = [name for name in places_in(row.url) if name not in _fills(row)]
    if unknown:
        errors.append(FieldError("url", f"{{{unknown[0]}}} is neither an argument nor a field of `sends`."))
    if any(letter in parts._replace(path="").geturl() for letter in "{}"):
        errors.append(FieldError("url", "Arguments are filled in to the path only."))
    if leads_upwards(parts.path):
        errors.append(FieldError("url", "The path must not lead upwards."))
    return errors


def _fills(row: Tool) -> set[str]:
    """What may be filled in to the path: nothing, where all goes in messages."""
    if row.kind == MCP:
        return set()
    return (set(row.parameters.get("properties") or {}) if isinstance(row.parameters, dict) else set()) | set(row.sends)


def _wrong_with_headers(row: Tool) -> list[FieldError]:
    ours = OURS | (OF_THE_PROTOCOL if row.kind == MCP else set())
    errors = [FieldError(f"headers.{name}", "This header is ours to set.") for name in row.headers if name.lower() in ours]
    if len({name.lower() for name in row.headers}) < len(row.headers):
        errors.append(FieldError("headers", "Each header may stand there once."))
    return errors
