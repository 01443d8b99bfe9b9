"""Tools of MCP servers: what a server offers, what of it is pinned, and one use of it.

A manager chooses a tool and pins it as it is described then. The server may say something else later: then the tool is refused until
somebody has looked at it and pinned it anew, because what it does and takes may not be what was agreed to. Nothing that a server writes
about its tools is read by a model in a call but their arguments' schema, as it was pinned: the description is the manager's own.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from control_plane.domain.tool_schema import narrowed
from control_plane.kit.outbound import NotDelivered, NotSent, OutboundClient
from control_plane.kit.outbound_guard import Forbidden
from control_plane.tools.executing import Result, as_data, repeated
from control_plane.tools.mcp_wire import NOT_BEGUN, Failed, Wire
from control_plane.tools.request import Recipe

HINTS = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
LOOKS_WITHIN_S = 8.0
LONGEST_NAME, MOST_DESCRIPTION, MOST_WHY = 128, 1_000, 300
"""Characters: of a tool's name, of its description as a manager sees it, and of what a server says about what did not work."""
NOT_PINNED = "It has not been pinned yet."
GONE = "Its server does not offer it any more. A manager has to look at it."
CHANGED = "Its server describes it otherwise than when it was pinned. A manager has to look at it and pin it anew."


@dataclass(frozen=True, slots=True)
class Offer:
    """One tool as a server describes it now."""

    name: str
    description: str
    schema: Any
    pin: Mapping[str, Any]
    """What a later description is compared with: arguments and what it is said to do to the world, and not its wording."""

    @property
    def hints(self) -> Mapping[str, bool]:
        return self.pin["hints"]


@dataclass(frozen=True, slots=True)
class Offered:
    """All that a server offers; `why` says in a sentence why that is not known."""

    server: str = ""
    offers: tuple[Offer, ...] = ()
    why: str = ""


async def offered(client: OutboundClient, url: str, headers: Mapping[str, str]) -> Offered:
    """Ask a server what it offers. Never raises for what it does."""
    wire = Wire(client, url, headers, LOOKS_WITHIN_S)
    try:
        server = await wire.begin()
        return Offered(server, tuple(offer for tool in await wire.tools() if (offer := _offer(tool)) is not None))
    except (Failed, NotDelivered, Forbidden) as error:
        return Offered(why=as_data(str(error)))
    finally:
        await wire.leave()


async def use_of_mcp(
    client: OutboundClient, recipe: Recipe, arguments: Mapping[str, Any], facts: Mapping[str, Any], headers: Mapping[str, str]
) -> Result:
    """One use, made twice only where manager and server both say that this does no harm. The call's own word counts before the model's;
    what it does not have is left out."""
    if recipe.pin is None:
        return Result(None, why=NOT_PINNED, attempts=0)
    given = {name: value for name, value in (dict(arguments) | dict(facts)).items() if name not in facts or value is not None}
    hints = recipe.pin["hints"]
    idempotent = recipe.idempotent and (hints.get("idempotentHint") is True or hints.get("readOnlyHint") is True)
    return await repeated(lambda s: _once(client, recipe, given, headers, s), timeout_s=recipe.timeout_s, idempotent=idempotent)


async def _once(client: OutboundClient, recipe: Recipe, given: Mapping[str, Any], headers: Mapping[str, str], within_s: float) -> Result:
    wire = Wire(client, recipe.url, headers, within_s)
    try:
        await wire.begin()
        drift = await _drift(wire, recipe)
        return Result(None, why=drift, drift=drift) if drift else await _called(wire, recipe, given)
    except Failed as error:
        return Result(error.status, why=as_data(str(error)))
    except (NotDelivered, Forbidden) as error:
        return Result(None, why=str(error))
    finally:
        await wire.leave()


async def drift_now(client: OutboundClient, recipe: Recipe, headers: Mapping[str, str]) -> str | None:
    """As a use would see it, without one; None when the server cannot be asked."""
    wire = Wire(client, recipe.url, headers, LOOKS_WITHIN_S)
    try:
        await wire.begin()
        return await _drift(wire, recipe)
    except (Failed, NotDelivered, Forbidden):
        return None
    finally:
        await wire.leave()


async def _drift(wire: Wire, recipe: Recipe) -> str:
    """How the tool's description differs from the pinned one; empty when it does not."""
    named = [tool for tool in await wire.tools(recipe.mcp_tool) if tool.get("name") == recipe.mcp_tool]
    if not named:
        return GONE
    now = _offer(named[0])
    return "" if now is not None and now.pin == recipe.pin else CHANGED


async def _called(wire: Wire, recipe: Recipe, given: Mapping[str, Any]) -> Result:
    """What came of the call itself, which nobody can take back."""
    try:
        found = await wire.call(str(recipe.mcp_tool), given)
    except Failed as error:
        is_begun = error.code not in NOT_BEGUN and (error.status >= 500 or 200 <= error.status < 300)
        return Result(error.status, why=as_data(str(error)), may_be_done=is_begun, drift="")
    except (NotDelivered, Forbidden) as error:
        return Result(None, why=str(error), may_be_done=not isinstance(error, (NotSent, Forbidden)), drift="")
    if found.get("isError") is True:
        return Result(200, why=f"The tool says: {as_data(_text_of(found))[:MOST_WHY] or 'nothing'}", drift="")
    return Result(200, data=as_data(_text_of(found)), drift="")


def _text_of(found: Mapping[str, Any]) -> str:
    """What a result says, as text: sound and pictures are named, and not handed on."""
    content = found.get("content")
    parts = [part for part in content if isinstance(part, Mapping)] if isinstance(content, list) else []
    texts = [text for part in parts if (text := _part(part))]
    if not texts and isinstance(found.get("structuredContent"), Mapping):
        return json.dumps(found["structuredContent"], ensure_ascii=False)
    return "\n".join(texts)


def _part(part: Mapping[str, Any]) -> str:
    inner = part.get("resource")
    text = inner.get("text") if isinstance(inner, Mapping) else part.get("text")
    return text if isinstance(text, str) else f"({str(part.get('type', 'something'))[:40]}, left out)"


def _offer(tool: Mapping[str, Any]) -> Offer | None:
    name, said, schema = tool.get("name"), tool.get("annotations"), tool.get("inputSchema")
    if not isinstance(name, str) or not 1 <= len(name) <= LONGEST_NAME:
        return None
    hints = {hint: said[hint] for hint in HINTS if isinstance(said.get(hint), bool)} if isinstance(said, Mapping) else {}
    try:
        digest = hashlib.sha256(json.dumps(schema, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    except RecursionError:
        return None
    words = as_data(str(tool.get("description") or tool.get("title") or ""))
    return Offer(name, words[:MOST_DESCRIPTION], schema, {"digest": digest, "hints": hints})


def parameters_of(offer: Offer) -> dict[str, Any]:
    """The arguments as a model is told of them. Raises `ValueError` with a sentence for a tool that cannot be used here."""
    return narrowed(offer.schema)
