"""What agent workers talk to. A worker's key opens the heartbeat; a call's own ticket opens that call and nothing else.

Messages are those of `sip_config.contract`, decoded strictly: a worker of another version is told which field it does not share.
"""

import hmac
import uuid
from dataclasses import replace
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post, put
from litestar.di import NamedDependency
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath, HeaderParameter, SkipValidation
from litestar.response import Response
from litestar.status_codes import HTTP_200_OK

from control_plane.calls.agent_service import AgentService, take_worker_heartbeat
from control_plane.calls.calendar_repository import bookable_calendars
from control_plane.calls.destinations import destination_names
from control_plane.calls.knowledge_use import knowledge_order_of
from control_plane.calls.tool_use import configured_tools_of
from control_plane.calls.transferring import is_elsewhere
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, Invalid
from control_plane.kit.secrets import SecretBox
from control_plane.kit.storage import Storage
from control_plane.secrets.credentials import credentials_of_call
from control_plane.settings import Settings
from control_plane.workspaces.authentication import PUBLIC, refusal
from control_plane.workspaces.guards import requires
from sip_config.codec import ContractError, from_plain
from sip_config.contract import (
    Activity,
    AnsweredBy,
    CallEvent,
    CallOrder,
    CallReport,
    Disclosure,
    EventKind,
    Promise,
    RecordingConsent,
    Remembered,
    RiskFlag,
    Turn,
    WorkerHeartbeat,
)
from sip_config.versions import VERSION_HEADER, encode_order, version_of

UnitDep = NamedDependency[SkipValidation[Unit]]
StorageDep = NamedDependency[SkipValidation[Storage]]
ContractVersion = Annotated[str | None, HeaderParameter(name=VERSION_HEADER)]
Authorization = Annotated[str | None, HeaderParameter(name="Authorization")]
RECORDING_LIMIT = 256 * 1024 * 1024
"""About 18 hours of Opus at 32 kbit/s: far above any call, below what would fill a disk."""
MOST_EVENTS = 500
_DATA_OF = {
    EventKind.DISCLOSED: Disclosure,
    EventKind.RECORDING: RecordingConsent,
    EventKind.RISK_FLAGGED: RiskFlag,
    EventKind.PROMISED: Promise,
    EventKind.ACTIVITY: Activity,
    EventKind.REMEMBERED: Remembered,
}
MOST_SLOTS = 1000
"""Of one worker; far above what a machine can hold, so that a slip cannot promise capacity that is not there."""


class WorkerController(Controller):
    path = "/internal/workers"
    include_in_schema = False
    guards = [requires("agent")]

    @post("/heartbeat", status_code=HTTP_200_OK)
    async def heartbeat(
        self,
        unit: UnitDep,
        settings: NamedDependency[SkipValidation[Settings]],
        authorization: Authorization,
        request: Request[Any, Any, Any],
    ) -> dict[str, Any]:
        require_installations_key(settings, ticket_of(authorization))
        said = message_of(WorkerHeartbeat, await request.body())
        if not 0 <= said.slots <= MOST_SLOTS or len(said.calls) > MOST_SLOTS or not all(_is_id(call) for call in said.calls):
            raise Invalid(f"WorkerHeartbeat: expected 0 to {MOST_SLOTS} slots, and calls to be ids", code="contract_mismatch")
        row = {"id": said.worker_id, "slots": said.slots, "draining": said.draining, "registered": said.registered, "load": said.load}
        await take_worker_heartbeat(unit, row | {"calls": list(said.calls)})
        return {"accepted": True}


