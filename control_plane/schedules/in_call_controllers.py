"""What an agent may ask about schedules in the call that its ticket opens."""

import uuid
from typing import Any

from litestar import Controller, Request, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.status_codes import HTTP_200_OK

from control_plane.calls.internal_controllers import Authorization, object_of, ticket_of
from control_plane.db.unit import Unit
from control_plane.domain.errors import Invalid
from control_plane.schedules.in_call import Answer, SchedulesOfCall
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
        """Proposes what the callee wants: `words` and `about` of a new plan, `changes` with `words`, or `cancels`, both of which name a
        schedule. `yes`, the callee's own words, has the newest proposal done. `calls_back` are the words of one time to call back, which
        is answered with `at` as well."""
        said = object_of(await request.body())
        answer = await _answer(SchedulesOfCall(unit, call_id, ticket_of(authorization)), said)
        if answer.question:
            return {"question": answer.question}
        at = {"at": answer.at.isoformat()} if answer.at is not None else {}
        return {"read_back": answer.read_back, "sentence": answer.sentence} | at


async def _answer(schedules: SchedulesOfCall, said: dict[str, Any]) -> Answer:
    words, about = str(said.get("words") or ""), str(said.get("about") or "")
    if str(said.get("yes") or "").strip():
        return await schedules.store()
    if said.get("calls_back"):
        return await schedules.propose_callback(str(said["calls_back"]))
    if said.get("changes"):
        return await schedules.propose_change(_id(said["changes"]), words)
    if said.get("cancels"):
        return await schedules.propose_cancel(_id(said["cancels"]))
    return await schedules.propose(words, about)


def _id(said: Any) -> uuid.UUID:
    try:
        return uuid.UUID(str(said))
    except ValueError as error:
        raise Invalid("Which schedule is meant is not an id.") from error
