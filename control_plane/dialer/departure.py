"""The moment an INVITE leaves: nobody who has said no since the last gate is called after all, and nothing that was stopped goes on.

Between the commit of `dialing` and the request to LiveKit lie a look into the room and the wait for the trunk's turn, which a busy machine
draws out. So the stored verdict, pauses and halts, and the suppressions are looked at once more; the suppressions under a lock that whoever
writes one takes too: either its commit comes first and this INVITE stays, or the INVITE has left before the commit.
"""

import asyncio
import uuid

from control_plane.contacts.suppressions import is_barred
from control_plane.dialer.context import Dialer
from control_plane.dialer.departure_repository import DepartureRepository, Leaving
from control_plane.dialer.turns import OnTime
from control_plane.kit.clock import monotonic
from control_plane.telephony.port import Dial, DialResult, PermittedDial, Refused, permit
from sip_config.naming import ATTRIBUTE_CALL_ID

TOO_LATE = Refused(None, "the last look before the INVITE took too long", "unavailable", not_sent=True)
OPTED_OUT = Refused(None, "the number was suppressed between the last gate and the INVITE", "unavailable", not_sent=True)
NO_VERDICT = Refused(None, "the call has no stored verdict that lets it be dialled", "unavailable", not_sent=True)
STOPPED = Refused(None, "the call or its campaign was stopped between the last gate and the INVITE", "unavailable", not_sent=True)
STAYED = (TOO_LATE, OPTED_OUT, NO_VERDICT, STOPPED)

HANDED_OVER_S = 0.02
"""How long the lock is kept for the request to leave this process: the client hands it over within about a millisecond, unwatched."""


async def depart(dialer: Dialer, order: Dial, is_on_time: OnTime) -> DialResult | None:
    """Send the INVITE at its turn, unless its number was suppressed meanwhile, or the call stopped. None when the turn was overslept.

    The look is made before the turn, so that the INVITE leaves at it and not a look later; its lock is held until then.
    """
    looked_at = monotonic()
    # Committed although nothing is written: a rollback makes the driver forget what its connection has prepared.
    async with dialer.sessions() as session, session.begin():
        leaving = await DepartureRepository(session).leaving(uuid.UUID(order.attributes[ATTRIBUTE_CALL_ID]))
        permitted = _permitted(order, leaving)
        if permitted is None:
            return NO_VERDICT
        if leaving.is_stopped:
            return STOPPED
        if await is_barred(session, leaving.workspace_id, order.to, leaving.campaign_id):
            return OPTED_OUT
        left: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        sending = asyncio.create_task(_send(dialer, permitted, is_on_time, looked_at, left))
        try:
            await asyncio.wait({sending, left}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({sending}, timeout=HANDED_OVER_S)
        except asyncio.CancelledError:
            sending.cancel()
            raise
    return await sending


async def _send(
    dialer: Dialer, permitted: PermittedDial, is_on_time: OnTime, looked_at: float, left: "asyncio.Future[None]"
) -> DialResult | None:
    """The look at the clock and the send are one step of this task: begun in between, another would wait for all that this process has to
    do, and be late unseen. `left` is done when the request is about to leave."""
    if not await is_on_time():
        return None
    if monotonic() - looked_at > dialer.send_within.total_seconds():
        return TOO_LATE
    left.set_result(None)
    return await dialer.telephony.dial(permitted)


def _permitted(order: Dial, leaving: Leaving) -> PermittedDial | None:
    """The order with the stored verdict that lets it go; None when there is none, or none about this number."""
    try:
        return permit(order, leaving.verdict) if leaving.verdict is not None else None
    except ValueError:
        return None
