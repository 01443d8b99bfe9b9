"""SQL of the calendars in which the agent of a call books."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import AssistantVersion, Calendar, Call
from sip_config.contract import BookableCalendar


async def calendars_of_call(session: AsyncSession, call_id: uuid.UUID) -> Sequence[Calendar]:
    """Those of the assistant's version that makes the call, in its order."""
    query = select(Call.workspace_id, AssistantVersion.config).join(AssistantVersion, AssistantVersion.id == Call.assistant_version_id)
    workspace_id, config = (await session.execute(query.where(Call.id == call_id))).one()
    return await calendars_named(session, workspace_id, config)


async def calendars_named(session: AsyncSession, workspace_id: uuid.UUID, config: Mapping[str, Any]) -> Sequence[Calendar]:
    """Those that an assistant's configuration names and that are there, in its order."""
    ids = [uuid.UUID(each) for each in config.get("calendar_ids") or ()]
    if not ids:
        return ()
    found = await session.scalars(select(Calendar).where(Calendar.workspace_id == workspace_id, Calendar.id.in_(ids)))
    return sorted(found, key=lambda each: ids.index(each.id))


def bookable(rows: Iterable[Calendar]) -> tuple[BookableCalendar, ...]:
    """As an agent is told of them."""
    return tuple(BookableCalendar(row.name, row.time_zone, row.title) for row in rows)


async def bookable_calendars(session: AsyncSession, call_id: uuid.UUID) -> tuple[BookableCalendar, ...]:
    """As the agent of a call is told of its own."""
    return bookable(await calendars_of_call(session, call_id))
