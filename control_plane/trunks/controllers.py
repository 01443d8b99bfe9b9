"""HTTP for trunks and numbers."""

import uuid

from litestar import Controller, Response, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, SkipValidation

from control_plane.carriers.controllers import Twilio, provide_twilio
from control_plane.carriers.schemas import CarrierPathOut
from control_plane.db.unit import Unit
from control_plane.domain.routing import Routing
from control_plane.kit.etags import IfMatch, tagged
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.kit.secrets import SecretBox
from control_plane.settings import Settings
from control_plane.trunks.number_service import NumberService
from control_plane.trunks.schemas import (
    NumberAssistant,
    NumberIn,
    NumberOut,
    NumberPatch,
    NumbersImported,
    NumbersWanted,
    TrunkHealth,
    TrunkIn,
    TrunkOut,
    TrunkPatch,
)
from control_plane.trunks.service import TrunkService
from control_plane.workspaces.guards import requires
from control_plane.workspaces.principal import Principal


async def provide_trunks(
    unit: NamedDependency[SkipValidation[Unit]],
    principal: NamedDependency[SkipValidation[Principal]],
    secret_box: NamedDependency[SkipValidation[SecretBox]],
    settings: NamedDependency[SkipValidation[Settings]],
) -> TrunkService:
    return TrunkService(unit, principal.workspace_id, secret_box, settings)


Trunks = NamedDependency[SkipValidation[TrunkService]]


async def provide_numbers(
    unit: NamedDependency[SkipValidation[Unit]], principal: NamedDependency[SkipValidation[Principal]], trunks: Trunks
) -> NumberService:
    return NumberService(unit, principal.workspace_id, trunks)


Numbers = NamedDependency[SkipValidation[NumberService]]


class TrunkController(Controller):
    path = "/trunks"
    tags = ("trunks",)
    dependencies = {"trunks": provide_trunks}

    @get(guards=[requires("viewer")], summary="Trunks, newest first")
    async def index(self, trunks: Trunks, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[TrunkOut]:
        return await trunks.page(limit=limit, cursor=cursor)

    @post(guards=[requires("manager")], summary="Add a trunk; LiveKit is told in the background")
    async def create(self, data: JSONBody[TrunkIn], trunks: Trunks) -> TrunkOut:
        return trunks.out(await trunks.create(data))

    @get("/{trunk_id:uuid}", guards=[requires("viewer")], summary="A trunk, without its password")
    async def show(self, trunk_id: FromPath[uuid.UUID], trunks: Trunks) -> Response[TrunkOut]:
        return tagged(trunks.out(await trunks.get(trunk_id)), TrunkPatch)

    @patch("/{trunk_id:uuid}", guards=[requires("manager")], summary="Change a trunk")
    async def change(
        self, trunk_id: FromPath[uuid.UUID], data: JSONBody[TrunkPatch], trunks: Trunks, if_match: IfMatch = None
    ) -> Response[TrunkOut]:
        return tagged(trunks.out(await trunks.change(trunk_id, data, if_match)), TrunkPatch)

    @delete("/{trunk_id:uuid}", guards=[requires("manager")], summary="Delete a trunk that nothing uses, with its numbers")
    async def remove(self, trunk_id: FromPath[uuid.UUID], trunks: Trunks) -> None:
        await trunks.delete(trunk_id)

    @post(
        "/{trunk_id:uuid}/sync",
        guards=[requires("manager")],
        status_code=202,
        summary="Tell LiveKit again; contacts who wait for the trunk are due",
    )
    async def sync(self, trunk_id: FromPath[uuid.UUID], trunks: Trunks) -> TrunkOut:
        return trunks.out(await trunks.sync(trunk_id))

    @get("/{trunk_id:uuid}/health", guards=[requires("viewer")], summary="How the trunk does")
    async def health(self, trunk_id: FromPath[uuid.UUID], trunks: Trunks) -> TrunkHealth:
        return await trunks.health(trunk_id)

    @get("/{trunk_id:uuid}/path", guards=[requires("viewer")], summary="What was built for the trunk at its carrier, step by step")
    async def path_at_carrier(self, trunk_id: FromPath[uuid.UUID], trunks: Trunks) -> CarrierPathOut:
        return await trunks.path(trunk_id)


class NumberController(Controller):
    path = "/numbers"
    tags = ("numbers",)
    dependencies = {"trunks": provide_trunks, "own_numbers": provide_numbers, "twilio": provide_twilio}

    @get(guards=[requires("viewer")], summary="Numbers, newest first")
    async def index(
        self, own_numbers: Numbers, trunk_id: FromQuery[uuid.UUID | None] = None, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
    ) -> Page[NumberOut]:
        return await own_numbers.page(trunk_id=trunk_id, limit=limit, cursor=cursor)

    @post(guards=[requires("manager")], summary="Add a number to a trunk")
    async def create(self, data: JSONBody[NumberIn], own_numbers: Numbers) -> NumberOut:
        return NumberOut.of(await own_numbers.create(data))

    @post("/import", guards=[requires("manager")], status_code=200, summary="Take numbers of the Twilio account into the workspace")
    async def import_owned(self, data: JSONBody[NumbersWanted], trunks: Trunks, own_numbers: Numbers, twilio: Twilio) -> NumbersImported:
        trunk = await trunks.get(data.trunk_id)
        return await own_numbers.take_over(trunk, await twilio.owned(), data.numbers)

    @get("/{number_id:uuid}", guards=[requires("viewer")], summary="A number")
    async def show(self, number_id: FromPath[uuid.UUID], own_numbers: Numbers) -> Response[NumberOut]:
        return tagged(NumberOut.of(await own_numbers.get(number_id)), NumberPatch)

    @patch("/{number_id:uuid}", guards=[requires("manager")], summary="Change label or daily cap, or put the number back to work")
    async def change(
        self, number_id: FromPath[uuid.UUID], data: JSONBody[NumberPatch], own_numbers: Numbers, if_match: IfMatch = None
    ) -> Response[NumberOut]:
        return tagged(NumberOut.of(await own_numbers.change(number_id, data, if_match)), NumberPatch)

    @delete("/{number_id:uuid}", guards=[requires("manager")], summary="Delete a number that no campaign uses")
    async def remove(self, number_id: FromPath[uuid.UUID], own_numbers: Numbers) -> None:
        await own_numbers.delete(number_id)

    @put("/{number_id:uuid}/assistant", guards=[requires("manager")], summary="Let an assistant take inbound calls")
    async def assign(self, number_id: FromPath[uuid.UUID], data: JSONBody[NumberAssistant], own_numbers: Numbers) -> NumberOut:
        return NumberOut.of(await own_numbers.assign(number_id, data.assistant_id))

    @delete("/{number_id:uuid}/assistant", guards=[requires("manager")], summary="Let nobody take inbound calls")
    async def unassign(self, number_id: FromPath[uuid.UUID], own_numbers: Numbers) -> None:
        await own_numbers.assign(number_id, None)

    @get("/{number_id:uuid}/routing", guards=[requires("viewer")], summary="What is done with calls that come in")
    async def show_routing(self, number_id: FromPath[uuid.UUID], own_numbers: Numbers) -> Routing:
        return await own_numbers.routing(number_id)

    @put("/{number_id:uuid}/routing", guards=[requires("manager")], summary="Say anew what is done with calls that come in")
    async def direct(self, number_id: FromPath[uuid.UUID], data: JSONBody[Routing], own_numbers: Numbers) -> Routing:
        return await own_numbers.direct(number_id, data)
