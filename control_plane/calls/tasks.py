"""Background work on calls. Each task carries an id, looks at the row first, and may run twice or never."""

import uuid
from typing import Any

from control_plane.calls.control_repository import ControlRepository
from control_plane.calls.reducer import Testimony, hear
from control_plane.calls.repository import CallRepository
from control_plane.campaigns.enrollments import SUPPRESSED
from control_plane.campaigns.repository import CampaignRepository
from control_plane.campaigns.service import close_suppressed
from control_plane.db.unit import Unit, open_unit
from control_plane.domain.call_state import AT_THE_PHONE, BEFORE_DIAL, Fact

_ACTOR = "system"


async def stop_suppressed(ctx: dict[str, Any], suppression_id: str) -> None:
    """Give up what is due or on its way to a newly suppressed number: calls first, then whom nothing else reaches.

    The gate refuses them in any case; this frees their slots now, and hangs up on a phone that rings already.
    """
    async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor=_ACTOR) as unit:
        row = await CampaignRepository(unit.session).suppression(uuid.UUID(suppression_id))
        if row is None or row.e164 is None:
            return
        on_the_way = await ControlRepository(unit.session).not_answered(row.workspace_id, row.e164, row.campaign_id)
    for call_id in on_the_way:
        async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor=_ACTOR) as unit:
            await _give_up(unit, call_id)
    async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor=_ACTOR) as unit:
        await close_suppressed(unit, row.workspace_id, row.e164, row.campaign_id)


async def _give_up(unit: Unit, call_id: uuid.UUID) -> None:
    call = await CallRepository(unit.session).lock(call_id)
    if call is not None and call.state in BEFORE_DIAL:
        call.failure = call.failure or SUPPRESSED
        await hear(unit, call.id, Testimony("task", "suppressed", "released", unit.now, Fact.RELEASED, {"why": SUPPRESSED}))
        unit.nudges.add("close_room", call.id)
    elif call is not None and call.state in AT_THE_PHONE:
        # No person ended it: closing the room cancels the INVITE, and the contact is closed as suppressed, not as skipped.
        await hear(unit, call.id, Testimony("task", "suppressed", "end_requested", unit.now, None, {"why": SUPPRESSED}))
        unit.nudges.add("close_room", call.id)
