"""Background work on what the gate says of many. Each task carries an id, looks at the row first, and may run twice or never."""

import uuid
from typing import Any

from control_plane.db.unit import open_unit
from control_plane.explanations.newcomers import judge_some
from control_plane.explanations.preview_history import Kind
from control_plane.explanations.preview_repository import NOBODY


async def judge_newcomers(ctx: dict[str, Any], campaign_id: str) -> None:
    """Close whom a campaign has just taken in and may never call. Some at a time, so that no claim waits for it."""
    known: dict[object, Kind] = {}
    last: uuid.UUID | None = NOBODY
    while last is not None:
        async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system") as unit:
            last = await judge_some(unit, uuid.UUID(campaign_id), last, known)
