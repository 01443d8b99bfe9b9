"""Makes LiveKit agree with the tables. A task looks at the rows first and may run twice, late, or never."""

import uuid
from typing import Any

from arq import Retry
from structlog import get_logger

from control_plane.carriers.tasks import CarrierSide
from control_plane.db.models import Trunk
from control_plane.db.session import Sessions
from control_plane.kit.clock import Clock
from control_plane.kit.queue import Nudge
from control_plane.kit.secrets import SecretBox
from control_plane.settings import Settings
from control_plane.telephony.twilio import CarrierError
from control_plane.trunks.repository import SyncRepository
from control_plane.trunks.service import RETRY_TASK, SYNC_TASK
from sip_config.provision import Provisioner, ProvisionError
from sip_config.trunks import NumberDescription, ProvisionedTrunk, TrunkDescription

log = get_logger(__name__)
AGAIN_S = 0.5

WRONG_CARRIER = {
    True: "This installation uses the simulated carrier, which calls nobody; a real trunk needs LIVEKIT_URL of a real LiveKit.",
    False: "This installation calls real phones; a rehearsal trunk works only with the simulated carrier.",
}
"""Why a trunk is not connected, by whether the installation is a rehearsal."""


async def sync_trunk(ctx: dict[str, Any], trunk_id: str) -> None:
    """Apply one trunk to LiveKit, or remove what LiveKit knows of one that is gone.

    While another run is at it, this one comes back: what the other has not seen would otherwise wait for the sweep, and calls with it.
    """
    settings: Settings = ctx["settings"]
    carrier = CarrierSide.of(ctx)
    sync = _Sync(ctx["sessions"], ctx["secret_box"], ctx["clock"], uuid.UUID(trunk_id), carrier, rehearsal=settings.rehearsal)
    async with Provisioner(settings.livekit_url, settings.livekit_api_key, settings.livekit_api_secret) as provisioner:
        if not await sync.run(provisioner):
            raise Retry(defer=AGAIN_S * ctx["job_try"])
    if sync.is_in_order_again:
        await ctx["queue"].send([Nudge(RETRY_TASK, trunk_id)])


async def sweep_trunks(ctx: dict[str, Any]) -> None:
    """Find trunks whose nudge was lost or whose synchronisation failed."""
    async with ctx["sessions"]() as session:
        waiting = await SyncRepository(session).unsynced()
    await ctx["queue"].send([Nudge(SYNC_TASK, str(trunk_id)) for trunk_id in waiting])


async def repair_carriers(ctx: dict[str, Any]) -> None:
    """Cron: look whether the trunks that we built are still at the carrier as we built them, and mend what is not."""
    async with ctx["sessions"]() as session:
        built = await SyncRepository(session).managed()
    await ctx["queue"].send([Nudge(SYNC_TASK, str(trunk_id)) for trunk_id in built])


async def check_trunks(ctx: dict[str, Any]) -> None:
    """Does LiveKit still know what it was told? It forgets all of it with its Redis, and calls would find out one by one."""
    settings: Settings = ctx["settings"]
    try:
        async with Provisioner(settings.livekit_url, settings.livekit_api_key, settings.livekit_api_secret) as provisioner:
            known = await provisioner.known_ids()
    except ProvisionError as error:
        log.warning("trunks_not_checked", reason=str(error))
        return
    async with ctx["sessions"].begin() as session:
        forgotten = await SyncRepository(session).forget_all_but(known)
    if forgotten:
        log.warning("trunks_forgotten_by_livekit", count=len(forgotten))
    await ctx["queue"].send([Nudge(SYNC_TASK, str(trunk_id)) for trunk_id in forgotten])


async def sync_all_trunks(ctx: dict[str, Any]) -> None:
    """For the start of a worker: LiveKit keeps trunks in its Redis and may have lost them (facts/livekit §1.3)."""
    async with ctx["sessions"]() as session:
        everything = await SyncRepository(session).every()
    await ctx["queue"].send([Nudge(SYNC_TASK, str(trunk_id)) for trunk_id in everything])


