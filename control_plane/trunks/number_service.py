"""Numbers: caller IDs of a trunk, and who takes the calls that come in on them."""

import uuid
from collections.abc import Sequence

from msgspec import UNSET, convert, to_builtins

from control_plane.audit.service import record
from control_plane.db.models import Number, Trunk
from control_plane.db.unit import Unit
from control_plane.domain import phone
from control_plane.domain.errors import Conflict, Invalid, NotFound
from control_plane.domain.routing import Routing, check
from control_plane.kit.etags import require_match
from control_plane.kit.ids import new_id
from control_plane.kit.pagination import Page, page_of
from control_plane.telephony.twilio import OwnedNumber
from control_plane.trunks.repository import NumberRepository
from control_plane.trunks.schemas import NumberIn, NumberLeft, NumberOut, NumberPatch, NumbersImported
from control_plane.trunks.service import TrunkService


class NumberService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID, trunks: TrunkService) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._trunks = trunks
        self._repository = NumberRepository(unit.session, workspace_id)

    async def page(self, *, trunk_id: uuid.UUID | None, limit: int, cursor: str | None) -> Page[NumberOut]:
        return await page_of(self._unit.session, self._repository.all(trunk_id), Number.id, NumberOut.of, limit=limit, cursor=cursor)

    async def get(self, number_id: uuid.UUID, *, lock: bool = False) -> Number:
        row = await self._repository.get(number_id, lock=lock)
        if row is None:
            raise NotFound.of("number")
        return row

    async def create(self, wanted: NumberIn) -> Number:
        """Raises `Invalid` for a number that the trunk may not have, `Conflict` for one that is there already."""
        e164 = phone.require(wanted.e164)
        trunk = await self._trunks.get(wanted.trunk_id, lock=True)
        _check_range(e164, trunk)
        if await self._repository.known(e164):
            raise Conflict("This number is in the workspace already.", code="number_exists")
        if wanted.assistant_id is not None:
            await self._check_assistant(wanted.assistant_id)
        row = Number(
            id=new_id(),
            workspace_id=self._workspace_id,
            trunk_id=trunk.id,
            is_rehearsal=trunk.is_rehearsal,
            e164=e164,
            label=wanted.label,
            assistant_id=wanted.assistant_id,
            daily_cap=wanted.daily_cap,
            health="active",
            health_reason="",
            created_at=self._unit.now,
            updated_at=self._unit.now,
        )
        self._unit.session.add(row)
        record(self._unit, self._workspace_id, "number.create", "number", row.id, None, {"e164": e164, "trunk_id": trunk.id})
        self._trunks.ask_sync(trunk)
        return row

    async def take_over(self, trunk: Trunk, owned: Sequence[OwnedNumber], wanted: Sequence[str] | None) -> NumbersImported:
        """Take numbers of the carrier's account. What cannot be taken is left, with the reason. Raises `Invalid`."""
        if trunk.provider != "twilio":
            raise Invalid.field("trunk_id", "The numbers of a Twilio account come onto a Twilio trunk.")
        by_e164 = {number.e164: number for number in owned}
        imported, left = [], []
        for e164 in dict.fromkeys(wanted if wanted is not None else by_e164):
            try:
                imported.append(NumberOut.of(await self._take(trunk, by_e164.get(e164), e164)))
            except (Invalid, Conflict) as error:
                left.append(NumberLeft(e164, error.detail))
        return NumbersImported(imported, left)

    async def _take(self, trunk: Trunk, owned: OwnedNumber | None, e164: str) -> Number:
        if owned is None:
            raise Invalid("The Twilio account has no such number.")
        if not owned.has_voice:
            raise Invalid("This number cannot make calls.")
        row = await self.create(NumberIn(owned.e164, trunk.id, label=owned.name[:200]))
        await self._unit.session.flush()
        return row

    async def change(self, number_id: uuid.UUID, patch: NumberPatch, if_match: str | None = None) -> Number:
        row = await self.get(number_id, lock=True)
        require_match(if_match, NumberOut.of(row), NumberPatch)
        changes = {name: value for name in patch.__struct_fields__ if (value := getattr(patch, name)) is not UNSET}
        before = {name: getattr(row, name) for name in changes}
        for name, value in changes.items():
            setattr(row, name, value)
        if "health" in changes:
            # What was before this moment is no longer held against the number.
            row.rests_until = self._unit.now
            row.health_reason = "" if row.health == "active" else "Taken out of use by a person."
            self._unit.nudges.add("tick")
        row.updated_at = self._unit.now
        record(self._unit, self._workspace_id, "number.change", "number", row.id, before, changes)
        return row

    async def assign(self, number_id: uuid.UUID, assistant_id: uuid.UUID | None) -> Number:
        """Let an assistant take inbound calls, or nobody."""
        row = await self.get(number_id, lock=True)
        if assistant_id is not None:
            await self._check_assistant(assistant_id)
        before, row.assistant_id, row.updated_at = row.assistant_id, assistant_id, self._unit.now
        after = {"assistant_id": assistant_id}
        record(self._unit, self._workspace_id, "number.assign", "number", row.id, {"assistant_id": before}, after)
        self._trunks.ask_sync(await self._trunks.get(row.trunk_id, lock=True))
        return row

    async def routing(self, number_id: uuid.UUID) -> Routing:
        """What is done with calls that come in."""
        return convert((await self.get(number_id)).routing, Routing)

    async def direct(self, number_id: uuid.UUID, wanted: Routing) -> Routing:
        """Say anew what is done with calls that come in. Raises `Invalid` naming the field, `NotFound` for a foreign assistant."""
        check(wanted)
        row = await self.get(number_id, lock=True)
        for assistant_id in dict.fromkeys(assistant_id for _, assistant_id in wanted.assistants()):
            await self._check_assistant(assistant_id)
        if wanted.fallback and not await self._repository.can_reach(wanted.fallback):
            raise Invalid.field("fallback", "There is no operator, and no destination of an assistant, of this name.")
        before, row.routing, row.updated_at = row.routing, to_builtins(wanted), self._unit.now
        record(self._unit, self._workspace_id, "number.route", "number", row.id, before, row.routing)
        return wanted

    async def delete(self, number_id: uuid.UUID) -> None:
        """Raises `Conflict` while a campaign calls from it."""
        row = await self.get(number_id, lock=True)
        if await self._repository.in_campaign(row.id):
            raise Conflict("A campaign calls from this number; take it out of the campaign first.", code="number_in_use")
        record(self._unit, self._workspace_id, "number.delete", "number", row.id, {"e164": row.e164, "trunk_id": row.trunk_id})
        trunk = await self._trunks.get(row.trunk_id, lock=True)
        await self._unit.session.delete(row)
        self._trunks.ask_sync(trunk)

    async def _check_assistant(self, assistant_id: uuid.UUID) -> None:
        if not await self._repository.has_assistant(assistant_id):
            raise NotFound.of("assistant")


def _check_range(e164: str, trunk: Trunk) -> None:
    """Ahead of the database's own constraint, which says it less well."""
    if trunk.is_rehearsal and not phone.is_fictional(e164):
        raise Invalid.field("e164", "A rehearsal trunk takes only fictional numbers, +1 NPA 555-0100 to 555-0199, such as +12025550123.")
    if not trunk.is_rehearsal and phone.is_fictional(e164):
        raise Invalid.field("e164", "This number is fictional (+1 NPA 555-01xx) and reaches nobody; only rehearsal trunks take it.")
