"""HTTP for tools."""

import uuid

from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation
from litestar.status_codes import HTTP_200_OK

from control_plane.db.unit import Unit
from control_plane.kit.etags import IfMatch, tagged
from control_plane.kit.ids import new_id
from control_plane.kit.outbound import OutboundClient
from control_plane.kit.outbound_guard import Guard
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.kit.secrets import SecretBox
from control_plane.tools.describing import keep_drift, use
from control_plane.tools.mcp import offered
from control_plane.tools.request import headers_of
from control_plane.tools.schemas import McpOfferedOut, McpServerIn, ToolIn, ToolOut, ToolPatch, ToolTrial, ToolTrialOut
from control_plane.tools.service import ToolService
from control_plane.workspaces.guards import requires
from control_plane.workspaces.idempotency import NOT_IDEMPOTENT
from control_plane.workspaces.principal import Principal


async def provide_tools(
    unit: NamedDependency[SkipValidation[Unit]],
    principal: NamedDependency[SkipValidation[Principal]],
    secret_box: NamedDependency[SkipValidation[SecretBox]],
    outbound_guard: NamedDependency[SkipValidation[Guard]],
) -> ToolService:
    return ToolService(unit, principal.workspace_id, secret_box, outbound_guard)


Tools = NamedDependency[SkipValidation[ToolService]]


class ToolController(Controller):
    path = "/tools"
    tags = ("tools",)
    dependencies = {"tools": provide_tools}

    @get(guards=[requires("manager")], summary="Tools by configuration, newest first")
    async def index(self, tools: Tools, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[ToolOut]:
        return await tools.page(limit=limit, cursor=cursor)

    @post(guards=[requires("manager")], summary="Describe an HTTPS endpoint, or a tool of an MCP server, as a tool for assistants")
    async def create(self, data: JSONBody[ToolIn], tools: Tools) -> Response[ToolOut]:
        return tagged(await tools.create(data), ToolPatch)

    @get("/{tool_id:uuid}", guards=[requires("manager")], summary="A tool by configuration")
    async def show(self, tool_id: FromPath[uuid.UUID], tools: Tools) -> Response[ToolOut]:
        return tagged(await tools.get(tool_id), ToolPatch)

    @patch("/{tool_id:uuid}", guards=[requires("manager")], summary="Change a tool, at once and also for calls under way")
    async def change(
        self, tool_id: FromPath[uuid.UUID], data: JSONBody[ToolPatch], tools: Tools, if_match: IfMatch = None
    ) -> Response[ToolOut]:
        return tagged(await tools.change(tool_id, data, if_match), ToolPatch)

    @delete("/{tool_id:uuid}", guards=[requires("manager")], summary="Delete a tool that no assistant uses")
    async def remove(self, tool_id: FromPath[uuid.UUID], tools: Tools) -> None:
        await tools.delete(tool_id)

    @post(
        "/{tool_id:uuid}/test",
        guards=[requires("manager")],
        status_code=HTTP_200_OK,
        summary="Use a tool once, as a call would",
        opt=NOT_IDEMPOTENT,
    )
    async def test(
        self,
        tool_id: FromPath[uuid.UUID],
        data: JSONBody[ToolTrial],
        tools: Tools,
        principal: NamedDependency[SkipValidation[Principal]],
        unit: NamedDependency[SkipValidation[Unit]],
        outbound: NamedDependency[SkipValidation[OutboundClient]],
    ) -> ToolTrialOut:
        """The endpoint is asked outside of any transaction: however slow it is, it holds no connection of the database."""
        recipe, secrets = await tools.begin_trial(tool_id)
        await unit.session.commit()
        facts = {name: data.sends.get(name) for name in recipe.sends}
        result = await use(outbound, recipe, data.arguments, facts, secrets, f"test-{new_id()}")
        await keep_drift(unit.session, principal.workspace_id, recipe, result)
        return ToolTrialOut.of(result)

    @post(
        "/offered",
        guards=[requires("manager")],
        status_code=HTTP_200_OK,
        summary="What an MCP server offers, to choose tools from",
        opt=NOT_IDEMPOTENT,
    )
    async def offered(
        self,
        data: JSONBody[McpServerIn],
        tools: Tools,
        unit: NamedDependency[SkipValidation[Unit]],
        outbound: NamedDependency[SkipValidation[OutboundClient]],
    ) -> McpOfferedOut:
        """Nothing of it is kept. The server is asked outside of any transaction."""
        recipe, secrets = await tools.begin_look(data)
        await unit.session.commit()
        return McpOfferedOut.of(await offered(outbound, recipe.url, headers_of(recipe, secrets, f"look-{new_id()}")))

    @post(
        "/{tool_id:uuid}/pin",
        guards=[requires("manager")],
        status_code=HTTP_200_OK,
        summary="Keep what an MCP server says of a tool now, for assistants to use it so",
        opt=NOT_IDEMPOTENT,
    )
    async def pin(
        self,
        tool_id: FromPath[uuid.UUID],
        tools: Tools,
        unit: NamedDependency[SkipValidation[Unit]],
        outbound: NamedDependency[SkipValidation[OutboundClient]],
    ) -> Response[ToolOut]:
        """The arguments count at once, as any change of a tool does. Where the server describes the tool otherwise later, every use is
        refused, and `drift` says so, until the tool is pinned again."""
        recipe, secrets = await tools.begin_pin(tool_id)
        await unit.session.commit()
        found = await offered(outbound, recipe.url, headers_of(recipe, secrets, f"pin-{new_id()}"))
        return tagged(await tools.pin(recipe, found), ToolPatch)
