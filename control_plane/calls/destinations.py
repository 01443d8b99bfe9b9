"""To whom a call can be put through: the destinations of its assistant's version, and operators who are there now.

Agents and whoever else asks name one of them; which number that is, only the control plane knows.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.calls.destination_repository import operators_of, version_config_of
from control_plane.db.models import Call, Operator
from control_plane.db.unit import Unit
from control_plane.domain.calling_window import DAYS, minutes_of_day


async def destinations_of(session: AsyncSession, call: Call, now: datetime) -> Mapping[str, str]:
    """Numbers by name. An assistant's own destination stands above an operator of the same name."""
    config = await version_config_of(session, call)
    own = {each["name"]: each["e164"] for each in (config.get("transfer") or {}).get("destinations") or ()}
    return {row.name: row.e164 for row in await operators_of(session, call) if is_there(row, now)} | own


async def destination_names(unit: Unit, call_id: uuid.UUID) -> tuple[str, ...]:
    """As the agent of a call that there is may name them."""
    return tuple(sorted(await destinations_of(unit.session, await unit.session.get_one(Call, call_id), unit.now)))


def is_there(row: Operator, now: datetime) -> bool:
    """By the clock of the operator's zone."""
    local = now.astimezone(ZoneInfo(row.time_zone))
    minute, day = local.hour * 60 + local.minute, DAYS[local.weekday()]
    return not row.weekly or any(day in each["days"] and _covers(each, minute) for each in row.weekly)


def _covers(hours: Mapping[str, Any], minute: int) -> bool:
    return minutes_of_day(hours["start"], "start") <= minute < minutes_of_day(hours["end"], "end")
