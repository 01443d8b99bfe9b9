"""Trunks: the peering with a carrier. Every change asks for a synchronisation with LiveKit."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from msgspec import UNSET, to_builtins

from control_plane.audit.service import record
from control_plane.carriers.accounts import Accounts
from control_plane.carriers.path import domain_of, new_password, username_of
from control_plane.carriers.repository import StepRepository
from control_plane.carriers.schemas import CarrierPathOut, CarrierStepOut
from control_plane.db.models import Trunk
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, FieldError, Invalid, NotFound, Refused
from control_plane.kit.etags import require_match
from control_plane.kit.ids import new_id
from control_plane.kit.pagination import Page, page_of
from control_plane.kit.secrets import SecretBox
from control_plane.settings import Settings
from control_plane.trunks.faults import faults_of
from control_plane.trunks.health import judge
from control_plane.trunks.repository import TrunkRepository
from control_plane.trunks.schemas import Breaker, TrunkHealth, TrunkIn, TrunkOut, TrunkPatch
from sip_config.trunks import address_fault

REHEARSAL_ADDRESS = "carrier.invalid"
"""LiveKit wants an address; the simulated carrier needs none, and .invalid never resolves (RFC 2606), should a real bridge see it."""
SYNC_TASK = "sync_trunk"
RETRY_TASK = "retry_after_trunk_fault"
"""Nudged when LiveKit knows a trunk again as somebody wants it: it may be mended."""
# Everything that is not LiveKit's business is left out of what starts a synchronisation.
_LIVEKIT_FIELDS = {"address", "transport", "auth_username", "auth_password_sealed", "media_encryption"}
_HEALTH_WINDOW = timedelta(hours=1)


class TrunkService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID, box: SecretBox, settings: Settings) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._box = box
        self._rehearsal = settings.rehearsal
        self._accounts = Accounts(unit.session, box, settings)
        self._repository = TrunkRepository(unit.session, workspace_id)

    async def page(self, *, limit: int, cursor: str | None) -> Page[TrunkOut]:
        return await page_of(self._unit.session, self._repository.all(), Trunk.id, self.out, limit=limit, cursor=cursor)

    def out(self, row: Trunk) -> TrunkOut:
        return TrunkOut.of(row, self._unit.now)

    async def get(self, trunk_id: uuid.UUID, *, lock: bool = False) -> Trunk:
        row = await self._repository.get(trunk_id, lock=lock)
        if row is None:
            raise NotFound.of("trunk")
        return row

    async def create(self, wanted: TrunkIn) -> Trunk:
        """Raises `Invalid`, `Conflict` for a name that is taken, `Refused` for a rehearsal trunk where no rehearsal runs."""
        is_rehearsal = wanted.provider == "rehearsal"
        if is_rehearsal and not self._rehearsal:
            raise Refused(
                "Rehearsal trunks need the simulated carrier, and this installation calls real phones.", code="rehearsal_not_available"
            )
        trunk_id, is_managed = new_id(), await self._shall_be_built(wanted)
        if is_managed:
            address, username, password = domain_of(trunk_id), username_of(trunk_id), new_password()
        else:
            address = wanted.address.strip() or (REHEARSAL_ADDRESS if is_rehearsal else "")
            username, password = wanted.auth_username, wanted.auth_password
        _check_access(address, username, password)
        check_breaker(wanted.breaker)
        await self._check_name(wanted.name)
        row = Trunk(
            id=trunk_id,
            workspace_id=self._workspace_id,
            name=wanted.name,
            provider=wanted.provider,
            is_rehearsal=is_rehearsal,
            address=address,
            transport=_transport(wanted.transport, wanted.media_encryption, is_managed=is_managed),
            auth_username=username,
            auth_password_sealed=self._seal(password),
            is_managed=is_managed,
            media_encryption=wanted.media_encryption,
            calls_per_second=_decimal(wanted.calls_per_second),
            max_concurrent_calls=wanted.max_concurrent_calls,
            breaker=to_builtins(wanted.breaker),
            rate_factor=Decimal(1),
            paused_reason="",
            sync_state="pending",
            sync_error="",
            created_at=self._unit.now,
            updated_at=self._unit.now,
        )
        self._unit.session.add(row)
        record(self._unit, self._workspace_id, "trunk.create", "trunk", row.id, None, _trail(row))
        self.ask_sync(row)
        return row

    async def change(self, trunk_id: uuid.UUID, patch: TrunkPatch, if_match: str | None = None) -> Trunk:
        row = await self.get(trunk_id, lock=True)
        require_match(if_match, self.out(row), TrunkPatch)
        before = _trail(row)
        changes = {name: value for name in patch.__struct_fields__ if (value := getattr(patch, name)) is not UNSET}
        await self._apply(row, changes)
        row.updated_at = self._unit.now
        record(self._unit, self._workspace_id, "trunk.change", "trunk", row.id, before, _trail(row))
        return row

    async def _shall_be_built(self, wanted: TrunkIn) -> bool:
        """Whether we build the carrier's side: for a Twilio trunk of which nothing is said, where there is an account to build it in."""
        if wanted.provider != "twilio" or wanted.address.strip() or wanted.auth_username or wanted.auth_password:
            return False
        if await self._accounts.of_workspace(self._workspace_id) is None:
            why = "Give the trunk's address, or the workspace a Twilio account (PUT /carriers/twilio), in which the trunk is built."
            raise Invalid.field("address", why)
        return True

    async def _apply(self, row: Trunk, changes: dict[str, Any]) -> None:
        if row.is_managed and changes.keys() & {"address", "auth_username", "auth_password"}:
            raise Conflict("This trunk was built at Twilio; its address and credentials are kept right there.", code="trunk_managed")
        if "name" in changes:
            await self._check_name(changes["name"], row.id)
        if "calls_per_second" in changes:
            changes["calls_per_second"] = _decimal(changes["calls_per_second"])
        if "breaker" in changes:
            check_breaker(changes["breaker"])
            changes["breaker"] = to_builtins(changes["breaker"])
        if "address" in changes:
            changes["address"] = changes["address"].strip() or (REHEARSAL_ADDRESS if row.is_rehearsal else "")
        if "auth_password" in changes:
            changes["auth_password_sealed"] = self._seal(changes.pop("auth_password"))
        for name, value in changes.items():
            setattr(row, name, value)
        row.transport = _transport(row.transport, row.media_encryption, is_managed=row.is_managed)
        _check_access(row.address, row.auth_username, row.auth_password_sealed)
        if _LIVEKIT_FIELDS & changes.keys():
            self.ask_sync(row)

    async def sync(self, trunk_id: uuid.UUID) -> Trunk:
        """Ask for a synchronisation now, whatever the state."""
        row = await self.get(trunk_id, lock=True)
        self.ask_sync(row)
        record(self._unit, self._workspace_id, "trunk.sync", "trunk", row.id)
        return row

    async def delete(self, trunk_id: uuid.UUID) -> None:
        """Remove trunk and numbers, here and at LiveKit. Raises `Conflict` while something uses it."""
        row = await self.get(trunk_id, lock=True)
        user = await self._repository.used_by(row.id)
        if user is not None:
            raise Conflict(f"This trunk is used by {user}.", code="trunk_in_use")
        record(self._unit, self._workspace_id, "trunk.delete", "trunk", row.id, _trail(row))
        await self._unit.session.delete(row)
        self._unit.nudges.add(SYNC_TASK, row.id)

    async def health(self, trunk_id: uuid.UUID) -> TrunkHealth:
        row = await self.get(trunk_id)
        results = await self._repository.results_since(row.id, self._unit.now - _HEALTH_WINDOW)
        ended = await self._repository.ended_since(row.id, self._unit.now - _HEALTH_WINDOW)
        return judge(row, await self._repository.live_calls(row.id), results, faults_of(ended))

    async def path(self, trunk_id: uuid.UUID) -> CarrierPathOut:
        row = await self.get(trunk_id)
        steps = await StepRepository(self._unit.session, row.id).all()
        return CarrierPathOut(trunk_id=row.id, is_managed=row.is_managed, steps=[CarrierStepOut.of(step) for step in steps])

    def ask_sync(self, row: Trunk) -> None:
        """LiveKit has to hear of this trunk again."""
        row.sync_state = "pending"
        self._unit.nudges.add(SYNC_TASK, row.id)

    async def _check_name(self, name: str, except_for: uuid.UUID | None = None) -> None:
        if await self._repository.name_taken(name, except_for or uuid.UUID(int=0)):
            raise Conflict(f"There is a trunk called {name!r} already.", code="name_taken")

    def _seal(self, password: str) -> str:
        return self._box.seal(password) if password else ""


def _check_access(address: str, username: str, password: str) -> None:
    errors = []
    fault = address_fault(address) if address else "The trunk needs the carrier's address."
    if fault is not None:
        errors.append(FieldError("address", fault))
    if bool(username) != bool(password):
        errors.append(FieldError("auth_password", "User name and password come together: give both, or neither."))
    if errors:
        raise Invalid(" ".join(error.message for error in errors), *errors)


def check_breaker(breaker: Breaker) -> None:
    """Raises `Invalid` for a breaker that could never have enough dials to judge by."""
    if breaker.least_dials > breaker.dials:
        raise Invalid.field("breaker.least_dials", f"Of {breaker.dials} dials there are never {breaker.least_dials}; raise dials too.")


def _transport(wanted: str, encryption: str, *, is_managed: bool) -> str:
    """Twilio takes encrypted media only over TLS."""
    return "tls" if is_managed and encryption == "require" else wanted


def _decimal(value: float) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.001"))


def _trail(row: Trunk) -> Mapping[str, object]:
    names = ("name", "provider", "address", "transport", "auth_username", "calls_per_second", "max_concurrent_calls", "media_encryption")
    return {name: getattr(row, name) for name in (*names, "breaker")}
