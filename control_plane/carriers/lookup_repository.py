"""SQL of look-ups of numbers: which are due, what was answered, and what a month of them costs."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Campaign, NumberLookup, NumberLookupMonth, Workspace
from control_plane.kit.ids import new_id

_QUIET = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Spent:
    """What the look-ups of a month have cost; `currency` is empty while there are none."""

    lookups: int = 0
    cost: Decimal = Decimal(0)
    currency: str = ""

    def is_in_other(self, currency: str) -> bool:
        """Whether an amount in this currency cannot be added to it."""
        return bool(self.cost) and self.currency != currency


class LookupRepository:
    """Of one workspace."""

    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def workspace(self, *, lock: bool = False) -> Workspace:
        return await self._session.get_one(Workspace, self._workspace_id, with_for_update=lock, populate_existing=lock)

    async def owned_campaigns(self, ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
        query = select(Campaign.id).where(Campaign.workspace_id == self._workspace_id, Campaign.id.in_(ids))
        return set(await self._session.scalars(query))

    def listing(self, e164: str | None) -> Select[NumberLookup]:
        query = select(NumberLookup).where(NumberLookup.workspace_id == self._workspace_id)
        return query if e164 is None else query.where(NumberLookup.e164 == e164)

    async def waiting(self) -> tuple[int, str]:
        """How many numbers are yet to be looked up, and what the last of them that was tried in vain heard."""
        mine = (NumberLookup.workspace_id == self._workspace_id, NumberLookup.wanted_at.is_not(None))
        count = await self._session.scalar(select(func.count()).select_from(NumberLookup).where(*mine)) or 0
        told = select(NumberLookup.trouble).where(*mine, NumberLookup.trouble != "").order_by(NumberLookup.try_at.desc()).limit(1)
        return count, await self._session.scalar(told) or ""

    async def give_up_waiting(self) -> None:
        """Nobody waits for anything any more."""
        mine = update(NumberLookup).where(NumberLookup.workspace_id == self._workspace_id, NumberLookup.wanted_at.is_not(None))
        nothing = {"wanted_at": None, "try_at": None, "wants_line_type": False, "verified_on": None, "trouble": "", "tries": 0}
        await self._session.execute(mine.values(nothing).execution_options(**_QUIET))

    async def try_again(self, now: datetime) -> None:
        """What was tried in vain comes at once: something was changed."""
        mine = update(NumberLookup).where(NumberLookup.workspace_id == self._workspace_id, NumberLookup.wanted_at.is_not(None))
        await self._session.execute(mine.where(NumberLookup.trouble != "").values(try_at=now).execution_options(**_QUIET))

    async def spent(self, month: date) -> Spent:
        query = select(NumberLookupMonth.lookups, NumberLookupMonth.cost, NumberLookupMonth.currency)
        row = (await self._session.execute(query.where(*self._in(month)))).first()
        return Spent(*row) if row is not None else Spent()

    async def spend(self, month: date, price: Decimal, currency: str, limit: Decimal) -> bool:
        """Count one more look-up of the month; False, and nothing counted, where the limit would be passed or what the month has cost is
        in another currency."""
        if price > limit:
            return False
        row = {"id": new_id(), "workspace_id": self._workspace_id, "month": month, "lookups": 1, "cost": price, "currency": currency}
        added, cost = insert(NumberLookupMonth).values(row), NumberLookupMonth.cost + price
        counted = added.on_conflict_do_update(
            index_elements=["workspace_id", "month"],
            set_={"lookups": NumberLookupMonth.lookups + 1, "cost": cost, "currency": currency},
            where=(cost <= limit) & ((NumberLookupMonth.currency == currency) | (NumberLookupMonth.cost == 0)),
        )
        return await self._session.scalar(counted.returning(NumberLookupMonth.id)) is not None

    async def give_back(self, month: date, price: Decimal, *, lookups: int = 1) -> None:
        """Twilio has given no answer, or with no `lookups` no whole one."""
        less = {"lookups": NumberLookupMonth.lookups - lookups, "cost": NumberLookupMonth.cost - price}
        await self._session.execute(update(NumberLookupMonth).where(*self._in(month)).values(less).execution_options(**_QUIET))

    def _in(self, month: date) -> tuple[ColumnElement[bool], ...]:
        return NumberLookupMonth.workspace_id == self._workspace_id, NumberLookupMonth.month == month


class DueLookupRepository:
    """Over all workspaces."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def due(self, now: datetime, most: int) -> Sequence[NumberLookup]:
        """The first that are due, locked; those that another task looks at are passed over. In the order in which months are counted."""
        query = select(NumberLookup).where(NumberLookup.wanted_at.is_not(None), NumberLookup.try_at <= now)
        rows = await self._session.scalars(query.order_by(NumberLookup.try_at).limit(most).with_for_update(skip_locked=True))
        return sorted(rows, key=lambda row: (row.workspace_id, row.id))

    async def locked(self, lookup_id: uuid.UUID) -> NumberLookup | None:
        """None for one whose number was erased meanwhile."""
        return await self._session.get(NumberLookup, lookup_id, with_for_update=True, populate_existing=True)
