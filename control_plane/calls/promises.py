"""What is promised in a call goes into the ledger of promises at once; who keeps it and who is told is decided in `promises`."""

from datetime import datetime, timedelta

from control_plane.calls.announcing import tell_callback
from control_plane.calls.outcomes import FURTHEST_PROMISE
from control_plane.calls.promise_repository import PromiseRepository
from control_plane.db.models import Call
from control_plane.db.unit import Unit
from sip_config.contract import Promise, PromiseOwner

CALL_BACK = "To call back."
MOST_PROMISES = 20
"""Per call; what comes after is a model that repeats itself."""
_LONGEST = 2000
_LONG_AGO = timedelta(days=1)


async def take_promise(unit: Unit, call: Call, promise: Promise, *, may_quote: bool) -> None:
    """Said twice it is one promise. `may_quote`: the callee has not refused that words are kept."""
    if not promise.what.strip() or not 1 <= promise.seq <= MOST_PROMISES:
        return
    due_at = promise.due_at
    if due_at is not None and not unit.now - _LONG_AGO < due_at <= unit.now + FURTHEST_PROMISE:
        # Misheard: a promise without a time is seen by whoever looks, and one in the past would raise an alarm.
        due_at = None
    quote = promise.quote[:_LONGEST] if may_quote else ""
    what = promise.what.strip()[:_LONGEST]
    await PromiseRepository(unit.session).put(call, promise.seq, what=what, owner=promise.owner, due_at=due_at, quote=quote)


async def note_callback(unit: Unit, call: Call, before: datetime | None) -> None:
    """A time to call back may have been promised since it was `before`: it is told, and stands in the ledger."""
    if call.callback_at == before:
        return
    rows = PromiseRepository(unit.session)
    if call.callback_at is not None:
        await rows.put(call, 0, what=CALL_BACK, owner=PromiseOwner.ASSISTANT, due_at=call.callback_at, quote="")
    await rows.move_callback(call, call.callback_at, unit.now)
    await tell_callback(unit, call, before)
