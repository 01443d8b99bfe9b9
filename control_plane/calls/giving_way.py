"""Several plans may meet at one person: a schedule's run, a check-up, a reminder, a step of a follow-up. The later call gives way to the
one before it as long as it can still be made in time, and says so. Whoever is followed up after a crisis is called at once; so is who was
promised a call, and who is called because a person asked for it now."""

from datetime import datetime, timedelta

from control_plane.calls.meeting_repository import MeetingRepository, Own, Whom
from control_plane.db.unit import Unit

APART = timedelta(minutes=30)
"""From the end of a call for something else."""
LOOK_AGAIN = timedelta(seconds=30)
"""While another call is under way."""
ANOTHER_CALL = "Moved, so that the person has half an hour of rest after a call for something else."
WE_FAILED = "Called again, because the assistant failed when the phone was picked up."
A_PLANNED_CALL = "Waits for another call to this person that is planned for the next half hour."


async def moved_to(unit: Unit, whom: Whom, latest: datetime, own: Own | None = None) -> datetime | None:
    """When to look at the call again that is due now and may begin by `latest`; None when it is to be made now."""
    rows = MeetingRepository(unit.session)
    await rows.take_turns(whom)
    last = await rows.other_call(whom, own or Own(), unit.now, unit.now - APART)
    if last is None:
        return None
    at = unit.now + LOOK_AGAIN if last >= unit.now else last + APART
    return at if at <= latest else None
