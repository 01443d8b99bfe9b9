"""Background work of the platform itself."""

from typing import Any

from control_plane.workspaces.idempotency import KEPT
from control_plane.workspaces.idempotency_repository import IdempotencyRepository


async def forget_old_answers(ctx: dict[str, Any]) -> None:
    """Drop answers whose keys need not be known any more. Once an hour is plenty."""
    async with ctx["sessions"].begin() as session:
        await IdempotencyRepository(session).forget_before(ctx["clock"].now() - KEPT)
