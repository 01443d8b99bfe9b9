"""SQL of figures: counted hours from their cells, the others from the calls themselves, in one query that cannot tell the difference."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Select, and_, cast, func, not_, or_, select, true, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.analytics import counting_repository as counting
from control_plane.analytics.figures import COUNTERS, Counts
from control_plane.analytics.filters import Filters, Span, hours_apart, whole_hours
from control_plane.db.models import Assistant, Call, CallBreakdown, CallChange, CallTally, Campaign, Number, Trunk, Workspace

ANSWERS = ("calls", "answered", "humans")
UNNAMED = ""
"""The currency of a cost that was written before costs had one."""
OWNED: Mapping[str, Any] = {"campaign": Campaign, "assistant": Assistant, "number": Number}


class AnalyticsRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def owns(self, what: str, its_id: uuid.UUID) -> bool:
        kind = OWNED[what]
        return await self._session.scalar(select(kind.id).where(kind.id == its_id, kind.workspace_id == self._workspace_id)) is not None

    async def time_zone(self) -> str:
        return (await self._session.get_one(Workspace, self._workspace_id)).time_zone

    async def trunk_names(self) -> dict[uuid.UUID, str]:
        rows = await self._session.execute(select(Trunk.id, Trunk.name).where(Trunk.workspace_id == self._workspace_id))
        return {row.id: row.name for row in rows}

    async def totals(self, filters: Filters) -> Counts:
        cells = await self._cells(filters, COUNTERS)
        rows = (await self._session.execute(select(cells.c.currency, *_sums(cells, COUNTERS)).group_by(cells.c.currency))).all()
        parts = [_counts(COUNTERS, row[1:]) for row in rows]
        counted = {name: sum(getattr(part, name) for part in parts) for name in COUNTERS if name != "cost"}
        costs = {row[0] or UNNAMED: part.cost for row, part in zip(rows, parts, strict=True) if part.priced_calls}
        return Counts(**counted, cost=next(iter(costs.values())) if len(costs) == 1 else Decimal(0), costs=costs)

    async def by_trunk(self, filters: Filters) -> dict[uuid.UUID, Counts]:
        names = ("calls", "answered", "short_calls", "talk_ms")
        cells = await self._cells(filters, names)
        return await self._summed(cells, cells.c.trunk_id, names)

    async def by_day(self, filters: Filters, zone: str) -> dict[date, Counts]:
        """Calls, answers and humans by the days of the zone on which somebody was dialled, the earliest first."""
        return await self._by_local(filters, lambda hour: cast(func.timezone(zone, hour), Date))

    async def by_hour_of_week(self, filters: Filters, zone: str) -> dict[tuple[int, str], Counts]:
        """The same by weekday (1 is Monday) and begin (HH:MM) of the hours; hours begin as they do in UTC."""
        found = await self._by_local(filters, lambda hour: func.to_char(func.timezone(zone, hour), "ID HH24:MI"))
        return {(int(told[0]), told[2:]): counts for told, counts in found.items()}

    async def _by_local(self, filters: Filters, local: Callable[[Any], ColumnElement[Any]]) -> dict[Any, Counts]:
        # Hours first: the clock of a zone is asked once for each, not once for each cell.
        cells = await self._cells(filters, ANSWERS)
        hours = select(cells.c.hour, *_sums(cells, ANSWERS)).group_by(cells.c.hour).subquery()
        told = select(local(hours.c.hour).label("told"), *(hours.c[name] for name in ANSWERS)).subquery()
        return await self._summed(told, told.c.told, ANSWERS)

    async def _summed(self, cells: Any, key: Any, names: Iterable[str]) -> dict[Any, Counts]:
        query = select(key, *_sums(cells, names)).group_by(key).order_by(key)
        return {row[0]: _counts(names, row[1:]) for row in (await self._session.execute(query)).all()}

    async def breakdown(self, filters: Filters, kinds: Sequence[str]) -> dict[str, dict[str, int]]:
        """For each kind how often each of its values occurs; the most frequent first."""
        found: dict[str, dict[str, int]] = {kind: {} for kind in kinds}
        for kind, value, count in await self._values(filters, kinds):
            found[kind][value] = count
        return found

    async def by_trunk_and(self, filters: Filters, kind: str) -> dict[uuid.UUID, dict[str, int]]:
        found: dict[uuid.UUID, dict[str, int]] = {}
        for _, trunk_id, value, count in await self._values(filters, (kind,), "trunk_id"):
            found.setdefault(trunk_id, {})[value] = count
        return found

    async def _values(self, filters: Filters, kinds: Sequence[str], *by: str) -> Sequence[Any]:
        spans = await self._uncounted(filters)
        raw = [counting.values_of(kind, *self._of_calls(filters, spans)).subquery() for kind in kinds] if spans else []
        names = (*counting.CELL, "hour", "kind", "value", "count")
        counted = select(*(getattr(CallBreakdown, name) for name in names)).where(
            CallBreakdown.kind.in_(kinds), *self._of_cells(CallBreakdown, filters, spans)
        )
        cells = union_all(counted, *(select(*(each.c[name] for name in names)) for each in raw)).subquery()
        keys = [cells.c[name] for name in ("kind", *by, "value")]
        total = cast(func.sum(cells.c["count"]), BigInteger)
        query = select(*keys, total).group_by(*keys)
        return (await self._session.execute(query.order_by(total.desc(), cells.c.value))).all()

    async def _cells(self, filters: Filters, counters: Iterable[str]) -> Any:
        """Cells with the counters that are asked for; the calls of one number, which no cell knows, as cells too."""
        spans = await self._uncounted(filters)
        names = (*counting.CELL, "currency", "hour", *counters)
        counted = select(*(getattr(CallTally, name) for name in names)).where(*self._of_cells(CallTally, filters, spans))
        if not spans:
            return counted.subquery()
        raw = counting.tallies(*self._of_calls(filters, spans), names=counters).subquery()
        if filters.number is not None:
            return select(*(raw.c[name] for name in names)).subquery()
        return union_all(counted, select(*(raw.c[name] for name in names))).subquery()

    async def _uncounted(self, filters: Filters) -> list[Span]:
        """Spans of time whose calls are read one by one: changed hours, hours that the filter cuts, everything of one number."""
        if filters.number is not None:
            return [Span(filters.since, filters.until)]
        query = select(CallChange.hour).where(CallChange.workspace_id == self._workspace_id).distinct()
        return hours_apart((await self._session.scalars(query)).all(), filters)

    def _of_cells(self, cell: Any, filters: Filters, spans: Sequence[Span]) -> list[ColumnElement[bool]]:
        first, end = whole_hours(filters)
        wanted = [cell.workspace_id == self._workspace_id]
        wanted += [cell.hour >= first] if first else []
        wanted += [cell.hour <= end - timedelta(hours=1)] if end else []
        wanted += [cell.campaign_id == filters.campaign] if filters.campaign else []
        wanted += [cell.assistant_id == filters.assistant] if filters.assistant else []
        return [*wanted, not_(or_(*(_within(cell.hour, span) for span in spans)))] if spans else wanted

    def _of_calls(self, filters: Filters, spans: Sequence[Span]) -> list[ColumnElement[bool]]:
        wanted = [Call.workspace_id == self._workspace_id, or_(*(_within(Call.dialing_at, span) for span in spans))]
        wanted += [Call.campaign_id == filters.campaign] if filters.campaign else []
        wanted += [Call.assistant_id == filters.assistant] if filters.assistant else []
        return wanted + ([Call.from_number_id == filters.number] if filters.number else [])

    def calls(self, filters: Filters) -> Select[Any]:
        """Calls over, for the export."""
        return select(Call).where(counting.IS_OVER, *self._of_calls(filters, [Span(filters.since, filters.until)]))

    async def page_after(self, filters: Filters, last: tuple[datetime, uuid.UUID] | None, limit: int) -> Sequence[Call]:
        """Calls in the order in which they were dialled."""
        query = self.calls(filters).order_by(Call.dialing_at, Call.id).limit(limit)
        if last is not None:
            query = query.where(Call.dialing_at >= last[0], tuple_(Call.dialing_at, Call.id) > tuple_(*last))
        rows = (await self._session.scalars(query)).all()
        # What was sent is not kept: an export can be a million calls.
        self._session.expunge_all()
        return rows


def _within(moment: Any, span: Span) -> ColumnElement[bool]:
    bounds = [moment >= span.since] if span.since else []
    bounds += [moment < span.until] if span.until else []
    return and_(true(), *bounds)


def _sums(cells: Any, names: Iterable[str]) -> list[ColumnElement[Any]]:
    return [func.sum(cells.c[name]).label(name) for name in names]


def _counts(names: Iterable[str], sums: Sequence[Any]) -> Counts:
    values: dict[str, Any] = {
        name: Decimal(total or 0) if name == "cost" else int(total or 0) for name, total in zip(names, sums, strict=True)
    }
    return Counts(**values)
