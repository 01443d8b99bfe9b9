"""Whom the chaos suite calls: contacts on fictional numbers, each with a script, some of them behind one number."""

import random
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import AssistantVersion, Campaign, CampaignNumber, Number, Trunk
from control_plane.db.session import create_engine, create_sessions
from control_plane.kit.ids import new_id
from tests.chaos.plan import Shape, Side
from tests.factories import rows

AREAS = (202, 212, 213, 305, 312, 404, 415, 512, 617, 702, 713, 718, 206, 214, 303, 410, 503, 602, 619, 916)
SCRIPTS = {
    "talks": 46,
    "busy talks": 12,
    "hangs_up talks": 10,
    "voicemail talks": 8,
    "opts_out": 8,
    "declined talks": 6,
    "invalid": 4,
    "rings_out talks": 4,
    "busy": 2,
}
"""Weights in percent."""
LIVEKIT_SCRIPTS = {"silent": 60, "busy": 12, "answers-late": 12, "declined": 6, "no-such-number": 4, "rings-out": 6}
"""Of the rehearsal's callees (rehearsal/callees)."""
THROTTLED = ("throttled talks",) * 2
"""The first contacts: a carrier throttles because of the rate, not of the number, and each such answer halves the trunk's rate."""
SHARED_NUMBERS = 0.05
CAPPED_CALLER, SIDE_CALLER = "+12025550198", "+12025550197"
OUR_OWN = {(202, 99), (202, 98), (202, 97)}
"""Numbers that call."""
MAX_DURATION_S = 30


@dataclass(frozen=True, slots=True)
class Seeded:
    workspace_id: uuid.UUID
    campaign_id: uuid.UUID
    numbers: tuple[str, ...]


async def seed_contacts(url: str, seed: int, shape: Shape) -> Seeded:
    """A running campaign on a rehearsal trunk, and what the shape has beside it; the same for the same seed."""
    people, engine = _People(random.Random(seed), shape), create_engine(url)
    try:
        async with create_sessions(engine, "unused").begin() as session:
            columns = {"attempts": {"max_total": shape.max_total}, "max_concurrent_calls": shape.campaign_calls}
            world = await rows.world(session, calls_per_second=shape.calls_per_second, lines=shape.lines, **columns)
            world.workspace.max_concurrent_calls = shape.workspace_calls
            version = await session.get_one(AssistantVersion, world.version.id)
            version.config = world.assistant.config = {**version.config, "max_duration_s": MAX_DURATION_S}
            if shape.is_on_livekit:
                world.trunk.livekit_outbound_trunk_id, world.trunk.sync_state = None, "pending"
            await people.enroll(session, world, shape.contacts)
            if shape.side is not None:
                await people.enroll(session, await _side(session, world, shape, shape.side), shape.side.contacts)
    finally:
        await engine.dispose()
    return Seeded(world.workspace.id, world.campaign.id, tuple(people.numbers))


class _People:
    """Makes contacts; some share a number with one who was made before."""

    def __init__(self, chance: random.Random, shape: Shape) -> None:
        self._chance = chance
        self._free = iter([f"+1{area}55501{i:02d}" for area in AREAS for i in range(100) if (area, i) not in OUR_OWN])
        self._scripts, first = (LIVEKIT_SCRIPTS, ()) if shape.is_on_livekit else (SCRIPTS, THROTTLED)
        self._first = list(first)
        self.numbers: list[str] = []

    async def enroll(self, session: AsyncSession, world: rows.World, many: int) -> None:
        for _ in range(many):
            is_shared = self.numbers and self._chance.random() < SHARED_NUMBERS
            number = self._chance.choice(self.numbers) if is_shared else next(self._free)
            script = self._first.pop() if self._first else self._chance.choices(list(self._scripts), list(self._scripts.values()))[0]
            self.numbers.append(number)
            person = await rows.contact(session, world, number, attributes={"rehearsal_script": script})
            await rows.enroll(session, world, person, due_at=datetime.now(UTC))


async def _side(session: AsyncSession, world: rows.World, shape: Shape, side: Side) -> rows.World:
    """The second trunk with a number for the first campaign and one for the second, which is the world's that is returned."""
    trunk = Trunk(
        id=new_id(),
        workspace_id=world.workspace.id,
        name="side",
        provider="rehearsal",
        is_rehearsal=True,
        address="127.0.0.1",
        calls_per_second=Decimal(shape.calls_per_second),
        max_concurrent_calls=side.lines,
        livekit_outbound_trunk_id="ST_side",
        sync_state="synced",
    )
    session.add(trunk)
    await session.flush()
    of_trunk = {"workspace_id": world.workspace.id, "trunk_id": trunk.id, "is_rehearsal": True}
    capped = Number(id=new_id(), e164=CAPPED_CALLER, daily_cap=side.number_a_day, **of_trunk)
    own = Number(id=new_id(), e164=SIDE_CALLER, **of_trunk)
    campaign = Campaign(
        id=new_id(),
        workspace_id=world.workspace.id,
        name="Side",
        execution_status="running",
        rule_pack="rehearsal",
        attempts={"max_total": shape.max_total},
        ring_timeout_s=15,
        daily_cap=side.campaign_a_day,
        assistant_id=world.assistant.id,
        assistant_version_id=world.version.id,
    )
    session.add_all([capped, own, campaign])
    await session.flush()
    session.add(CampaignNumber(campaign_id=world.campaign.id, number_id=capped.id))
    session.add(CampaignNumber(campaign_id=campaign.id, number_id=own.id))
    await session.flush()
    return replace(world, trunk=trunk, number=own, campaign=campaign)
