"""Whom the chaos suite calls: contacts on fictional numbers, each with a script, some of them behind one number."""

import random
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from control_plane.db.models import AssistantVersion
from control_plane.db.session import create_engine, create_sessions
from tests.chaos.plan import Shape
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
MAX_DURATION_S = 30


@dataclass(frozen=True, slots=True)
class Seeded:
    workspace_id: uuid.UUID
    campaign_id: uuid.UUID
    numbers: tuple[str, ...]


async def seed_contacts(url: str, seed: int, shape: Shape) -> Seeded:
    """A running campaign on a rehearsal trunk; the same for the same seed."""
    chance = random.Random(seed)
    free = iter([f"+1{area}55501{i:02d}" for area in AREAS for i in range(100) if (area, i) != (202, 99)])
    engine, numbers = create_engine(url), []
    try:
        async with create_sessions(engine, "unused").begin() as session:
            columns = {"attempts": {"max_total": shape.max_total}}
            world = await rows.world(session, calls_per_second=shape.calls_per_second, lines=shape.lines, **columns)
            version = await session.get_one(AssistantVersion, world.version.id)
            version.config = world.assistant.config = {**version.config, "max_duration_s": MAX_DURATION_S}
            if shape.is_on_livekit:
                world.trunk.livekit_outbound_trunk_id, world.trunk.sync_state = None, "pending"
            scripts, first = (LIVEKIT_SCRIPTS, ()) if shape.is_on_livekit else (SCRIPTS, THROTTLED)
            for i in range(shape.contacts):
                number = chance.choice(numbers) if numbers and chance.random() < SHARED_NUMBERS else next(free)
                script = first[i] if i < len(first) else chance.choices(list(scripts), list(scripts.values()))[0]
                numbers.append(number)
                person = await rows.contact(session, world, number, attributes={"rehearsal_script": script})
                await rows.enroll(session, world, person, due_at=datetime.now(UTC))
    finally:
        await engine.dispose()
    return Seeded(world.workspace.id, world.campaign.id, tuple(numbers))
