"""Keeps the health of caller IDs: rests the blocked, quarantines those whose calls nobody picks up, lets the rested call again.

The rules are `domain/caller_id`. Of an active number `rests_until` tells when its last rest was over, or when a person put it back:
nothing older than that is held against it.
"""

import uuid
from datetime import timedelta
from itertools import groupby
from typing import Any

from structlog import get_logger

from control_plane.audit.service import record
from control_plane.db.models import Number
from control_plane.db.unit import Unit, open_unit
from control_plane.domain.caller_id import BLOCKS_PER_DAY, REHEARSAL_RESTS, RESTS, REVIEW_WINDOW, quarantines
from control_plane.trunks.repository import NumberHealthRepository

log = get_logger(__name__)


async def rest_if_blocked(unit: Unit, number_id: uuid.UUID) -> None:
    """A call from this number was blocked by analytics: it rests, and at the second block of a day a person has to look at it."""
    repository = NumberHealthRepository(unit.session)
    number = await repository.lock(number_id)
    if number is None or number.health == "quarantined":
        return
    since = unit.now - timedelta(days=1)
    if number.health == "active" and number.rests_until is not None:
        since = max(since, number.rests_until)
    if await repository.blocks_since(number.id, since) >= BLOCKS_PER_DAY and not number.is_rehearsal:
        _set(unit, number, "quarantined", f"Carriers blocked it as unwanted {BLOCKS_PER_DAY} times within a day.")
        return
    number.rests_until = unit.now + (REHEARSAL_RESTS if number.is_rehearsal else RESTS).number
    _set(unit, number, "resting", "A carrier blocked a call of it as unwanted.")


async def review_numbers(ctx: dict[str, Any]) -> None:
    """Cron: end the rests that are over, and compare every real number with the others of its workspace."""
    async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system") as unit:
        repository = NumberHealthRepository(unit.session)
        for number in await repository.rested(unit.now):
            _set(unit, number, "active", "")
            unit.nudges.add("tick")
        records = await repository.records(unit.now - REVIEW_WINDOW)
        for _, pool in groupby(records, key=lambda row: row[0]):
            for number_id, reason in quarantines(number for _, number in pool).items():
                number = await repository.lock(number_id)
                if number is not None and number.health == "active":
                    _set(unit, number, "quarantined", reason)


def _set(unit: Unit, number: Number, health: str, reason: str) -> None:
    before = {"health": number.health, "health_reason": number.health_reason}
    number.health, number.health_reason, number.updated_at = health, reason, unit.now
    after = {"health": health, "health_reason": reason}
    record(unit, number.workspace_id, f"number.{health}", "number", number.id, before, after)
    log.info("number_health", number_id=str(number.id), health=health, reason=reason)
