"""Looking at MCP servers' tools after an assistant with them was published, so that whoever looks at the tools sees what has drifted."""

import uuid
from typing import Any

from structlog import get_logger

from control_plane.db.unit import open_unit
from control_plane.domain.errors import Conflict
from control_plane.kit.ids import new_id
from control_plane.tools.describing import is_ready, recipe_of, values_of
from control_plane.tools.mcp import drift_now
from control_plane.tools.repository import ToolRepository, mcp_tools_of
from control_plane.tools.request import Recipe, headers_of

log = get_logger(__name__)


async def look_at_tools(ctx: dict[str, Any], assistant_id: str) -> None:
    """The servers are asked while no transaction is open. A server that cannot be asked now leaves what is known of its tools as it is."""
    for workspace_id, recipe, secrets in await _recipes(ctx, uuid.UUID(assistant_id)):
        drift = await drift_now(ctx["outbound"], recipe, headers_of(recipe, secrets, f"look-{new_id()}"))
        if drift is not None and recipe.id is not None:
            async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system") as unit:
                await ToolRepository(unit.session, workspace_id).keep_drift(recipe.id, drift)


async def _recipes(ctx: dict[str, Any], assistant_id: uuid.UUID) -> list[tuple[uuid.UUID, Recipe, dict[str, str]]]:
    """Of the draft's tools those of servers that are pinned."""
    found = []
    async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system") as unit:
        for row in await mcp_tools_of(unit.session, assistant_id):
            try:
                if is_ready(row):
                    found.append((row.workspace_id, recipe_of(row), await values_of(unit.session, ctx["secret_box"], row)))
            except Conflict as error:
                log.info("tool_not_looked_at", tool_id=str(row.id), why=error.code)
    return found
