"""Background work on records. Each task may run twice or never."""

import uuid
from contextlib import AbstractAsyncContextManager
from typing import Any

from control_plane.db.unit import Unit, open_unit
from control_plane.kit.queue import Nudge
from control_plane.records import erasure
from control_plane.records.repository import unfinished_erasures
from control_plane.records.retention import apply_retention
from control_plane.workspaces.repository import WorkspaceRepository

_ACTOR = "system"


async def finish_erasure(ctx: dict[str, Any], erasure_id: str) -> None:
    """Delete the files of an erased person."""
    async with _unit(ctx) as unit:
        await erasure.finish_erasure(unit, ctx["storage"], uuid.UUID(erasure_id))


async def sweep_erasures(ctx: dict[str, Any]) -> None:
    """Find erasures whose nudge was lost."""
    async with ctx["sessions"]() as session:
        unfinished = await unfinished_erasures(session)
    await ctx["queue"].send([Nudge("finish_erasure", str(erasure_id)) for erasure_id in unfinished])


async def retain(ctx: dict[str, Any]) -> None:
    """Delete what is over its time, workspace by workspace."""
    async with ctx["sessions"]() as session:
        workspaces = await WorkspaceRepository(session).ids()
    for workspace_id in workspaces:
        await apply_retention(lambda: _unit(ctx), ctx["storage"], workspace_id)


def _unit(ctx: dict[str, Any]) -> AbstractAsyncContextManager[Unit]:
    return open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor=_ACTOR)
