"""Legal holds: what lawyers need stays, whatever retention and people who ask to be forgotten say."""

import uuid

from control_plane.audit.service import record
from control_plane.db.models import Call, Contact, LegalHold
from control_plane.db.unit import Unit
from control_plane.domain import phone
from control_plane.domain.errors import Invalid, NotFound
from control_plane.kit.ids import new_id
from control_plane.kit.pagination import Page, page_of
from control_plane.records.repository import RecordsRepository
from control_plane.records.schemas import HoldIn, HoldOut


class HoldService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = RecordsRepository(unit.session, workspace_id)

    async def place(self, data: HoldIn) -> HoldOut:
        """Raises `Invalid` unless exactly one thing is named, `NotFound` when it is not there."""
        if sum(given is not None for given in (data.contact_id, data.e164, data.call_id)) != 1:
            raise Invalid.field("contact_id", "A hold names exactly one of contact_id, e164 and call_id.")
        if data.contact_id is not None and not await self._rows.has(Contact, data.contact_id):
            raise NotFound.of("contact")
        if data.call_id is not None and not await self._rows.has(Call, data.call_id):
            raise NotFound.of("call")
        number = phone.require(data.e164) if data.e164 is not None else None
        row = LegalHold(id=new_id(), workspace_id=self._workspace_id, reason=data.reason, placed_by=self._unit.actor)
        row.contact_id, row.e164, row.call_id = data.contact_id, number, data.call_id
        await self._rows.add(row)
        record(self._unit, self._workspace_id, "legal_hold.placed", "legal_hold", row.id, None, {"reason": data.reason})
        return HoldOut.of(row)

    async def get(self, hold_id: uuid.UUID) -> HoldOut:
        return HoldOut.of(await self._find(hold_id))

    async def listing(self, limit: int, cursor: str | None, is_released: bool | None) -> Page[HoldOut]:
        return await page_of(self._unit.session, self._rows.holds(is_released), LegalHold.id, HoldOut.of, limit=limit, cursor=cursor)

    async def release(self, hold_id: uuid.UUID) -> HoldOut:
        """From now on retention and erasure apply again. A repeat changes nothing."""
        row = await self._find(hold_id, lock=True)
        if row.released_at is None:
            row.released_at, row.released_by = self._unit.now, self._unit.actor
            await self._rows.save(row)
            record(self._unit, self._workspace_id, "legal_hold.released", "legal_hold", row.id, {"reason": row.reason}, None)
        return HoldOut.of(row)

    async def _find(self, hold_id: uuid.UUID, *, lock: bool = False) -> LegalHold:
        row = await self._rows.hold(hold_id, lock=lock)
        if row is None:
            raise NotFound.of("legal hold")
        return row
