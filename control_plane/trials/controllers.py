"""HTTP for trying assistants."""

import uuid

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation
from litestar.status_codes import HTTP_200_OK

from control_plane.assistants.schemas import Probe
from control_plane.db.unit import Unit
from control_plane.trials.room import TrialRoom
from control_plane.trials.schemas import TryIn, TryOut
from control_plane.trials.service import TrialService, converse, tried
from control_plane.workspaces.guards import requires
from control_plane.workspaces.principal import Principal


class TrialController(Controller):
    path = "/assistants/{assistant_id:uuid}"
    tags = ["assistants"]
    guards = [requires("manager")]

    @post("/try", status_code=HTTP_200_OK, summary="Talk to an assistant's draft in text")
    async def try_assistant(
        self,
        unit: NamedDependency[SkipValidation[Unit]],
        principal: NamedDependency[SkipValidation[Principal]],
        trial_room: NamedDependency[SkipValidation[TrialRoom]],
        assistant_id: FromPath[uuid.UUID],
        data: JSONBody[TryIn],
    ) -> TryOut:
        """The agent's own conversation and rules without sound: nobody is called, no tool is carried out, nothing is stored. Documents
        and free times are really looked up; what is booked is taken in this trial alone (`booking_shown`), and of a transfer it is told
        whom a call would dial and why (`transfer_shown`). Earlier and planned calls are not there, nor the tools and rules for them. An
        agent worker holds it until five minutes have passed without a step."""
        trials = TrialService(unit, principal.workspace_id, trial_room)
        if data.trial_id is not None:
            await trials.require(assistant_id, data.trial_id)
        trial_id = data.trial_id or await trials.begin(assistant_id, data)
        # No database connection waits for an agent.
        await unit.session.commit()
        return await converse(trial_room, trial_id, data)

    @post("/probe", status_code=HTTP_200_OK, summary="Try whether an assistant's models, voice and tools answer")
    async def probe_assistant(
        self,
        unit: NamedDependency[SkipValidation[Unit]],
        principal: NamedDependency[SkipValidation[Principal]],
        trial_room: NamedDependency[SkipValidation[TrialRoom]],
        assistant_id: FromPath[uuid.UUID],
    ) -> Probe:
        """Each part of the draft is asked for a little by an agent worker, within some seconds. It is done by itself after a draft's
        models, voice, tools or language were saved; `last_probe` of the assistant, and of what is published, has the last result."""
        trials = TrialService(unit, principal.workspace_id, trial_room)
        trial_id = await trials.begin_probe(assistant_id)
        await unit.session.commit()
        return await trials.keep(assistant_id, await tried(trial_room, trial_id))
