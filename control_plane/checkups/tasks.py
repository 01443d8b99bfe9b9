"""Background work of check-ups: the rows say what is to be done, and every piece of it is a transaction of its own."""

import uuid
from datetime import timedelta
from typing import Any

from control_plane.checkups.escalating import begin, go_on, stop_waiting
from control_plane.checkups.repository import CheckUpWork
from control_plane.checkups.service import CheckUpService
from control_plane.db.one_by_one import one_by_one
from control_plane.db.unit import Unit, open_unit
from control_plane.domain.checkup import LONGEST_WAIT

AT_ONCE = 100
LOOK_BACK = timedelta(days=2)
"""A run that was missed longer ago than that, while nothing ran, alarms nobody any more: there has been another check-up since."""


async def follow_people(ctx: dict[str, Any]) -> None:
    """Move check-ups whose person lives in another time zone than when it was planned, however that became known."""
    async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system") as unit:
        moved = await CheckUpWork(unit.session).moved_away(AT_ONCE)
    await one_by_one(ctx, _follow, moved)


async def _follow(unit: Unit, workspace_id: uuid.UUID, checkup_id: uuid.UUID) -> None:
    await CheckUpService(unit, workspace_id).follow_person(checkup_id)


async def keep_checkups(ctx: dict[str, Any]) -> None:
    """Escalate what was missed, and go on with what is being escalated."""
    async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system") as unit:
        work = CheckUpWork(unit.session)
        missed = await work.missed(unit.now - LOOK_BACK, AT_ONCE)
        given_up = [*await work.stuck(unit.now - LONGEST_WAIT, AT_ONCE), *await work.needless(AT_ONCE)]
    await one_by_one(ctx, begin, missed)
    await one_by_one(ctx, stop_waiting, given_up)
    async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system") as unit:
        over = await CheckUpWork(unit.session).over(unit.now, AT_ONCE)
    await one_by_one(ctx, go_on, [(escalation_id,) for escalation_id in over])
