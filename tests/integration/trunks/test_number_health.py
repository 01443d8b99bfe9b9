"""The watch over real caller IDs: figures quarantine, blocks add up, a person puts a number back, and rests end by themselves."""

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from control_plane.db.models import Assistant, Call, Number
from control_plane.db.unit import open_unit
from control_plane.kit.ids import new_id
from control_plane.trunks.number_health import rest_if_blocked, review_numbers
from tests.fixtures.world import NOON, World

DAY = timedelta(days=1)


async def numbers_with_calls(world: World, *answered_of_forty: int) -> list[str]:
    """Real numbers with forty calls each, so many of them answered by somebody who talked for a minute."""
    made = []
    assistant_id = uuid.UUID(await world.assistant())
    for i, answered in enumerate(answered_of_forty):
        number_id = await world.number(f"+1415888267{i}", rehearsal=False)
        async with world.app.state.sessions() as session:
            number = await session.get_one(Number, uuid.UUID(number_id))
            version_id = (await session.get_one(Assistant, assistant_id)).published_version_id
        await world.add(*(_call(number, assistant_id, version_id, was_answered=n < answered) for n in range(40)))
        made.append(number_id)
    return made


def _call(number: Number, assistant_id: uuid.UUID, version_id: uuid.UUID, *, was_answered: bool, **facts: Any) -> Call:
    at = NOON - timedelta(hours=5)
    talked = {"answered_at": at, "ended_at": at + timedelta(minutes=1)} if was_answered else {}
    columns: dict[str, Any] = {
        "id": new_id(),
        "workspace_id": number.workspace_id,
        "purpose": "campaign",
        "assistant_id": assistant_id,
        "assistant_version_id": version_id,
        "trunk_id": number.trunk_id,
        "is_rehearsal": False,
        "from_number_id": number.id,
        "from_e164": number.e164,
        "to_e164": "+14158882650",
        "state": "ended",
        "due_at": at,
        "created_at": at,
        "dialing_at": at,
        "ringing_timeout_s": 28,
        "max_duration_s": 600,
        "network_result": "answered" if was_answered else "no_answer",
    }
    return Call(**(columns | talked | facts))


async def test_a_number_that_few_answer_is_quarantined_until_a_person_puts_it_back(world: World) -> None:
    poor, good = await numbers_with_calls(world, 1, 25)
    await review_numbers(world.ctx)
    shown = await world.ours.get(f"/numbers/{poor}")
    assert (shown["health"], shown["health_reason"]) == ("quarantined", "2 % of its calls of two days were answered, of all 32 %.")
    assert (await world.ours.get(f"/numbers/{good}"))["health"] == "active"
    await world.ours.patch(f"/numbers/{poor}", {"health": "active"})
    await review_numbers(world.ctx)
    assert (await world.ours.get(f"/numbers/{poor}"))["health"] == "active"


async def test_calls_of_another_workspace_are_no_part_of_the_pool(world: World) -> None:
    (alone,) = await numbers_with_calls(world, 1)
    await review_numbers(world.ctx)
    assert (await world.ours.get(f"/numbers/{alone}"))["health"] == "active"


async def test_the_second_block_of_a_day_needs_a_person(world: World) -> None:
    (number_id,) = await numbers_with_calls(world, 20)
    for health in ("resting", "quarantined"):
        async with world.app.state.sessions() as session:
            number = await session.get_one(Number, uuid.UUID(number_id))
            assistant_id, version_id = (await session.execute(select(Call.assistant_id, Call.assistant_version_id).limit(1))).one()
        await world.add(_call(number, assistant_id, version_id, was_answered=False, network_result="blocked_analytics"))
        async with open_unit(world.app.state.sessions, world.queue, world.clock, actor="system") as unit:
            await rest_if_blocked(unit, number.id)
        assert (await world.ours.get(f"/numbers/{number_id}"))["health"] == health


async def test_a_rest_ends_by_itself_after_a_week(world: World) -> None:
    number_id = await world.number("+14158882699", rehearsal=False)
    async with open_unit(world.app.state.sessions, world.queue, world.clock, actor="system") as unit:
        await rest_if_blocked(unit, uuid.UUID(number_id))
    shown = await world.ours.get(f"/numbers/{number_id}")
    assert (shown["health"], shown["rests_until"]) == ("resting", (NOON + 7 * DAY).isoformat().replace("+00:00", "Z"))
    world.clock.advance(7 * DAY)
    await review_numbers(world.ctx)
    assert (await world.ours.get(f"/numbers/{number_id}"))["health"] == "active"


async def test_a_person_can_take_a_number_out_of_use(world: World) -> None:
    number_id = await world.number("+14158882699", rehearsal=False)
    shown = await world.ours.patch(f"/numbers/{number_id}", {"health": "quarantined"})
    assert (shown["health"], shown["health_reason"]) == ("quarantined", "Taken out of use by a person.")
    await world.ours.patch(f"/numbers/{number_id}", {"health": "resting"}, status=400)
