"""What an agent may have done by tools in the call that its ticket opens."""

import re
import uuid
from typing import Any

from litestar import Controller, Request, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.status_codes import HTTP_200_OK

from control_plane.calls.internal_controllers import Authorization, object_of, ticket_of
from control_plane.calls.knowledge_use import KnowledgeOfCall
from control_plane.calls.tool_use import ToolsOfCall
from control_plane.db.unit import Unit
from control_plane.domain.errors import Invalid
from control_plane.kit.outbound import OutboundClient
from control_plane.kit.secrets import SecretBox
from control_plane.knowledge.embedding_models import Means
from control_plane.knowledge.meaning import understand
from control_plane.settings import Settings
from control_plane.tools.describing import use
from control_plane.workspaces.authentication import PUBLIC
from sip_config.contract import LOOK_UP_KNOWLEDGE

_USE_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")


class InCallToolController(Controller):
    path = "/internal/calls/{call_id:uuid}/tools/{name:str}"
    include_in_schema = False
    opt = PUBLIC

    @post("/", status_code=HTTP_200_OK)
    async def use(
        self,
        unit: NamedDependency[SkipValidation[Unit]],
        call_id: FromPath[uuid.UUID],
        name: FromPath[str],
        authorization: Authorization,
        secret_box: NamedDependency[SkipValidation[SecretBox]],
        outbound: NamedDependency[SkipValidation[OutboundClient]],
        request: Request[Any, Any, Any],
    ) -> dict[str, Any]:
        """`use_id`, the model's own name of this use, is made once at most. The endpoint is asked while no transaction is open."""
        use_id, said = _use(await request.body())
        tools = ToolsOfCall(unit, call_id, ticket_of(authorization))
        begun = await tools.begin(name, use_id, said, secret_box)
        if isinstance(begun, str):
            return {"is_done": False, "data": "", "why": begun}
        await unit.session.commit()
        result = await use(outbound, begun.recipe, begun.arguments, begun.facts, begun.secrets, begun.id)
        await tools.end(begun, result)
        return {"is_done": result.is_done, "data": result.data, "why": result.why, "may_be_done": result.may_be_done}


class InCallKnowledgeController(Controller):
    path = f"/internal/calls/{{call_id:uuid}}/tools/{LOOK_UP_KNOWLEDGE}"
    include_in_schema = False
    opt = PUBLIC

    @post("/", status_code=HTTP_200_OK)
    async def look_up(
        self,
        unit: NamedDependency[SkipValidation[Unit]],
        call_id: FromPath[uuid.UUID],
        authorization: Authorization,
        settings: NamedDependency[SkipValidation[Settings]],
        secret_box: NamedDependency[SkipValidation[SecretBox]],
        outbound: NamedDependency[SkipValidation[OutboundClient]],
        request: Request[Any, Any, Any],
    ) -> dict[str, Any]:
        """As a tool by configuration is used, and answered in the same form. Models are asked while no transaction is open."""
        use_id, said = _use(await request.body())
        knowledge = KnowledgeOfCall(unit, call_id, ticket_of(authorization), Means(settings, secret_box, outbound))
        begun = await knowledge.begin(use_id, said)
        if isinstance(begun, str):
            return {"is_done": False, "data": "", "why": begun}
        await unit.session.commit()
        return await knowledge.end(begun, await understand(begun.askings, begun.question))


def _use(body: bytes) -> tuple[str, Any]:
    """The model's name of this use, and its arguments."""
    said = object_of(body)
    use_id = said.get("use_id")
    if not isinstance(use_id, str) or not _USE_ID.fullmatch(use_id):
        raise Invalid.field("use_id", "Name the use, in up to 100 letters, digits, dots and dashes.")
    return use_id, said.get("arguments")
