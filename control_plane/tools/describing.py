"""A tool's row as one use needs it: its description apart from the database, and the opened secrets of its headers."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from structlog import get_logger

from control_plane.db.models import Tool
from control_plane.db.models.tool import MCP
from control_plane.domain.errors import Conflict
from control_plane.domain.tool_schema import without, wrong_with
from control_plane.kit.outbound import OutboundClient
from control_plane.kit.secrets import SecretBox
from control_plane.secrets.repository import SecretRepository
from control_plane.tools.executing import Result, execute
from control_plane.tools.mcp import use_of_mcp
from control_plane.tools.repository import ToolRepository
from control_plane.tools.request import Recipe, Unusable, headers_of, lies_under, request_of

log = get_logger(__name__)


def parameters_of(row: Tool) -> Mapping[str, Any]:
    """What a model may give. What the call contributes to an MCP server's tool is taken from the server's own schema."""
    return without(row.parameters, row.sends) if row.kind == MCP else row.parameters


def is_ready(row: Tool) -> bool:
    """Whether it is known what the tool takes."""
    return row.kind != MCP or row.pinned_at is not None


def recipe_of(row: Tool) -> Recipe:
    request = (row.url, row.method, row.headers, row.sends, row.timeout_s, row.idempotent)
    return Recipe(row.name, parameters_of(row), *request, mcp_tool=row.mcp_tool, pin=row.pin, id=row.id)


async def values_of(session: AsyncSession, box: SecretBox, row: Tool) -> dict[str, str]:
    """The secrets' values by name. Raises `Conflict` for one that is gone, cannot be opened, or belongs to another address by now."""
    if not row.secrets:
        return {}
    known, opened = await SecretRepository(session, row.workspace_id).named(row.secrets), {}
    for name in row.secrets:
        secret = known.get(name)
        try:
            if secret is None or secret.base_url is None or not lies_under(row.url, secret.base_url):
                raise ValueError(name)
            opened[name] = box.open(secret.value_sealed)
        except ValueError as error:
            log.error("tool_secret_unusable", tool_id=str(row.id), is_there=secret is not None)
            raise Conflict(f"The secret {name!r} of this tool cannot be used.", code="secret_unusable") from error
    return opened


async def use(
    client: OutboundClient, recipe: Recipe, arguments: Any, facts: Mapping[str, Any], secrets: Mapping[str, str], use_id: str
) -> Result:
    """Judge the arguments and send the request; what is wrong with them is the result's `why`."""
    wrong = wrong_with(arguments, recipe.parameters)
    if wrong is not None:
        return Result(None, why=wrong, attempts=0)
    if recipe.mcp_tool is not None:
        return await use_of_mcp(client, recipe, arguments, facts, headers_of(recipe, secrets, use_id))
    try:
        request = request_of(recipe, arguments, facts, secrets, use_id)
    except Unusable as error:
        return Result(None, why=str(error), attempts=0)
    return await execute(client, request, timeout_s=recipe.timeout_s, idempotent=recipe.idempotent)


async def keep_drift(session: AsyncSession, workspace_id: uuid.UUID, recipe: Recipe, result: Result) -> None:
    """For whoever looks at the tool: how what its server offers differs from what was pinned, as this use has seen it."""
    if result.drift is None or recipe.id is None:
        return
    if result.drift:
        log.warning("tool_drifted", tool_id=str(recipe.id))
    await ToolRepository(session, workspace_id).keep_drift(recipe.id, result.drift)
