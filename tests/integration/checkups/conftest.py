"""A person with a safety network, and the tasks of schedules and check-ups run by hand on a clock that the test sets."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from control_plane.checkups.tasks import keep_checkups
from control_plane.db.models import Call
from control_plane.schedules.tasks import call_runs, claim_schedules, follow_runs
from tests.fixtures.world import World, world
from tests.integration.followups.conftest import Care, care

__all__ = ["care", "world"]
CONSENT = "Agreed on the phone."


@dataclass
class Checks:
    care: Care
    sister: str
    neighbour: str

    @property
    def world(self) -> World:
        return self.care.world

    async def checkup(self, **fields: Any) -> Any:
        network = [{"contact_id": each, "consent": CONSENT} for each in (self.sister, self.neighbour)]
        given = {"contact_id": self.care.contact_id, "assistant_id": self.care.assistant_id, "safety_contacts": network, "tries": 2}
        return await self.world.ours.post("/checkups", given | fields)

    async def shown(self, checkup: Any) -> Any:
        return await self.world.ours.get(f"/checkups/{checkup['id']}")

    async def work(self, *, after: timedelta = timedelta(0)) -> None:
        """What the task worker does, `after` so much more time."""
        self.world.clock.advance(after)
        for task in (claim_schedules, call_runs, follow_runs, call_runs, keep_checkups):
            await task(self.world.ctx)

    async def calls(self, to: str = "") -> list[Call]:
        return [call for call in await self.care.calls() if not to or str(call.contact_id) == to]

    async def last(self) -> Call:
        return (await self.care.calls())[-1]

    async def nobody_answers(self) -> None:
        await self.care.ends(await self.last(), network_result="no_answer", counts_as_attempt=True)
        await self.work()

    async def is_due(self, **fields: Any) -> Any:
        """A check-up whose first call is made."""
        made = await self.checkup(**fields)
        await self.work(after=datetime.fromisoformat(made["next_at"]) - self.world.clock.now())
        return made

    async def is_carried(self, **fields: Any) -> Any:
        """A check-up whose first try is made in the call of something else, five minutes early."""
        made = await self.checkup(**fields)
        at = datetime.fromisoformat(made["next_at"]) - timedelta(minutes=5)
        plan = {"name": "Talk", "run_at": at.isoformat(), "time_zone": "UTC"}
        whom = {"assistant_id": self.care.assistant_id, "contact_id": self.care.contact_id}
        await self.world.ours.post("/schedules", plan | whom)
        await self.work(after=at - self.world.clock.now())
        return made

    async def is_missed(self) -> Any:
        """A check-up whose two calls nobody has answered."""
        made = await self.is_due()
        await self.nobody_answers()
        await self.work(after=timedelta(minutes=16))
        await self.nobody_answers()
        return made


@pytest.fixture
async def checks(care: Care) -> Checks:
    made = [
        await care.world.ours.post("/contacts", {"name": name, "phones": [{"e164": e164}]})
        for name, e164 in (("Bea", "+12025550102"), ("Cleo", "+12025550103"))
    ]
    return Checks(care, made[0]["id"], made[1]["id"])
