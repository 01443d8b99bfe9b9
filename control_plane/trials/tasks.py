"""Trying an assistant's parts after it was saved."""

import asyncio
import uuid
from typing import Any

from structlog import get_logger

from control_plane.db.unit import open_unit
from control_plane.domain.errors import CallwrightError
from control_plane.trials.repository import TrialRepository
from control_plane.trials.room import TrialRoom
from control_plane.trials.service import TrialService, tried

log = get_logger(__name__)
_AT_ONCE = asyncio.Semaphore(2)
"""Of a process: they wait for agents, and dials go before them."""


async def probe_assistant(ctx: dict[str, Any], assistant_id: str) -> None:
    """Nobody waits for it: where it cannot be done now, the assistant keeps its last result."""
    room: TrialRoom = ctx["trial_room"]
    async with _AT_ONCE:
        try:
            await _probe(ctx, room, uuid.UUID(assistant_id))
        except CallwrightError as error:
            log.info("assistant_not_probed", assistant_id=assistant_id, why=error.code)


async def _probe(ctx: dict[str, Any], room: TrialRoom, assistant_id: uuid.UUID) -> None:
    work = (ctx["sessions"], ctx["queue"], ctx["clock"])
    async with open_unit(*work, actor="system") as unit:
        workspace_id = await TrialRepository(unit.session, uuid.UUID(int=0)).workspace_of(assistant_id)
        if workspace_id is None:
            return
        trial_id = await TrialService(unit, workspace_id, room).begin_probe(assistant_id)
    found = await tried(room, trial_id)
    async with open_unit(*work, actor="system") as unit:
        await TrialService(unit, workspace_id, room).keep(assistant_id, found)
