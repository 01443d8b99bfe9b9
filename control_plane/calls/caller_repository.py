"""SQL behind the choice of a caller ID."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Call, Number, Trunk
from control_plane.domain.call_state import BEFORE_DIAL

# Two branches, each on an index of its own: by the person where one is known, else by the number.
_DIALLED = text(
    """
    select q.place, c.from_number_id, c.trunk_id, c.network_result, c.dialing_at
    from unnest(cast(:workspaces as uuid[]), cast(:numbers as text[]), cast(:contacts as uuid[]))
        with ordinality as q(workspace_id, e164, contact_id, place)
    cross join lateral (
        (select from_number_id, trunk_id, network_result, dialing_at from call
        where q.contact_id is not null and contact_id = q.contact_id and dialing_at is not null
        order by dialing_at desc limit :most)
        union all
        (select from_number_id, trunk_id, network_result, dialing_at from call
        where q.contact_id is null and workspace_id = q.workspace_id and to_e164 = q.e164 and dialing_at is not null
        order by dialing_at desc limit :most)
    ) c
    order by q.place, c.dialing_at desc
    """
)
_LOOK_BACK = 20
"""So many dials tell who called last and what was blocked of late."""


@dataclass(frozen=True, slots=True)
class Dialled:
    """An earlier dial to a person or number."""

    number_id: uuid.UUID | None
    trunk_id: uuid.UUID
    network_result: str | None
    dialing_at: datetime


class CallerRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def calls_since(
        self, numbers: Sequence[tuple[uuid.UUID, uuid.UUID]], days: Mapping[uuid.UUID, datetime]
    ) -> Mapping[uuid.UUID, int]:
        """Calls dialled from each number (given with its workspace) since its workspace's day began, whenever they were asked for, and
        those on their way to it."""
        found: dict[uuid.UUID, int] = {}
        for workspace_id in {workspace_id for _, workspace_id in numbers if workspace_id in days}:
            ids = [number_id for number_id, owner in numbers if owner == workspace_id]
            of_numbers = select(Call.from_number_id).where(Call.from_number_id.in_(ids))
            dialled = of_numbers.where(Call.dialing_at >= days[workspace_id], Call.state != "released")
            # The index of leases holds all calls under way.
            on_their_way = of_numbers.where(Call.lease_until.is_not(None), Call.claimed_at.is_not(None), Call.state.in_(BEFORE_DIAL))
            made = union_all(dialled, on_their_way).subquery()
            rows = await self._session.execute(select(made.c.from_number_id, func.count()).group_by(made.c.from_number_id))
            found |= {number_id: calls for number_id, calls in rows if number_id is not None}
        return found

    async def of_workspaces(self, workspaces: Iterable[uuid.UUID]) -> list[tuple[Number, Trunk]]:
        """All numbers of these workspaces with their trunks, in a stable order."""
        query = select(Number, Trunk).join(Trunk, Trunk.id == Number.trunk_id).where(Number.workspace_id.in_(workspaces))
        return [(number, trunk) for number, trunk in await self._session.execute(query.order_by(Number.id))]

    async def dialled(self, asked: Sequence[tuple[uuid.UUID, str, uuid.UUID | None]]) -> list[list[Dialled]]:
        """For each (workspace, number, contact) the latest dials, newest first: to the contact, or without one to the number."""
        workspaces, numbers, contacts = (list(column) for column in zip(*asked, strict=True))
        given = {"workspaces": workspaces, "numbers": numbers, "contacts": contacts, "most": _LOOK_BACK}
        found: list[list[Dialled]] = [[] for _ in asked]
        for place, *dial in await self._session.execute(_DIALLED, given):
            found[place - 1].append(Dialled(*dial))
        return found

    async def first_used(self, numbers: Iterable[uuid.UUID], now: datetime) -> None:
        """The warm-up of those numbers that never called begins. Not a change that `updated_at` tells of."""
        begin = text("update number set first_used_at = :now where id = any(cast(:ids as uuid[])) and first_used_at is null")
        await self._session.execute(begin, {"now": now, "ids": sorted(numbers)})
