"""`/carriers/twilio`: the workspace's account at Twilio."""

from litestar import Controller, delete, get, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import JSONBody, SkipValidation

from control_plane.carriers.schemas import TwilioAccountIn, TwilioAccountOut, TwilioNumbers, TwilioStatus
from control_plane.carriers.service import TwilioService
from control_plane.db.unit import Unit
from control_plane.kit.secrets import SecretBox
from control_plane.settings import Settings
from control_plane.workspaces.guards import requires
from control_plane.workspaces.principal import Principal


async def provide_twilio(
    unit: NamedDependency[SkipValidation[Unit]],
    principal: NamedDependency[SkipValidation[Principal]],
    secret_box: NamedDependency[SkipValidation[SecretBox]],
    settings: NamedDependency[SkipValidation[Settings]],
    state: State,
) -> TwilioService:
    return TwilioService(unit, principal.workspace_id, secret_box, settings, state.twilio_connect)


Twilio = NamedDependency[SkipValidation[TwilioService]]


class TwilioController(Controller):
    path = "/carriers/twilio"
    tags = ("carriers",)
    dependencies = {"twilio": provide_twilio}

    @get(guards=[requires("viewer")], summary="Which Twilio account the workspace uses")
    async def show(self, twilio: Twilio) -> TwilioAccountOut:
        return await twilio.account()

    @put(guards=[requires("owner")], summary="Give the workspace its own Twilio account; Twilio is asked whether the secret opens it")
    async def give(self, data: JSONBody[TwilioAccountIn], twilio: Twilio) -> TwilioAccountOut:
        return await twilio.give(data)

    @delete(guards=[requires("owner")], summary="Forget the workspace's Twilio account, in which nothing of ours is left")
    async def take_back(self, twilio: Twilio) -> None:
        await twilio.take_back()

    @get("/status", guards=[requires("viewer")], summary="Balance, usage and limits of the account, as Twilio says now")
    async def status(self, twilio: Twilio) -> TwilioStatus:
        return await twilio.status()

    @get("/numbers", guards=[requires("viewer")], summary="The account's numbers, as Twilio says now")
    async def numbers(self, twilio: Twilio) -> TwilioNumbers:
        return await twilio.numbers()
