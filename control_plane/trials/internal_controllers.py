"""What the agent of a trial talks to; its ticket opens that trial and nothing else."""

import uuid
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, SkipValidation
from litestar.status_codes import HTTP_200_OK

from control_plane.calls.internal_controllers import Authorization, object_of, ticket_of
from control_plane.db.unit import Unit
from control_plane.domain.errors import Invalid
from control_plane.kit.outbound import OutboundClient
from control_plane.kit.secrets import SecretBox
from control_plane.knowledge.embedding_models import Means
from control_plane.knowledge.meaning import understand
from control_plane.settings import Settings
from control_plane.trials.looking_up import begin_look, end_look
from control_plane.trials.room import TrialRoom
from control_plane.trials.service import order_for
from control_plane.trials.transferring import show_transfer
from control_plane.workspaces.authentication import PUBLIC
from sip_config.codec import ContractError, encode, from_plain
from sip_config.contract import LOOK_UP_KNOWLEDGE
from sip_config.contract.trial import TrialNews

Room = NamedDependency[SkipValidation[TrialRoom]]
WAITS_S = 3.0


class AgentTrialController(Controller):
    path = "/internal/trials/{trial_id:uuid}"
    include_in_schema = False
    opt = PUBLIC

    @get("/order")
    async def order(
        self,
        unit: NamedDependency[SkipValidation[Unit]],
        trial_room: Room,
        secret_box: NamedDependency[SkipValidation[SecretBox]],
        trial_id: FromPath[uuid.UUID],
        authorization: Authorization,
    ) -> Response[str]:
        about = await trial_room.opened_by(trial_id, ticket_of(authorization))
        order = encode(await order_for(about, unit, secret_box))
        return Response(order, media_type="application/json", headers={"Cache-Control": "no-store"})

    @get("/steps")
    async def steps(
        self, trial_room: Room, trial_id: FromPath[uuid.UUID], authorization: Authorization, after: Annotated[int, QueryParameter(ge=0)] = 0
    ) -> list[dict[str, Any]]:
        """Those but the first `after`, once there are any; none after some seconds."""
        await trial_room.opened_by(trial_id, ticket_of(authorization))
        return [msgspec.json.decode(step) for step in await trial_room.steps(trial_id, after, WAITS_S)]

    @post(f"/tools/{LOOK_UP_KNOWLEDGE}", status_code=HTTP_200_OK)
    async def look_up(
        self,
        unit: NamedDependency[SkipValidation[Unit]],
        trial_room: Room,
        settings: NamedDependency[SkipValidation[Settings]],
        secret_box: NamedDependency[SkipValidation[SecretBox]],
        outbound: NamedDependency[SkipValidation[OutboundClient]],
        trial_id: FromPath[uuid.UUID],
        authorization: Authorization,
        request: Request[Any, Any, Any],
    ) -> dict[str, Any]:
        """As in a call. Models are asked while no transaction is open."""
        about = await trial_room.opened_by(trial_id, ticket_of(authorization))
        arguments = object_of(await request.body()).get("arguments")
        begun = await begin_look(about, unit, Means(settings, secret_box, outbound), arguments)
        if isinstance(begun, str):
            return {"is_done": False, "data": "", "why": begun}
        await unit.session.commit()
        return await end_look(unit, begun, await understand(begun.askings, begun.question))

    @post("/transfer", status_code=HTTP_200_OK)
    async def transfer(
        self,
        unit: NamedDependency[SkipValidation[Unit]],
        trial_room: Room,
        trial_id: FromPath[uuid.UUID],
        authorization: Authorization,
        request: Request[Any, Any, Any],
    ) -> dict[str, Any]:
        """As in a call, but that nobody is called: who would be is told with the trial's news."""
        about = await trial_room.opened_by(trial_id, ticket_of(authorization))
        name = str(object_of(await request.body()).get("destination") or "")
        why_not = await show_transfer(unit, trial_room, trial_id, about, name)
        return {"is_done": not why_not, "why": why_not}

    @post("/news", status_code=HTTP_200_OK)
    async def news(
        self, trial_room: Room, trial_id: FromPath[uuid.UUID], authorization: Authorization, request: Request[Any, Any, Any]
    ) -> dict[str, bool]:
        about = await trial_room.opened_by(trial_id, ticket_of(authorization))
        body = await request.body()
        try:
            said = from_plain(TrialNews, object_of(body))
        except ContractError as error:
            raise Invalid(str(error), code="contract_mismatch") from error
        await trial_room.tell(trial_id, body, about.workspace_id, is_last=said.is_over)
        return {"accepted": True}
