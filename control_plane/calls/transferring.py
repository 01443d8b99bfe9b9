"""Puts the person of a call through to somebody else: the carrier is asked to (SIP REFER), and the agent's part of the call is over.

The number never comes from a model or a request: it is that of a destination that the workspace has named, looked at before as a dial's is:
no number that costs more than a call, none in a country that is not allowed, none that is not to be called. What was asked stands in the
ledger before the carrier hears of it, and what came of it after; no transaction is open meanwhile. A REFER sends no INVITE of ours: the
carrier makes the new leg, and bills it. One at a time: whoever asks while one is open, or after one that was done, is refused. Whoever
is to be told first what it is about is called by us (`warm_legs`); who it is and whether it may be is decided here for both.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from control_plane.calls.announcing import tell_transferred
from control_plane.calls.destinations import Named, destinations_of
from control_plane.calls.reducer import Testimony, hear
from control_plane.calls.repository import CallRepository
from control_plane.calls.rooms import identity_of, room_of
from control_plane.contacts.suppression_repository import SuppressionRepository
from control_plane.db.models import Call, CallEventRecord, Workspace
from control_plane.db.unit import Unit
from control_plane.domain.call_state import CallState
from control_plane.domain.destinations import destination
from control_plane.domain.errors import Conflict, NotFound, Refused
from control_plane.kit.ids import new_id
from control_plane.telephony.port import Transfer, Transferred, TransferResult, Transfers
from sip_config.contract import EndCause, Outcome

ASKED, DONE, FAILED = "transfer_asked", "transferred", "transfer_failed"
REFUSED = "transfer_refused"
"""The gate lets whoever was to be called by us not be called now; nothing was begun."""
MOST_TRANSFERS = 5
"""Tries per call, those that the gate refused among them; more is a model that repeats itself."""
RINGING_S = 25
"""Of the destination. The person hears ringing so long, and then the agent again."""
OPEN = timedelta(seconds=RINGING_S + 15)
"""After that a transfer of which nothing more was heard (its process has died) is over; the carrier's answer is waited for less long."""
OPEN_WARM = timedelta(minutes=3)
"""The same where we call: the trunk's turn, the ringing and the briefing, each at its longest."""
_DECIDED = ("operator", "opt_out")
"""Whose word on the outcome stands above a transfer."""


@dataclass(frozen=True, slots=True)
class Begun:
    id: str
    order: Transfer
    source: str
    """Who has asked, as in the ledger: agent or operator."""


async def put_through(unit: Unit, transfers: Transfers, call: Call, name: str, source: str) -> str:
    """The whole of it, with the call locked before. Commits in between. Empty when the person was put through, else why not."""
    begun = await _begin(unit, call, name, source)
    call_id = call.id
    await unit.session.commit()
    result = await transfers.transfer(begun.order)
    return await _end(unit, call_id, begun, result)


async def is_elsewhere(unit: Unit, call_id: uuid.UUID) -> bool:
    """Whether the person of this call hears it ring somewhere else, or talks there already: not with the agent."""
    latest = await _latest(unit, call_id)
    return latest is not None and (latest.kind == DONE or _is_open(unit, latest))


def _is_open(unit: Unit, latest: CallEventRecord | None) -> bool:
    if latest is None or latest.kind != ASKED:
        return False
    return unit.now - latest.at < (OPEN_WARM if "call_id" in latest.data else OPEN)


async def _latest(unit: Unit, call_id: uuid.UUID) -> CallEventRecord | None:
    return await CallRepository(unit.session).last_event(call_id, ASKED, DONE, FAILED)


async def require_destination(unit: Unit, call: Call, name: str) -> Named:
    """Whom this names, who may be connected with the person now. Raises `Conflict` for a call in which nobody talks, or whose person is
    being put through or was, `NotFound` for a destination that is not the call's, `Refused` by policy."""
    if call.state != CallState.IN_PROGRESS:
        raise Conflict("Only a call that is under way can be put through.", code="not_in_progress")
    found = (await destinations_of(unit.session, call, unit.now)).get(name)
    if found is None:
        raise NotFound.of("destination")
    await _require_allowed(unit, call, found.e164)
    await _require_none_open(unit, call)
    return found


async def _begin(unit: Unit, call: Call, name: str, source: str) -> Begun:
    """Raises as `require_destination`."""
    number = (await require_destination(unit, call, name)).e164
    begun = Begun(str(new_id()), Transfer(room_of(call), identity_of(call), number, RINGING_S), source)
    await _note(unit, call, ASKED, begun, {"destination": name})
    return begun


async def _require_none_open(unit: Unit, call: Call) -> None:
    kinds = [event.kind for event in await CallRepository(unit.session).events(call.id)]
    if DONE in kinds:
        raise Conflict("The person was put through already.", code="transferred")
    if _is_open(unit, await _latest(unit, call.id)):
        raise Conflict("The person is being put through already.", code="transfer_open")
    if kinds.count(ASKED) + kinds.count(REFUSED) >= MOST_TRANSFERS:
        raise Conflict(f"At most {MOST_TRANSFERS} transfers are tried in one call.", code="too_many_transfers")


async def _require_allowed(unit: Unit, call: Call, number: str) -> None:
    await require_reachable(unit, call.workspace_id, number, call.campaign_id, is_rehearsal=call.is_rehearsal)


async def require_reachable(
    unit: Unit, workspace_id: uuid.UUID, number: str, campaign_id: uuid.UUID | None = None, *, is_rehearsal: bool
) -> None:
    """As the gate looks at a number to be dialled. Raises `Refused`."""
    leads_to, workspace = destination(number), await unit.session.get_one(Workspace, workspace_id)
    allowed = (workspace.default_country,) if workspace.allowed_countries is None else tuple(workspace.allowed_countries)
    if not is_rehearsal and (leads_to.refused or leads_to.country not in allowed or leads_to.prefix in workspace.paused_destinations):
        raise Refused("Calls are not put through to this number: it is special, in a country that is not allowed, or paused.")
    if await SuppressionRepository(unit.session, workspace_id).bars(number, campaign_id):
        raise Refused("The number of this destination is not to be called.", code="suppressed")


async def _end(unit: Unit, call_id: uuid.UUID, begun: Begun, result: TransferResult) -> str:
    call = await CallRepository(unit.session).lock(call_id)
    assert call is not None
    if not isinstance(result, Transferred):
        await _note(unit, call, FAILED, begun, {"why": result.text[:500]})
        return result.text
    is_done(call)
    await _note(unit, call, DONE, begun, {})
    await tell_transferred(unit, call)
    return ""


def is_done(call: Call) -> None:
    """The person talks with somebody else now: a person's word on the outcome and an opt-out stand above it."""
    call.end_cause = EndCause.TRANSFER_DONE
    if call.outcome_source not in _DECIDED:
        call.outcome, call.outcome_label, call.outcome_source = Outcome.TRANSFERRED, "transferred", "transfer"


async def _note(unit: Unit, call: Call, kind: str, begun: Begun, data: dict[str, Any]) -> None:
    await hear(unit, call.id, Testimony(begun.source, f"{kind}:{begun.id}", kind, unit.now, None, data))
