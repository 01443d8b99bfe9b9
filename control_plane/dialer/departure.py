"""The moment an INVITE leaves: nobody who has said no since the last gate is called after all, and nothing that was stopped goes on.

Between the commit of `dialing` and the request to LiveKit lie a look into the room and the wait for the trunk's turn, which a busy machine
draws out. So the stored verdict, pauses and halts, and the suppressions are looked at once more; the suppressions under a lock that whoever
writes one takes too: either its commit comes first and this INVITE stays, or the INVITE has left before the commit. The lock is kept until
the request's first byte is written, and right before that byte it is made sure that the lock, the look and the turn still hold.

What is left open is a process stopped between that and the byte, a few microseconds, whose database ends meanwhile.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.contacts.suppressions import is_barred
from control_plane.db.driver import AWAY, standing
from control_plane.dialer.context import Dialer
from control_plane.dialer.departure_repository import DepartureRepository, Leaving
from control_plane.dialer.turns import Watch
from control_plane.kit.clock import monotonic
from control_plane.telephony.door import Door
from control_plane.telephony.port import Dial, DialResult, PermittedDial, Refused, permit
from sip_config.naming import ATTRIBUTE_CALL_ID

TOO_LATE = Refused(None, "the last look before the INVITE took too long", "unavailable", not_sent=True)
OPTED_OUT = Refused(None, "the number was suppressed between the last gate and the INVITE", "unavailable", not_sent=True)
NO_VERDICT = Refused(None, "the call has no stored verdict that lets it be dialled", "unavailable", not_sent=True)
STOPPED = Refused(None, "the call or its campaign was stopped between the last gate and the INVITE", "unavailable", not_sent=True)
STAYED = (TOO_LATE, OPTED_OUT, NO_VERDICT, STOPPED)

Sending = asyncio.Task[DialResult | None]


async def depart(dialer: Dialer, order: Dial, watch: Watch) -> DialResult | None:
    """Send the INVITE at its turn, unless its number was suppressed meanwhile, or the call stopped. None when the turn was overslept, or
    what was looked at did not hold until the INVITE could leave: it is to be looked at again.

    The look is made before the turn, so that the INVITE leaves at it and not a look later; its lock is held until then.
    """
    async with dialer.sessions() as session:
        left = await _look_and_send(dialer, session, order, watch)
        # Committed although nothing is written: a rollback makes the driver forget what its connection has prepared. A database that has
        # gone meanwhile changes nothing: an INVITE that has left has an answer to be waited for.
        with contextlib.suppress(*AWAY):
            await session.commit()
    return await left if isinstance(left, asyncio.Task) else left


async def _look_and_send(dialer: Dialer, session: AsyncSession, order: Dial, watch: Watch) -> Sending | DialResult | None:
    looked_at, send_within_s = monotonic(), dialer.send_within.total_seconds()
    is_locked = await standing(session)

    def is_fresh() -> bool:
        return monotonic() - looked_at <= send_within_s

    door = Door(lambda: watch.is_leaving_on_time() and is_fresh() and is_locked())
    leaving = await DepartureRepository(session).leaving(uuid.UUID(order.attributes[ATTRIBUTE_CALL_ID]))
    permitted = _permitted(order, leaving, door)
    if permitted is None:
        return NO_VERDICT
    if leaving.is_stopped:
        return STOPPED
    if await is_barred(session, leaving.workspace_id, order.to, leaving.campaign_id):
        return OPTED_OUT
    sending = asyncio.create_task(_send(dialer, permitted, watch, is_fresh))
    return await _through(door, sending, watch.seconds_left() + send_within_s)


async def _send(dialer: Dialer, permitted: PermittedDial, watch: Watch, is_fresh: Callable[[], bool]) -> DialResult | None:
    """The look at the clock and the send are one step of this task: begun in between, another would wait for all that this process has to
    do, and be late for the door."""
    if not await watch.is_on_time():
        return None
    return await dialer.telephony.dial(permitted) if is_fresh() else TOO_LATE


async def _through(door: Door, sending: Sending, within_s: float) -> Sending | DialResult | None:
    """Wait until the INVITE has left. One that has not reached the door by then, because LiveKit cannot be connected to, stays."""
    passing = asyncio.create_task(door.passed.wait())
    try:
        await asyncio.wait({sending, passing}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        sending.cancel()
        raise
    finally:
        passing.cancel()
    if not door.shut() and not sending.done():
        sending.cancel()
        return TOO_LATE
    return None if door.has_turned_away else sending


def _permitted(order: Dial, leaving: Leaving, door: Door) -> PermittedDial | None:
    """The order with the stored verdict that lets it go; None when there is none, or none about this number."""
    try:
        return permit(order, leaving.verdict, door) if leaving.verdict is not None else None
    except ValueError:
        return None
