"""The carrier's part of a trunk's synchronisation: `trunks` calls it before LiveKit hears of the trunk."""

import uuid
from dataclasses import dataclass
from typing import Any

from control_plane.carriers.accounts import Accounts
from control_plane.carriers.building import Building
from control_plane.carriers.path import CarrierPath, path_of
from control_plane.carriers.repository import PathRepository
from control_plane.db.session import Sessions
from control_plane.kit.clock import Clock
from control_plane.kit.queue import Queue
from control_plane.kit.secrets import SecretBox
from control_plane.settings import Settings
from control_plane.telephony.twilio import CarrierError, Connect, TwilioSide, connect


@dataclass(frozen=True, slots=True)
class CarrierSide:
    sessions: Sessions
    queue: Queue
    clock: Clock
    box: SecretBox
    settings: Settings
    connect: Connect

    @classmethod
    def of(cls, ctx: dict[str, Any]) -> "CarrierSide":
        """From a task's context; `twilio_connect` in it stands in for Twilio."""
        access = ctx.get("twilio_connect", connect)
        return cls(ctx["sessions"], ctx["queue"], ctx["clock"], ctx["secret_box"], ctx["settings"], access)

    async def bring_about(self, trunk_id: uuid.UUID) -> None:
        """Make the carrier agree with a trunk. Raises `CarrierError`."""
        async with self.sessions() as session:
            found = await PathRepository(session).trunk(trunk_id)
        if found is None:
            return
        trunk, numbers, has_steps = found
        if trunk.is_managed or has_steps:
            await self._carry_out(path_of(trunk, numbers, self.box, self.settings.livekit_sip_uri))

    async def take_down(self, trunk_id: uuid.UUID) -> None:
        """Remove what is at the carrier of a trunk that is gone. Raises `CarrierError`."""
        async with self.sessions() as session:
            workspace_id = await PathRepository(session).workspace_of_steps(trunk_id)
        if workspace_id is not None:
            await self._carry_out(CarrierPath(workspace_id, trunk_id))

    async def _carry_out(self, path: CarrierPath) -> None:
        async with self.sessions() as session:
            access = await Accounts(session, self.box, self.settings).of_workspace(path.workspace_id)
        if access is None:
            raise CarrierError("The workspace has no Twilio account any more, or its secret cannot be opened.")
        side = TwilioSide(self.connect(access))
        await Building(self.sessions, self.queue, self.clock, side, access.account_sid, path).bring_about()
