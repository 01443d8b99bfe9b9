"""What an agent says of a caller in its room. The worker's key opens nothing but this; the ticket that it gets opens the call."""

import uuid
from typing import Any

from litestar import Controller, Request, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Response
from litestar.status_codes import HTTP_200_OK

from control_plane.calls.agent_service import AgentService
from control_plane.calls.arrivals import Arrivals, choose
from control_plane.calls.internal_controllers import Authorization, UnitDep, message_of, object_of, require_installations_key, ticket_of
from control_plane.settings import Settings
from control_plane.workspaces.authentication import PUBLIC
from control_plane.workspaces.guards import requires
from control_plane.workspaces.principal import Principal
from sip_config.codec import encode
from sip_config.contract import InboundArrival


class ArrivalController(Controller):
    path = "/internal/inbound"
    include_in_schema = False
    guards = [requires("agent")]

    @post(status_code=HTTP_200_OK)
    async def arrive(
        self,
        unit: UnitDep,
        principal: NamedDependency[SkipValidation[Principal]],
        settings: NamedDependency[SkipValidation[Settings]],
        authorization: Authorization,
        request: Request[Any, Any, Any],
    ) -> Response[str]:
        """The ticket of the call. With a workspace's own agent key only calls of its numbers are taken."""
        require_installations_key(settings, ticket_of(authorization))
        arrived = message_of(InboundArrival, await request.body())
        ticket = await Arrivals(unit, None if settings.agent_key else principal.workspace_id).take(arrived)
        return Response(encode(ticket), media_type="application/json", headers={"Cache-Control": "no-store"})


class KeyChoiceController(Controller):
    path = "/internal/calls/{call_id:uuid}/choice"
    include_in_schema = False
    opt = PUBLIC

    @post(status_code=HTTP_200_OK)
    async def choose(
        self, unit: UnitDep, call_id: FromPath[uuid.UUID], authorization: Authorization, request: Request[Any, Any, Any]
    ) -> dict[str, bool]:
        """The caller has pressed a key of the number's menu; where somebody else takes the call now, its order is another."""
        key = str(object_of(await request.body()).get("key", ""))[:1]
        call = await AgentService(unit, call_id, ticket_of(authorization)).under_way(lock=True)
        return {"is_another": await choose(unit, call, key)}
