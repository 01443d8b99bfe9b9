"""SQL of the calendars in which the agent of a call books."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import AssistantVersion, Calendar, Call
from sip_config.contract import BookableCalendar


async def calendars_of_call(session: AsyncSession, call_id: uuid.UUID) -> Sequence[Calendar]:
    """Those of the assistant's version that makes the call, in its order."""
    query = select(Call.workspace_id, AssistantVersion.config).join(AssistantVersion, AssistantVersion.id == Call.assistant_version_id)
    workspace_id, config = (await session.execute(query.where(Call.id == call_id))).one()
    ids = [uuid.UUID(each) for each in config.get("calendar_ids") or ()]
    if not ids:
        return ()
    found = await session.scalars(select(Calendar).where(Calendar.workspace_id == workspace_id, Calendar.id.in_(ids)))
    return sorted(found, key=lambda each: ids.index(each.id))


async def bookable_calendars(session: AsyncSession, call_id: uuid.UUID) -> tuple[BookableCalendar, ...]:
    """As the agent is told of them."""
    return tuple(BookableCalendar(row.name, row.time_zone, row.title) for row in await calendars_of_call(session, call_id))
