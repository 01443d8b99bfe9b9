"""What a provider says of a call after it is over: its own record, minutes later, often knows more than the answer that the bridge showed.

The record is kept as an amendment. The call stays in its last state and holds nothing again; only what the network's answer meant is put
right, and what follows from that: dead numbers, rests of caller IDs, and contacts that must not be called again.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from control_plane.calls.repository import CallRepository, database_now
from control_plane.calls.settlement import settle_amended
from control_plane.db.models import Call
from control_plane.db.unit import Unit
from control_plane.domain.call_state import CallState
from control_plane.domain.errors import Invalid, NotFound
from control_plane.trunks.throttling import slow_down
from sip_config.causes import of_provider_record, of_sip_answer
from sip_config.contract import NetworkResult

_AMENDED = (CallState.ENDED, CallState.LOST)
_MOST_TEXT = 500
_MOST_ID = 200


@dataclass(frozen=True, slots=True)
class ProviderRecord:
    """A provider's word on one call. `id` is the provider's own and makes repeats harmless; what it does not say is None or empty."""

    id: str
    at: datetime
    provider_code: str = ""
    """Such as Twilio's 32203 or Telnyx's D11."""
    q850_cause: int | None = None
    sip_code: int | None = None
    text: str = ""
    """Reason phrase or header, such as `Network Blocked`."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.id) <= _MOST_ID:
            raise Invalid.field("id", f"The record's id has 1 to {_MOST_ID} characters.")
        if len(self.text) > _MOST_TEXT or len(self.provider_code) > _MOST_TEXT:
            raise Invalid.field("text", f"Code and text of a record have at most {_MOST_TEXT} characters each.")
        if self.q850_cause is not None and not 1 <= self.q850_cause <= 127:
            raise Invalid.field("q850_cause", "A cause of Q.850 is a number from 1 to 127.")
        if self.sip_code is not None and not 300 <= self.sip_code <= 699:
            raise Invalid.field("sip_code", "A final answer that refuses a call is a number from 300 to 699.")

    def meaning_for(self, call: Call) -> NetworkResult | None:
        """What it says that the network's answer did not. A code alone counts only where the answer had none: words were lost, not codes;
        and a 487 tells that a ring was cancelled, not by whom."""
        meaning = of_provider_record(self.provider_code, self.q850_cause, self.text, self.sip_code)
        if meaning is None and self.sip_code is not None and call.sip_status_code is None:
            meaning = of_sip_answer(self.sip_code)
        return None if meaning in (NetworkResult.CANCELED, NetworkResult.UNKNOWN) else meaning

    def plain(self) -> dict[str, Any]:
        named = {"provider_code": self.provider_code, "q850_cause": self.q850_cause, "sip_code": self.sip_code, "text": self.text}
        return {name: value for name, value in named.items() if value not in (None, "")}


async def amend(unit: Unit, workspace_id: uuid.UUID, call_id: uuid.UUID, record: ProviderRecord) -> Call:
    """Take in the record. Raises `NotFound` when the workspace has no such call."""
    repository = CallRepository(unit.session)
    if await repository.find(workspace_id, call_id) is None or (call := await repository.lock(call_id)) is None:
        raise NotFound.of("call")
    meaning, before = record.meaning_for(call), call.network_result
    kept_because = _kept_because(call, meaning)
    effect = kept_because or f"amended: {before} is {meaning}"
    data = record.plain() | ({} if kept_because else {"before": before, "network_result": meaning})
    if not await repository.add_event(
        call, source="provider", event_id=record.id, kind="provider_record", at=record.at, data=data, effect=effect
    ):
        return call
    if not kept_because and meaning is not None:
        _put_right(call, record, meaning)
        await unit.session.flush()
        await settle_amended(unit, call)
        if meaning is NetworkResult.THROTTLED and call.dialing_at is not None:
            await slow_down(unit.session, call.trunk_id, call.dialing_at, await database_now(unit.session))
    return call


def _kept_because(call: Call, meaning: NetworkResult | None) -> str | None:
    """Why the record changes nothing; None when it does."""
    if call.answered_at is not None:
        return "the call was answered, which no record takes back"
    if call.state not in _AMENDED:
        return "the call is not over, and its own witnesses are still heard" if call.lease_until else "nobody was dialled"
    if call.ended_by_request:
        return "a person ended the call, which the network's answer only follows"
    if call.erased_at is not None:
        return "the person was erased"
    if meaning is None:
        return "the record says nothing that is known here"
    return "as it is known already" if meaning == call.network_result else None


def _put_right(call: Call, record: ProviderRecord, meaning: NetworkResult) -> None:
    call.network_result = meaning
    call.sip_status_code = record.sip_code or call.sip_status_code
    said = ", ".join(f"{name} {value}" for name, value in record.plain().items())
    call.failure = f"{call.failure}; provider's record: {said}".removeprefix("; ")
