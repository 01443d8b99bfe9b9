"""SQL of schedules and runs as people see them; what tasks ask is in `run_repository`."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Assistant, Call, Contact, ContactPhone, Number, Schedule, ScheduleRun, Workspace


class ScheduleRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def find(self, schedule_id: uuid.UUID, *, lock: bool = False) -> Schedule | None:
        query = select(Schedule).where(Schedule.id == schedule_id, Schedule.workspace_id == self._workspace_id)
        return await self._session.scalar(query.with_for_update() if lock else query)

    def listing(self, **filters: Any) -> Select[Any]:
        """Filters are column names; None is no filter. `contact_id` finds those by one of the contact's numbers, too."""
        query = select(Schedule).where(Schedule.workspace_id == self._workspace_id)
        contact_id = filters.pop("contact_id", None)
        if contact_id is not None:
            numbers = select(ContactPhone.e164).where(ContactPhone.contact_id == contact_id)
            query = query.where(or_(Schedule.contact_id == contact_id, Schedule.phone_number.in_(numbers)))
        for name, value in filters.items():
            query = query if value is None else query.where(getattr(Schedule, name) == value)
        return query

    async def contacts_with(self, numbers: Sequence[str]) -> Mapping[str, uuid.UUID]:
        """The contact of each number that exactly one contact has."""
        mine = (ContactPhone.workspace_id == self._workspace_id, ContactPhone.e164.in_(numbers))
        query = select(ContactPhone.e164, func.array_agg(ContactPhone.contact_id)).where(*mine).group_by(ContactPhone.e164)
        rows = await self._session.execute(query) if numbers else ()
        return {e164: contacts[0] for e164, contacts in rows if len(contacts) == 1}

    def runs(self, schedule_id: uuid.UUID, state: str | None) -> Select[Any]:
        query = select(ScheduleRun).where(ScheduleRun.schedule_id == schedule_id)
        return query if state is None else query.where(ScheduleRun.state == state)

    async def calls_of(self, runs: Sequence[ScheduleRun]) -> Mapping[uuid.UUID, list[Call]]:
        """The calls of each run, first to last, and then the one that it was merged into."""
        found: dict[uuid.UUID, list[Call]] = defaultdict(list)
        own = select(Call).where(Call.schedule_run_id.in_([run.id for run in runs])).order_by(Call.attempt)
        for call in await self._session.scalars(own):
            assert call.schedule_run_id is not None, "the query asked for calls of runs"
            found[call.schedule_run_id].append(call)
        merged = {run.merged_into for run in runs if run.merged_into is not None}
        for call in await self._session.scalars(select(Call).where(Call.id.in_(merged))) if merged else ():
            for run in runs:
                if run.merged_into == call.id:
                    found[run.id].append(call)
        return found

    async def open_runs(self, schedule_id: uuid.UUID) -> Sequence[ScheduleRun]:
        """Runs that have not come to their end, locked."""
        query = select(ScheduleRun).where(ScheduleRun.schedule_id == schedule_id, ScheduleRun.state.in_(("due", "calling")))
        return (await self._session.scalars(query.order_by(ScheduleRun.id).with_for_update())).all()

    async def workspace(self) -> Workspace:
        return await self._session.get_one(Workspace, self._workspace_id)

    async def has(self, kind: type[Assistant] | type[Contact] | type[Number], row_id: uuid.UUID) -> bool:
        return bool(await self._session.scalar(select(exists().where(kind.id == row_id, kind.workspace_id == self._workspace_id))))

    async def add(self, row: Schedule | ScheduleRun) -> None:
        self._session.add(row)
        await self._session.flush()
        await self._session.refresh(row)

    async def save(self, row: Schedule | ScheduleRun) -> None:
        await self._session.flush()
        await self._session.refresh(row)

    async def delete(self, row: Schedule) -> None:
        await self._session.delete(row)
        await self._session.flush()
