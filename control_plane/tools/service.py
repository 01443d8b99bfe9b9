"""Tools of a workspace: described, checked before they are kept, tried out, deleted when nothing uses them."""

import uuid
from typing import Any

from msgspec import UNSET, to_builtins

from control_plane.assistants.schemas import BUILT_IN
from control_plane.audit.service import record
from control_plane.db.models import Tool
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, FieldError, Invalid, NotFound, Refused
from control_plane.domain.tool_schema import problem_of
from control_plane.kit.etags import require_match
from control_plane.kit.ids import new_id
from control_plane.kit.outbound_guard import Forbidden, Guard
from control_plane.kit.pagination import Page, page_of
from control_plane.kit.secrets import SecretBox
from control_plane.secrets.repository import SecretRepository
from control_plane.tools.describing import recipe_of, values_of
from control_plane.tools.repository import ToolRepository
from control_plane.tools.request import Recipe, leads_upwards, lies_under, places_in, secrets_in
from control_plane.tools.schemas import ToolIn, ToolOut, ToolPatch

MOST_TOOLS = 100
"""Per workspace."""
OURS = frozenset(
    (
        *("host", "content-length", "content-type", "content-encoding", "transfer-encoding", "te", "trailer", "accept-encoding"),
        *("connection", "keep-alive", "upgrade", "expect", "idempotency-key", "proxy-authorization", "proxy-connection"),
    )
)
"""Headers that belong to the exchange and not to a tool."""
_TRAIL = ("name", "description", "parameters", "url", "method", "sends", "timeout_s", "idempotent")


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
        await self._check(row)
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
            await self._check(row)
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

    async def _check(self, row: Tool) -> None:
        errors = [*self._wrong_with_request(row), *await self._wrong_with_secrets(row)]
        problem = problem_of(row.parameters)
        if problem is not None:
            errors.append(FieldError("parameters", problem))
        if errors:
            raise Invalid(" ".join(error.message for error in errors), *errors)

    def _wrong_with_request(self, row: Tool) -> list[FieldError]:
        errors = []
        try:
            parts = self._guard.check_url(row.url)
            known = (set(row.parameters.get("properties") or {}) if isinstance(row.parameters, dict) else set()) | set(row.sends)
            unknown = [name for name in places_in(row.url) if name not in known]
            if unknown:
                errors.append(FieldError("url", f"{{{unknown[0]}}} is neither an argument nor a field of `sends`."))
            if any(letter in parts._replace(path="").geturl() for letter in "{}"):
                errors.append(FieldError("url", "Arguments are filled in to the path only."))
            if leads_upwards(parts.path):
                errors.append(FieldError("url", "The path must not lead upwards."))
        except Forbidden as error:
            errors.append(FieldError("url", str(error)))
        errors += [FieldError(f"headers.{name}", "This header is ours to set.") for name in row.headers if name.lower() in OURS]
        if len({name.lower() for name in row.headers}) < len(row.headers):
            errors.append(FieldError("headers", "Each header may stand there once."))
        return errors

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


def _trail(row: Tool) -> dict[str, Any]:
    """Headers by their names: a value may be a key that nobody thought of entrusting."""
    plain = {
        name: getattr(row, name) for name in ("name", "description", "parameters", "url", "method", "sends", "timeout_s", "idempotent")
    }
    return plain | {"headers": sorted(row.headers), "secrets": row.secrets}
