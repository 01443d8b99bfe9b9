"""To whom a call can be put through: the destinations of its assistant's version, and operators who are there now.

Agents and whoever else asks name one of them; which number that is, only the control plane knows.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.calls.destination_repository import operators_of, version_config_of
from control_plane.db.models import Call, Operator
from control_plane.db.unit import Unit
from control_plane.domain.calling_window import DAYS, minutes_of_day

WARM = "warm"


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who takes calls over; `is_warm`: told first what it is about, and asked whether they do. `is_operator`: one of the
    workspace's, and no destination of the assistant's own."""

    e164: str
    is_warm: bool
    is_operator: bool = False


async def destinations_of(session: AsyncSession, call: Call, now: datetime) -> Mapping[str, Named]:
    """Who can be named in a call. An assistant's own destination stands above an operator of the same name."""
    return await destinations_by(session, await version_config_of(session, call), (call.workspace_id, call.assistant_id), now)


async def destinations_by(
    session: AsyncSession, config: Mapping[str, Any], whose: tuple[uuid.UUID, uuid.UUID | None], now: datetime
) -> Mapping[str, Named]:
    """The same by an assistant's configuration; `whose` are its workspace and itself."""
    own = {each["name"]: Named(each["e164"], each.get("mode") == WARM) for each in (config.get("transfer") or {}).get("destinations") or ()}
    there = [row for row in await operators_of(session, *whose) if is_there(row, now)]
    return {row.name: Named(row.e164, row.mode == WARM, is_operator=True) for row in there} | own


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
