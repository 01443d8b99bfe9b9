"""A person who can be called on a rehearsal trunk, and the task of follow-ups run by hand on a clock that the test sets."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from control_plane.db.models import Call, Trunk
from control_plane.followups.tasks import keep_follow_ups
from tests.fixtures.world import World, world

__all__ = ["world"]
ADA = "+12025550101"
HOUR = 3600


@dataclass
class Care:
    world: World
    contact_id: str
    assistant_id: str

    async def follow_up(self, **fields: Any) -> Any:
        given = {"contact_id": self.contact_id, "assistant_id": self.assistant_id, "reason": "Sounded lost."}
        return await self.world.ours.post("/follow-ups", given | fields)

    async def shown(self, follow_up: Any) -> Any:
        return await self.world.ours.get(f"/follow-ups/{follow_up['id']}")

    async def keep(self, *, after: timedelta = timedelta(0)) -> None:
        """What the cron does, `after` so much more time."""
        self.world.clock.advance(after)
        await keep_follow_ups(self.world.ctx)

    async def calls(self) -> list[Call]:
        async with self.world.app.state.sessions() as session:
            return list(await session.scalars(select(Call).order_by(Call.id)))

    async def ends(self, call: Call, state: str = "ended", **facts: Any) -> None:
        await self.world.change_call(call.id, state=state, **facts)

    async def is_reached(self, call: Call) -> None:
        await self.ends(call, answered_by="human", outcome="success", network_result="answered")

    async def opt_out(self, e164: str = ADA) -> None:
        await self.world.ours.post("/suppressions", {"e164": e164, "reason": "asked"})


@pytest.fixture
async def care(world: World) -> Care:
    contact = await world.ours.post("/contacts", {"name": "Ada", "phones": [{"e164": ADA}]})
    await world.number(synced=True)
    async with world.app.state.sessions.begin() as session:
        await session.execute(update(Trunk).values(livekit_outbound_trunk_id="ST_test"))
    return Care(world, contact["id"], await world.assistant())
