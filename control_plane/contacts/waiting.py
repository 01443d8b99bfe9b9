"""Who waits in a campaign because the gate says so is asked about anew at once when something has changed that the gate looks at.

Who waits for anything else, as for the next attempt or for a call that was promised, has no reasons of the gate, and stays as they are.
"""

import uuid

from control_plane.db.driver import rows_of_each, sent
from control_plane.db.unit import Unit

_WHO = "contact_id = :contact and workspace_id = :workspace and state = 'waiting'"
_LOCK = sent(f"select id from enrollment where {_WHO} order by id for no key update")  # noqa: S608
# Behind the lock and with a snapshot of its own: a claim that was looking at them has written down by then why they wait. How long they
# have given way to other calls is counted without what the gate has made them wait, which ends now.
_DUE = sent(
    f"""
    update enrollment set due_at = :now, updated_at = now(), gives_way_since = gives_way_since - (due_at - cast(:now as timestamptz))
    where {_WHO} and waiting_codes <> '{{}}' and due_at > :now
    """  # noqa: S608
)


async def look_again(unit: Unit, workspace_id: uuid.UUID, contact_id: uuid.UUID) -> None:
    """Due again from the commit on, in all campaigns. First of all in the transaction that changes the contact: whoever locks both locks
    the enrollment before the contact."""
    of = {"contact": contact_id, "workspace": workspace_id}
    await rows_of_each(unit.session, (_LOCK, of), (_DUE, of | {"now": unit.now}))
    unit.nudges.add("tick")