class AgentCallController(Controller):
    path = "/internal/calls/{call_id:uuid}"
    include_in_schema = False
    opt = PUBLIC

    @get("/order")
    async def order(
        self,
        unit: UnitDep,
        call_id: FromPath[uuid.UUID],
        authorization: Authorization,
        secret_box: NamedDependency[SkipValidation[SecretBox]],
        contract: ContractVersion = None,
    ) -> Response[str]:
        """Secrets join the order here, on its way out of the process."""
        order = await AgentService(unit, call_id, ticket_of(authorization)).order()
        configured = await configured_tools_of(unit.session, call_id)
        order = replace(order, knowledge=await knowledge_order_of(unit.session, call_id))
        order = replace(order, credentials=await credentials_of_call(unit.session, secret_box, call_id), configured_tools=configured)
        order = replace(order, calendars=await bookable_calendars(unit.session, call_id))
        order = replace(order, destinations=await destination_names(unit, call_id))
        return Response(_order(order, version_of(contract)), media_type="application/json", headers={"Cache-Control": "no-store"})

    @post("/events", status_code=HTTP_200_OK)
    async def events(
        self,
        unit: UnitDep,
        call_id: FromPath[uuid.UUID],
        authorization: Authorization,
        storage: StorageDep,
        request: Request[Any, Any, Any],
    ) -> dict[str, Any]:
        """A heartbeat is told while the person is put through (`is_transferring`), so that nobody talks to them meanwhile."""
        events = _events(await request.body())
        await AgentService(unit, call_id, ticket_of(authorization), storage).take_events(events)
        is_beat = any(event.kind is EventKind.HEARTBEAT for event in events)
        is_transferring = is_beat and await is_elsewhere(unit, call_id)
        return {"accepted": len(events)} | ({"is_transferring": True} if is_transferring else {})

    @post("/opt-out", status_code=HTTP_200_OK)
    async def opt_out(
        self, unit: UnitDep, call_id: FromPath[uuid.UUID], authorization: Authorization, request: Request[Any, Any, Any]
    ) -> dict[str, bool]:
        """Answered after the commit only: the agent confirms to the callee what is already true."""
        said = object_of(await request.body())
        offset = said.get("offset_s")
        quote = str(said.get("quote", ""))[:2000]
        service = AgentService(unit, call_id, ticket_of(authorization))
        return {"committed": await service.opt_out(quote, offset if isinstance(offset, int | float) else None)}

    @put("/report")
    async def report(
        self,
        unit: UnitDep,
        call_id: FromPath[uuid.UUID],
        authorization: Authorization,
        storage: StorageDep,
        request: Request[Any, Any, Any],
    ) -> dict[str, bool]:
        await AgentService(unit, call_id, ticket_of(authorization), storage).take_report(message_of(CallReport, await request.body()))
        return {"accepted": True}

    @put("/recording", request_max_body_size=RECORDING_LIMIT)
    async def recording(
        self,
        unit: UnitDep,
        call_id: FromPath[uuid.UUID],
        authorization: Authorization,
        storage: StorageDep,
        request: Request[Any, Any, Any],
    ) -> dict[str, bool]:
        agent = AgentService(unit, call_id, ticket_of(authorization), storage)
        key = await agent.recording_key()
        # A slow upload must not hold a database connection: the ticket has been checked, so let the transaction go meanwhile.
        await unit.session.rollback()
        await storage.put(key, request.stream())
        await agent.recording_stored(key)
        return {"stored": True}


def require_installations_key(settings: Settings, key: str) -> None:
    """Workers serve every workspace, so a workspace's own agent key must not announce capacity or keep foreign calls alive."""
    if settings.agent_key and not hmac.compare_digest(settings.agent_key.encode(), key.encode()):
        raise PermissionDeniedException("Agent workers report with the installation's own key (CALLWRIGHT_AGENT_KEY).")


def ticket_of(authorization: str | None) -> str:
    """The ticket's token. Raises what answers 401 without one."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise refusal("Send the call's ticket as `Authorization: Bearer …`.")
    return token.strip()


def _is_id(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False


def _order(order: CallOrder, version: int) -> str:
    try:
        return encode_order(order, version)
    except ContractError as error:
        raise Conflict(f"This call needs a newer agent worker ({error}).", code="agent_too_old") from error


def message_of(kind: type[Any], body: bytes) -> Any:
    try:
        return from_plain(kind, _json(body))
    except ContractError as error:
        raise Invalid(str(error), code="contract_mismatch") from error


def _events(body: bytes) -> list[CallEvent]:
    raw = _json(body)
    try:
        if not isinstance(raw, list) or len(raw) > MOST_EVENTS:
            raise ContractError(f"expected a list of at most {MOST_EVENTS} events")
        return [_event(item, f"events[{i}]") for i, item in enumerate(raw)]
    except ContractError as error:
        raise Invalid(str(error), code="contract_mismatch") from error


def _event(raw: Any, where: str) -> CallEvent:
    """One event whose data fits its kind, as far as the ledger reads it."""
    event = from_plain(CallEvent, raw, where)
    if event.kind is EventKind.TURN:
        from_plain(Turn, event.data, f"{where}.data")
    elif event.kind in _DATA_OF:
        from_plain(_DATA_OF[event.kind], event.data, f"{where}.data")
    elif event.kind is EventKind.SCREENED and "answered_by" in event.data:
        from_plain(AnsweredBy, event.data["answered_by"], f"{where}.data.answered_by")
    return event


def object_of(body: bytes) -> dict[str, Any]:
    """The body as an object. Raises `Invalid`."""
    raw = _json(body)
    if not isinstance(raw, dict):
        raise Invalid("The body is not an object.")
    return raw


def _json(body: bytes) -> Any:
    """The decoded body; msgspec also refuses what no database can keep: half surrogate pairs, NaN."""
    try:
        return msgspec.json.decode(body)
    except ValueError as error:
        raise Invalid("The body is not JSON.") from error
