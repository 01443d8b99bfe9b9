"""Background work on calls. Each task carries an id, looks at the row first, and may run twice or never."""

import uuid
from typing import Any

from control_plane.calls.control_repository import ControlRepository
from control_plane.calls.reducer import Testimony, hear
from control_plane.calls.repository import CallRepository
from control_plane.campaigns.enrollments import SUPPRESSED, Enrollments
from control_plane.campaigns.repository import CampaignRepository
from control_plane.campaigns.service import close_suppressed
from control_plane.contacts.number_import_repository import NumberImportRepository
from control_plane.db.models import NumberImport
from control_plane.db.unit import Unit, open_unit
from control_plane.domain.call_state import AT_THE_PHONE, BEFORE_DIAL, Fact

_ACTOR = "system"
_AT_ONCE = 500


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


async def stop_listed(ctx: dict[str, Any], import_id: str) -> None:
    """The same for all numbers that a file has put on a do-not-call list."""
    async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor=_ACTOR) as unit:
        imported = await NumberImportRepository(unit.session).get(uuid.UUID(import_id))
        if imported is None or imported.heeded_at is not None:
            return
        on_the_way = await ControlRepository(unit.session).not_answered_of_list(imported.workspace_id, imported.id)
    for call_id in on_the_way:
        async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor=_ACTOR) as unit:
            await _give_up(unit, call_id)
    await _close_listed(ctx, imported)
    async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor=_ACTOR) as unit:
        await NumberImportRepository(unit.session).heed(imported.id, unit.now)


async def _close_listed(ctx: dict[str, Any], imported: NumberImport) -> None:
    """Some at a time, so that nobody waits long for the enrollments' rows."""
    reason, last = f"The number stands on the list {imported.source}.", ""
    while True:
        async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor=_ACTOR) as unit:
            numbers = await ControlRepository(unit.session).waiting_of_list(imported.workspace_id, imported.id, last, _AT_ONCE)
            if not numbers:
                return
            await Enrollments(unit).close_listed(imported.workspace_id, numbers, reason)
            last = numbers[-1]


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