class _Sync:
    """One run for one trunk."""

    def __init__(
        self, sessions: Sessions, box: SecretBox, clock: Clock, trunk_id: uuid.UUID, carrier: CarrierSide, *, rehearsal: bool
    ) -> None:
        self._rehearsal = rehearsal
        self._carrier = carrier
        self._sessions = sessions
        self._box = box
        self._clock = clock
        self._trunk_id = trunk_id
        self.is_in_order_again = False
        """Set by a run: LiveKit did not know the trunk as it is wanted, and does now."""

    async def run(self, provisioner: Provisioner) -> bool:
        """False, and nothing done, while somebody else is at this trunk."""
        async with self._sessions.begin() as session:
            if not await SyncRepository(session).lock(self._trunk_id):
                return False
            await self._apply(provisioner)
            return True

    async def _apply(self, provisioner: Provisioner) -> None:
        described = await self._describe()
        try:
            if described is None:
                await provisioner.remove(str(self._trunk_id))
                await self._carrier.take_down(self._trunk_id)
                return
            if await self._is_of_the_other_kind():
                await provisioner.remove(str(self._trunk_id))
                await self._note_failure(WRONG_CARRIER[self._rehearsal])
                return
            fault = await self._bring_about()
            if fault is None or await self._was_whole():
                await self._note(described, await provisioner.apply(described), is_whole=fault is None)
            if fault is not None:
                await self._note_failure(str(fault), is_passing=fault.is_passing)
        except (ProvisionError, CarrierError) as error:
            log.warning("trunk_sync_failed", trunk_id=str(self._trunk_id), reason=str(error))
            await self._note_failure(str(error))

    async def _bring_about(self) -> CarrierError | None:
        """What the carrier has against it. LiveKit is told of the trunk nevertheless, unless it has never led anywhere."""
        try:
            await self._carrier.bring_about(self._trunk_id)
        except CarrierError as error:
            log.warning("carrier_sync_failed", trunk_id=str(self._trunk_id), reason=str(error), passing=error.is_passing)
            return error
        return None

    async def _describe(self) -> TrunkDescription | None:
        """The trunk as it is now; None when it is gone."""
        async with self._sessions() as session:
            repository = SyncRepository(session)
            trunk = await repository.trunk(self._trunk_id)
            if trunk is None:
                return None
            return description_of(trunk, await repository.numbers(trunk.id), self._box)

    async def _note(self, applied: TrunkDescription, provisioned: ProvisionedTrunk, *, is_whole: bool) -> None:
        """Write the ids down. A trunk that changed meanwhile stays pending, for the nudge of that change or the sweep."""
        unchanged = await self._describe() == applied
        async with self._sessions.begin() as session:
            repository = SyncRepository(session)
            trunk = await repository.trunk(self._trunk_id)
            if trunk is None:
                return
            trunk.livekit_outbound_trunk_id = provisioned.outbound_trunk_id
            trunk.livekit_inbound_trunk_id = provisioned.inbound_trunk_id
            if unchanged and is_whole:
                self.is_in_order_again = trunk.sync_state != "synced"
                trunk.sync_state, trunk.sync_error, trunk.synced_at = "synced", "", self._clock.now()
            for number in await repository.numbers(self._trunk_id):
                number.livekit_dispatch_rule_id = provisioned.rule_ids.get(number.e164)

    async def _is_of_the_other_kind(self) -> bool:
        async with self._sessions() as session:
            trunk = await SyncRepository(session).trunk(self._trunk_id)
            return trunk is not None and trunk.is_rehearsal != self._rehearsal

    async def _was_whole(self) -> bool:
        async with self._sessions() as session:
            trunk = await SyncRepository(session).trunk(self._trunk_id)
            return trunk is not None and trunk.synced_at is not None

    async def _note_failure(self, reason: str, *, is_passing: bool = False) -> None:
        """A passing fault of the carrier says nothing against what was in order before."""
        async with self._sessions.begin() as session:
            trunk = await SyncRepository(session).trunk(self._trunk_id)
            if trunk is None:
                return
            is_in_order = is_passing and trunk.sync_state == "synced"
            trunk.sync_state, trunk.sync_error = "synced" if is_in_order else "failed", reason
            if reason in WRONG_CARRIER.values():
                # Without an id nothing is dialled over it: a real number must never reach the simulated carrier, nor the other way round.
                trunk.livekit_outbound_trunk_id = trunk.livekit_inbound_trunk_id = None


def description_of(trunk: Trunk, numbers: Any, box: SecretBox) -> TrunkDescription:
    """The rows as LiveKit shall know them."""
    return TrunkDescription(
        id=str(trunk.id),
        address=trunk.address,
        transport=trunk.transport,
        media_encryption=trunk.media_encryption,
        auth_username=trunk.auth_username,
        auth_password=box.open(trunk.auth_password_sealed) if trunk.auth_password_sealed else "",
        numbers=tuple(NumberDescription(number.e164, number.assistant_id is not None, str(number.id)) for number in numbers),
    )
