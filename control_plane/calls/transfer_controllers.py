"""Putting the person of a call through to somebody else: by request, and by the agent of the call."""

import uuid
from typing import Annotated, Any

from litestar import Controller, Request, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta, Struct

from control_plane.audit.service import record
from control_plane.calls.agent_service import AgentService
from control_plane.calls.internal_controllers import Authorization, object_of, ticket_of
from control_plane.calls.repository import CallRepository
from control_plane.calls.schemas import CallView
from control_plane.calls.service import CallService
from control_plane.calls.transferring import put_through
from control_plane.calls.warm_legs import WarmLeg, begin_warm, end_warm
from control_plane.domain.errors import CallwrightError, Conflict, NotFound, Refused
from control_plane.telephony.port import Transfers
from control_plane.workspaces.authentication import PUBLIC
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Given, Id, Who, Work, over_unit
from control_plane.workspaces.idempotency import NOT_IDEMPOTENT

Carrier = NamedDependency[SkipValidation[Transfers]]


class WantedTransfer(Struct, forbid_unknown_fields=True):
    destination: Annotated[str, Meta(min_length=1, max_length=200, examples=["Front desk"])]
    """The name of an operator, or of a destination of the call's assistant."""


class TransferController(Controller):
    path = "/calls"
    tags = ("calls",)
    guards = (requires("manager"),)
    dependencies = {"calls": over_unit(CallService)}

    @post("/{call_id:uuid}/transfer", status_code=HTTP_200_OK, opt=NOT_IDEMPOTENT, summary="Put the person through to somebody else")
    async def transfer(
        self, unit: Work, principal: Who, calls: Given[CallService], transfers: Carrier, call_id: Id, data: JSONBody[WantedTransfer]
    ) -> CallView:
        """Answers when the carrier has said what came of it, up to half a minute later. When it fails (409 `transfer_failed`), the agent
        goes on with the call. While one is open (409 `transfer_open`) and after one that was done (409 `transferred`) there is no other."""
        await calls.get(call_id)
        call = await CallRepository(unit.session).lock(call_id)
        assert call is not None
        record(unit, principal.workspace_id, "call.transfer_asked", "call", call_id, None, {"destination": data.destination})
        why = await put_through(unit, transfers, call, data.destination, "operator")
        if why:
            # What was noted stays: the answer alone is an error.
            await unit.session.commit()
            raise Conflict(f"The carrier did not put the person through: {why}", code="transfer_failed")
        return CallView.of(await calls.get(call_id))


class InCallTransferController(Controller):
    path = "/internal/calls/{call_id:uuid}/transfer"
    include_in_schema = False
    opt = PUBLIC

    @post("/", status_code=HTTP_200_OK)
    async def transfer(
        self, unit: Work, call_id: FromPath[uuid.UUID], authorization: Authorization, transfers: Carrier, request: Request[Any, Any, Any]
    ) -> dict[str, Any]:
        """`destination`: a name of the call's order. Why it did not work is for the model; the carrier's own words are not. An agent that
        can brief whoever answers (`can_brief`) gets a `leg` to those who are to be told first. A refusal is an answer: what the gate has
        said of it is committed."""
        said = object_of(await request.body())
        name, can_brief = str(said.get("destination") or ""), said.get("can_brief") is True
        call = await AgentService(unit, call_id, ticket_of(authorization)).under_way(lock=True)
        try:
            leg = await begin_warm(unit, call, name) if can_brief else None
            if leg is not None:
                return {"is_done": False, "why": "", "leg": _leg(leg)}
            why = await put_through(unit, transfers, call, name, "agent")
        except (NotFound, Refused, Conflict) as error:
            return {"is_done": False, "why": _plain(error)}
        return {"is_done": not why, "why": "nobody there has taken the call." if why else ""}

    @put("/")
    async def settle(
        self, unit: Work, call_id: FromPath[uuid.UUID], authorization: Authorization, request: Request[Any, Any, Any]
    ) -> dict[str, bool]:
        """What came of a `leg` (its call's id): the two talk with each other (`is_joined`), or `why` they do not. May be repeated."""
        said = object_of(await request.body())
        call = await AgentService(unit, call_id, ticket_of(authorization)).under_way(lock=True)
        leg_id, is_joined = _id(str(said.get("leg") or "")), said.get("is_joined") is True
        await end_warm(unit, call, leg_id, is_joined=is_joined, why=str(said.get("why") or ""))
        return {"accepted": True}

    @get("/")
    async def standing(self, unit: Work, call_id: FromPath[uuid.UUID], authorization: Authorization) -> dict[str, str]:
        """How a leg stands, with its own ticket; a `Conflict` once it is over, also where it was never dialled."""
        return {"state": (await AgentService(unit, call_id, ticket_of(authorization)).under_way()).state}


def _leg(leg: WarmLeg) -> dict[str, Any]:
    ticket = {"call_id": leg.ticket.call_id, "generation": leg.ticket.generation, "token": leg.ticket.token}
    return ticket | {"identity": leg.identity, "ringing_timeout_s": leg.ringing_timeout_s}


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotFound.of("call") from error


def _plain(error: CallwrightError) -> str:
    return "there is nobody of this name now." if isinstance(error, NotFound) else error.detail
