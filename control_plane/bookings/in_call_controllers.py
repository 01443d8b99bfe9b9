"""What an agent may ask about calendars in the call that its ticket opens."""

import uuid
from typing import Any, Protocol

from litestar import Controller, Request, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from control_plane.bookings.in_call import BookingsOfCall
from control_plane.bookings.offering import Answer
from control_plane.calls.internal_controllers import Authorization, object_of, ticket_of
from control_plane.workspaces.authentication import PUBLIC
from control_plane.workspaces.handling import Work


class InCallBookingController(Controller):
    path = "/internal/calls/{call_id:uuid}/bookings"
    include_in_schema = False
    opt = PUBLIC

    @post("/", status_code=HTTP_200_OK)
    async def book(self, unit: Work, call_id: FromPath[uuid.UUID], authorization: Authorization, request: Request[Any, Any, Any]) -> Any:
        """`calendar` alone, or with `after`: what is free. With `at`, and perhaps a `note`: proposes that time. `yes`, the callee's own
        words, has the newest proposal booked."""
        said = object_of(await request.body())
        return await answered(BookingsOfCall(unit, call_id, ticket_of(authorization)), said)


class Bookings(Protocol):
    """What is free, and what is booked of it, in one conversation."""

    async def free(self, name: str, after: str) -> Answer: ...

    async def propose(self, name: str, at: str, note: str) -> Answer: ...

    async def store(self) -> Answer: ...


async def answered(bookings: Bookings, said: dict[str, Any]) -> dict[str, Any]:
    """What an agent is told that has asked this."""
    answer = await _answer(bookings, said)
    if answer.question:
        return {"question": answer.question}
    return {"read_back": answer.read_back} if answer.read_back else {"free": list(answer.free)}


async def _answer(bookings: Bookings, said: dict[str, Any]) -> Answer:
    words = {name: str(said.get(name) or "").strip()[:1000] for name in ("yes", "calendar", "after", "at", "note")}
    if words["yes"]:
        return await bookings.store()
    if words["at"]:
        return await bookings.propose(words["calendar"], words["at"], words["note"])
    return await bookings.free(words["calendar"], words["after"])
