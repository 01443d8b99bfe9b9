"""What an agent may ask about calendars in the trial that its ticket opens."""

import uuid
from typing import Any

from litestar import Controller, Request, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.status_codes import HTTP_200_OK

from control_plane.bookings.in_call_controllers import answered
from control_plane.bookings.in_trial import BookingsOfTrial
from control_plane.calls.internal_controllers import Authorization, object_of, ticket_of
from control_plane.trials.room import TrialRoom
from control_plane.workspaces.authentication import PUBLIC
from control_plane.workspaces.handling import Work


class InTrialBookingController(Controller):
    path = "/internal/trials/{trial_id:uuid}/bookings"
    include_in_schema = False
    opt = PUBLIC

    @post("/", status_code=HTTP_200_OK)
    async def book(
        self,
        unit: Work,
        trial_room: NamedDependency[SkipValidation[TrialRoom]],
        trial_id: FromPath[uuid.UUID],
        authorization: Authorization,
        request: Request[Any, Any, Any],
    ) -> Any:
        """As in a call (`InCallBookingController`), and nothing is booked: what is agreed is held in the trial."""
        about = await trial_room.opened_by(trial_id, ticket_of(authorization))
        said = object_of(await request.body())
        return await answered(BookingsOfTrial(unit, trial_room, trial_id, about), said)
