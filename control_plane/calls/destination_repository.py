"""SQL of those to whom a call can be put through."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import AssistantVersion, Call, Operator


async def version_config_of(session: AsyncSession, call: Call) -> dict[str, Any]:
    return (await session.get_one(AssistantVersion, call.assistant_version_id)).config


async def operators_of(session: AsyncSession, workspace_id: uuid.UUID, assistant_id: uuid.UUID | None) -> Sequence[Operator]:
    """Those who take calls of the assistant, by name."""
    takes = or_(func.cardinality(Operator.assistant_ids) == 0, Operator.assistant_ids.contains([assistant_id]))
    query = select(Operator).where(Operator.workspace_id == workspace_id, Operator.is_active, takes)
    return (await session.scalars(query.order_by(Operator.name))).all()
