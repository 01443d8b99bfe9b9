"""What is promised in a call goes into the ledger of promises at once; who keeps it and who is told is decided in `promises`."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from control_plane.calls.announcing import tell_callback
from control_plane.calls.outcomes import FURTHEST_PROMISE
from control_plane.calls.promise_repository import PromiseRepository
from control_plane.calls.repository import NOT_STORED, CallRepository
from control_plane.db.models import Call
from control_plane.db.unit import Unit
from sip_config.contract import CallReport, EventKind, Promise, PromiseOwner, Speaker, Turn

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


async def note_callback(unit: Unit, call: Call, before: datetime | None, quote: str = "") -> None:
    """A time to call back may have been promised since it was `before`: it is told, and stands in the ledger. `quote`: the agent's own
    words, as far as they may be kept; empty when a person promises it."""
    if call.callback_at == before:
        return
    rows, quote = PromiseRepository(unit.session), quote[:_LONGEST]
    if call.callback_at is not None:
        await rows.put(call, 0, what=CALL_BACK, owner=PromiseOwner.ASSISTANT, due_at=call.callback_at, quote=quote)
    await rows.move_callback(call, call.callback_at, unit.now, quote)
    await tell_callback(unit, call, before)


async def quote_callback(unit: Unit, call: Call, report: CallReport) -> None:
    """The call is over and its words may be kept: a callback that was promised without a quote is given the agent's own last words then."""
    if call.callback_at is None or call.callback_at != report.callback_at:
        # A person has said another time since.
        return
    quote = report.callback_quote or await _last_words(unit, call, report.turns)
    await PromiseRepository(unit.session).quote_callback(call, quote[:_LONGEST])


async def _last_words(unit: Unit, call: Call, turns: Sequence[Turn]) -> str:
    said = await CallRepository(unit.session).last_event(call.id, EventKind.OUTCOME_SET)
    at_s = (said.at - call.answered_at).total_seconds() if said is not None and call.answered_at is not None else None
    return words_before(turns, at_s)


def words_before(turns: Sequence[Turn], at_s: float | None) -> str:
    """What the agent said in the turn that began last before `at_s` seconds of the call, and in the one after it: a model says that it will
    call back either before it notes the outcome or along with it. Without a time it is what it said last."""
    spoken = [turn for turn in turns if turn.speaker is Speaker.AGENT and turn.text not in ("", NOT_STORED)]
    before = [turn for turn in spoken if at_s is None or turn.started_at_s <= at_s]
    return "\n".join(turn.text for turn in (before[-1:] + spoken[len(before) : len(before) + 1]))
