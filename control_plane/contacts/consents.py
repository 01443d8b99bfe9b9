"""Consents: recorded, read, revoked; never changed."""

import uuid
from datetime import datetime
from typing import Any

from msgspec import structs

from control_plane.audit.service import record
from control_plane.contacts.consent_repository import ConsentRepository
from control_plane.contacts.consent_schemas import ConsentIn, ConsentOut, DeclarationIn, DeclarationOut
from control_plane.contacts.repository import ListRepository
from control_plane.db.models import Consent
from control_plane.db.unit import Unit
from control_plane.domain import phone
from control_plane.domain.errors import Invalid, NotFound
from control_plane.kit.ids import new_id
from control_plane.kit.pagination import Page, page_of

_FACTS = ("e164", "purpose", "basis", "source", "granted_at", "recorded_by")


class ConsentService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = ConsentRepository(unit.session)

    async def create(self, data: ConsentIn) -> tuple[ConsentOut, bool]:
        """The consent and whether it is new. Raises `Invalid` for a bad number and for a time that is yet to come."""
        values = structs.asdict(data) | {"e164": phone.require(data.e164), "recorded_by": "api"}
        self._check_time(data.granted_at)
        row, is_new = await self._rows.put(self._workspace_id, {"id": new_id(), **values})
        if is_new:
            self._record("consent.created", row, None, {name: getattr(row, name) for name in _FACTS})
        return ConsentOut.of(row), is_new

    async def get(self, consent_id: uuid.UUID) -> ConsentOut:
        return ConsentOut.of(await self._find(consent_id))

    async def listing(
        self, limit: int, cursor: str | None, *, e164: str | None, purpose: str | None, is_revoked: bool | None
    ) -> Page[ConsentOut]:
        number = e164 and phone.require(e164)
        query = self._rows.listing(self._workspace_id, e164=number, purpose=purpose, is_revoked=is_revoked)
        return await page_of(self._unit.session, query, Consent.id, ConsentOut.of, limit=limit, cursor=cursor)

    async def revoke(self, consent_id: uuid.UUID, reason: str) -> ConsentOut:
        """From now on no call rests on it; calls that did keep their record. A repeat changes nothing."""
        row = await self._find(consent_id, lock=True)
        if row.revoked_at is None:
            row.revoked_at, row.revoked_reason = self._unit.now, reason
            await self._rows.save(row)
            self._record("consent.revoked", row, None, {"reason": reason})
        return ConsentOut.of(row)

    async def declare(self, list_id: uuid.UUID, data: DeclarationIn) -> DeclarationOut:
        """Record one consent for every number of everybody who stands on the list now."""
        self._check_time(data.granted_at)
        if await ListRepository(self._unit.session, self._workspace_id).find(list_id) is None:
            raise NotFound.of("contact list")
        recorded, known = await self._rows.declare(self._workspace_id, list_id, structs.asdict(data))
        after = structs.asdict(data) | {"recorded": recorded}
        record(self._unit, self._workspace_id, "consent.declared", "contact_list", list_id, None, after)
        return DeclarationOut(recorded, known)

    def _check_time(self, granted_at: datetime) -> None:
        if granted_at > self._unit.now:
            raise Invalid.field("granted_at", "A consent cannot be given in the future; look at the year and the time zone.")

    async def _find(self, consent_id: uuid.UUID, *, lock: bool = False) -> Consent:
        row = await self._rows.find(self._workspace_id, consent_id, lock=lock)
        if row is None:
            raise NotFound.of("consent")
        return row

    def _record(self, action: str, row: Consent, before: Any, after: Any) -> None:
        record(self._unit, self._workspace_id, action, "consent", row.id, before, after)
