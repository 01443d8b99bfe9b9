"""What an agent may ask about schedules in the call that its ticket opens."""

import uuid
from typing import Any

from litestar import Controller, Request, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.status_codes import HTTP_200_OK

from control_plane.calls.internal_controllers import Authorization, object_of, ticket_of
from control_plane.db.unit import Unit
from control_plane.schedules.in_call import SchedulesOfCall
from control_plane.workspaces.authentication import PUBLIC


class InCallScheduleController(Controller):
    path = "/internal/calls/{call_id:uuid}/schedules"
    include_in_schema = False
    opt = PUBLIC

    @post("/", status_code=HTTP_200_OK)
    async def plan(
        self,
        unit: NamedDependency[SkipValidation[Unit]],
        call_id: FromPath[uuid.UUID],
        authorization: Authorization,
        request: Request[Any, Any, Any],
    ) -> dict[str, str]:
        """`words` and `about` propose a plan; `yes`, the callee's own words, stores the newest proposal."""
        said = object_of(await request.body())
        schedules = SchedulesOfCall(unit, call_id, ticket_of(authorization))
        is_yes = bool(str(said.get("yes") or "").strip())
        answer = await schedules.store() if is_yes else await schedules.propose(str(said.get("words", "")), str(said.get("about") or ""))
        return {"question": answer.question} if answer.question else {"read_back": answer.read_back}
