"""The ledger as people read it and close its promises."""

import uuid

from control_plane.audit.service import record
from control_plane.db.models import Promise
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, NotFound
from control_plane.kit.pagination import Page, page_of
from control_plane.promises.repository import PromiseLedger
from control_plane.promises.schemas import PromiseOut


class PromiseService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = PromiseLedger(unit.session, workspace_id)

    async def get(self, promise_id: uuid.UUID) -> PromiseOut:
        return PromiseOut.of(await self._find(promise_id))

    async def listing(
        self,
        limit: int,
        cursor: str | None,
        *,
        state: str | None,
        contact_id: uuid.UUID | None,
        call_id: uuid.UUID | None,
        is_overdue: bool | None,
    ) -> Page[PromiseOut]:
        query = self._rows.listing(state=state, contact_id=contact_id, call_id=call_id, is_overdue=is_overdue)
        return await page_of(self._unit.session, query, Promise.id, PromiseOut.of, limit=limit, cursor=cursor)

    async def close(self, promise_id: uuid.UUID, state: str, note: str) -> PromiseOut:
        """`state`: kept or dropped. Raises `Conflict` for a promise that is closed already."""
        row = await self._find(promise_id, lock=True)
        if row.state != "open":
            raise Conflict(f"This promise is {row.state} already.", code="promise_closed")
        row.state, row.closed_at, row.closed_by, row.note = state, self._unit.now, "person", note or row.note
        await self._unit.session.flush()
        record(self._unit, self._workspace_id, f"promise.{state}", "promise", row.id, {"state": "open"}, {"state": state})
        return PromiseOut.of(row)

    async def _find(self, promise_id: uuid.UUID, *, lock: bool = False) -> Promise:
        row = await self._rows.find(promise_id, lock=lock)
        if row is None:
            raise NotFound.of("promise")
        return row
