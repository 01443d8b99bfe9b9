"""Tools of a workspace: described, checked before they are kept, tried out, deleted when nothing uses them."""

import uuid
from typing import Any

from msgspec import UNSET, to_builtins

from control_plane.assistants.schemas import BUILT_IN
from control_plane.audit.service import record
from control_plane.db.models import Tool
from control_plane.db.models.tool import MCP
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, FieldError, Invalid, NotFound, Refused
from control_plane.domain.tool_schema import problem_of
from control_plane.kit.etags import require_match
from control_plane.kit.ids import new_id
from control_plane.kit.outbound_guard import Guard
from control_plane.kit.pagination import Page, page_of
from control_plane.kit.secrets import SecretBox
from control_plane.secrets.repository import SecretRepository
from control_plane.tools.checking import unknown_in, wrong_with_kind, wrong_with_request
from control_plane.tools.describing import recipe_of, values_of
from control_plane.tools.mcp import Offered, parameters_of
from control_plane.tools.repository import ToolRepository
from control_plane.tools.request import Recipe, lies_under, secrets_in
from control_plane.tools.schemas import McpServerIn, ToolIn, ToolOut, ToolPatch, no_arguments

MOST_TOOLS = 100
"""Per workspace."""
_TRAIL = ("name", "kind", "mcp_tool", "pin", "description", "parameters", "url", "method", "sends", "timeout_s", "idempotent")


class ToolService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID, box: SecretBox, guard: Guard) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._box = box
        self._guard = guard
        self._rows = ToolRepository(unit.session, workspace_id)

    async def page(self, *, limit: int, cursor: str | None) -> Page[ToolOut]:
        page: Page[Tool] = await page_of(self._unit.session, self._rows.all(), Tool.id, lambda row: row, limit=limit, cursor=cursor)
        users = await self._rows.used_by([row.name for row in page.items])
        return Page([ToolOut.of(row, users[row.name]) for row in page.items], page.next_cursor)

    async def get(self, tool_id: uuid.UUID) -> ToolOut:
        return await self._out(await self._row(tool_id))

    async def create(self, wanted: ToolIn) -> ToolOut:
        """Raises `Invalid` with everything that is wrong, `Conflict` for a name that is taken."""
        if wanted.name in BUILT_IN:
            raise Conflict(f"{wanted.name!r} is a tool that every workspace has.", code="tool_exists")
        if await self._rows.count() >= MOST_TOOLS:
            raise Refused(f"A workspace has at most {MOST_TOOLS} tools.", code="too_many_tools")
        if await self._rows.named([wanted.name]):
            raise Conflict(f"There is a tool called {wanted.name!r} already.", code="tool_exists")
        row = Tool(
            id=new_id(),
            workspace_id=self._workspace_id,
            created_at=self._unit.now,
            updated_at=self._unit.now,
            secrets=secrets_in(wanted.headers),
            **to_builtins(wanted),
        )
        await self._check(row, are_parameters_given=wanted.parameters != no_arguments())
        self._unit.session.add(row)
        await self._unit.session.flush()
        self._record("created", row, None, _trail(row))
        return await self._out(row)

    async def change(self, tool_id: uuid.UUID, patch: ToolPatch, if_match: str | None = None) -> ToolOut:
        """Change what was sent. Raises `Invalid`."""
        row = await self._row(tool_id, lock=True)
        require_match(if_match, await self._out(row), ToolPatch)
        before = _trail(row)
        for name in patch.__struct_fields__:
            if (value := getattr(patch, name)) is not UNSET:
                setattr(row, name, to_builtins(value))
        row.secrets = secrets_in(row.headers)
        with self._unit.session.no_autoflush:
            await self._check(row, are_parameters_given=patch.parameters is not UNSET)
        row.updated_at = self._unit.now
        await self._unit.session.flush()
        self._record("changed", row, before, _trail(row))
        return await self._out(row)

    async def delete(self, tool_id: uuid.UUID) -> None:
        """Raises `Conflict` while an assistant uses it."""
        row = await self._row(tool_id, lock=True)
        users = (await self._rows.used_by([row.name]))[row.name]
        if users:
            named = ", ".join(repr(user) for user in users[:5])
            raise Conflict(f"This tool is used by {named}; take it from their tools and publish them first.", code="tool_in_use")
        self._record("deleted", row, _trail(row), None)
        await self._unit.session.delete(row)

    async def begin_trial(self, tool_id: uuid.UUID) -> tuple[Recipe, dict[str, str]]:
        """What a trial needs, its secrets opened, and a line in the trail that it was made."""
        row = await self._row(tool_id)
        self._record("tested", row, None, None)
        return recipe_of(row), await values_of(self._unit.session, self._box, row)

    async def begin_look(self, server: McpServerIn) -> tuple[Recipe, dict[str, str]]:
        """What asking a server for its tools needs. Raises `Invalid`."""
        row = Tool(
            id=new_id(),
            workspace_id=self._workspace_id,
            name="",
            kind=MCP,
            mcp_tool="",
            url=server.url,
            method="POST",
            headers=server.headers,
            secrets=secrets_in(server.headers),
            parameters=no_arguments(),
            sends={},
            timeout_s=0.0,
            idempotent=False,
        )
        await self._check(row, are_parameters_given=False)
        record(self._unit, self._workspace_id, "tool.offers_seen", "tool", None, None, {"url": row.url, "secrets": row.secrets})
        return recipe_of(row), await values_of(self._unit.session, self._box, row)

    async def begin_pin(self, tool_id: uuid.UUID) -> tuple[Recipe, dict[str, str]]:
        """What asking the tool's server needs. Raises `Conflict` for a tool of none."""
        row = await self._row(tool_id)
        if row.kind != MCP:
            raise Conflict("Only tools of MCP servers are pinned.", code="tool_not_mcp")
        return recipe_of(row), await values_of(self._unit.session, self._box, row)

    async def pin(self, asked: Recipe, found: Offered) -> ToolOut:
        """Keep what the server says of the tool now. Raises `Conflict` when it cannot be used so, or was changed meanwhile."""
        row = await self._row(asked.id or new_id(), lock=True)
        if (row.url, row.headers) != (asked.url, asked.headers):
            raise Conflict("This tool was changed meanwhile; pin it again.", code="tool_changed")
        offer = next((each for each in found.offers if each.name == row.mcp_tool), None)
        if offer is None:
            offers = ", ".join(repr(each.name) for each in found.offers[:20]) or "none"
            raise _not_pinned(found.why or f"The server offers no tool {row.mcp_tool!r}; those that it has: {offers}.")
        before = _trail(row)
        try:
            row.parameters, row.pin = parameters_of(offer), dict(offer.pin)
        except ValueError as error:
            raise _not_pinned(str(error)) from error
        if unknown := unknown_in(row):
            raise _not_pinned(unknown[0])
        row.pinned_at, row.drift, row.updated_at = self._unit.now, "", self._unit.now
        await self._unit.session.flush()
        self._record("pinned", row, before, _trail(row))
        return await self._out(row)

    async def _check(self, row: Tool, *, are_parameters_given: bool) -> None:
        errors = [*wrong_with_request(row, self._guard), *await self._wrong_with_secrets(row)]
        errors += wrong_with_kind(row, are_parameters_given=are_parameters_given)
        problem = problem_of(row.parameters)
        if problem is not None:
            errors.append(FieldError("parameters", problem))
        if errors:
            raise Invalid(" ".join(error.message for error in errors), *errors)

    async def _wrong_with_secrets(self, row: Tool) -> list[FieldError]:
        """A secret goes to its own endpoint only: whoever may describe tools must not be able to have it sent to themselves."""
        if not row.secrets:
            return []
        rows = SecretRepository(self._unit.session, self._workspace_id)
        known, held = await rows.named(row.secrets), await rows.hold(row.secrets)
        errors = [FieldError("headers", f"There is no secret called {name!r}.") for name in row.secrets if name not in held]
        for name, secret in sorted(known.items()):
            if secret.base_url is None or not lies_under(row.url, secret.base_url):
                words = f"The secret {name!r} is only sent to addresses under its own base_url, which this is not."
                errors.append(FieldError("headers", words))
        return errors

    async def _row(self, tool_id: uuid.UUID, *, lock: bool = False) -> Tool:
        row = await self._rows.get(tool_id, lock=lock)
        if row is None:
            raise NotFound.of("tool")
        return row

    async def _out(self, row: Tool) -> ToolOut:
        return ToolOut.of(row, (await self._rows.used_by([row.name]))[row.name])

    def _record(self, what: str, row: Tool, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        record(self._unit, self._workspace_id, f"tool.{what}", "tool", row.id, before, after)


def _not_pinned(why: str) -> Conflict:
    return Conflict(f"The tool could not be pinned. {why}", code="tool_not_pinned")


def _trail(row: Tool) -> dict[str, Any]:
    """Headers by their names: a value may be a key that nobody thought of entrusting."""
    plain = {name: getattr(row, name) for name in _TRAIL}
    return plain | {"headers": sorted(row.headers), "secrets": row.secrets}
