"""May this contact be called now, and if not, why and when? In sentences, from the same gate as the claim's."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from control_plane.db.models import Call, Campaign, Consent, Enrollment, GateVerdict, Trunk, Workspace
from control_plane.kit.ids import new_id
from tests.fixtures.world import World

PHOENIX, LOS_ANGELES = "+16024567890", "+12134567890"
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]
NINE_TO_FIVE = {"weekly": [{"days": WEEKDAYS, "start": "09:00", "end": "17:00"}]}
MONDAY_0841_IN_PHOENIX = datetime(2026, 11, 23, 15, 41, tzinfo=UTC)


async def _consent(world: World, e164: str, purpose: str = "informational", **fields: Any) -> uuid.UUID:
    row = Consent(
        id=new_id(),
        workspace_id=world.ours.workspace_id,
        e164=e164,
        purpose=purpose,
        basis="written",
        source="the form on our page",
        granted_at=datetime(2026, 1, 1, tzinfo=UTC),
        recorded_by="api",
        **fields,
    )
    await world.add(row)
    return row.id


async def _running(world: World, csv: str, **fields: Any) -> tuple[Any, Any]:
    """A campaign to real numbers that runs, and its only enrollment."""
    number = await world.number("+14155552671", rehearsal=False, synced=True)
    campaign = await world.campaign(f"name,phone\n{csv}\n", number_ids=[number], **fields)
    await world.ours.post(f"/campaigns/{campaign['id']}/start", status=200)
    (enrollment,) = (await world.ours.get(f"/campaigns/{campaign['id']}/enrollments"))["items"]
    return campaign, enrollment


async def _explained(world: World, enrollment: Any) -> Any:
    return await world.ours.get(f"/enrollments/{enrollment['id']}/explain")


async def _change(world: World, kind: Any, row_id: Any, **values: Any) -> None:
    async with world.app.state.sessions.begin() as session:
        await session.execute(update(kind).where(kind.id == uuid.UUID(str(row_id))).values(**values))


async def test_a_closed_window_is_explained_in_the_contacts_own_time(world: World) -> None:
    world.clock.advance(MONDAY_0841_IN_PHOENIX - world.clock.now())
    consent_id = await _consent(world, PHOENIX)
    attempts = {"max_total": 6, "max_per_day": 3}
    _, enrollment = await _running(world, f"Ada,{PHOENIX}", window=NINE_TO_FIVE, attempts=attempts)
    told = await _explained(world, enrollment)
    assert (told["may_dial"], told["decision"]) == (False, "wait")
    assert told["reasons"] == [{"code": "outside_window", "sentence": "08:41 in Phoenix; the window opens 09:00."}]
    assert told["summary"] == "08:41 in Phoenix; the window opens 09:00. 0 of 3 attempts used today, 0 of 6 in all."
    assert told["next_possible_at"] == "2026-11-23T16:00:00Z"
    (zone,) = told["zones"]
    assert (zone["time_zone"], zone["local_time"], zone["is_open"]) == ("America/Phoenix", "2026-11-23T08:41:00-07:00", False)
    assert zone["opens_at"] == "2026-11-23T09:00:00-07:00"
    assert {(h["source"], *h["weekly"]) for h in told["hours"]} >= {("rules", "mon–sun 08:00–21:00"), ("campaign", "mon–fri 09:00–17:00")}
    assert {pack["name"] for pack in told["packs"]} == {"us", "us-az"}
    assert {c["certainty"] for pack in told["packs"] for c in pack["citations"]} <= {"sourced", "conflicting", "from_memory", "ours"}
    assert (told["consent"]["id"], told["consent"]["basis"]) == (str(consent_id), "written")
    assert told["caller"]["from_number"] == "+14155552671"


async def test_an_open_window_lets_the_call_go_and_says_who_would_call(world: World) -> None:
    world.clock.advance(MONDAY_0841_IN_PHOENIX + timedelta(hours=1) - world.clock.now())
    await _consent(world, PHOENIX)
    _, enrollment = await _running(world, f"Ada,{PHOENIX}", window=NINE_TO_FIVE)
    told = await _explained(world, enrollment)
    assert (told["may_dial"], told["decision"], told["reasons"], told["next_possible_at"]) == (True, "dial", [], None)
    assert told["summary"].startswith("May be called now.")
    assert told["caller"]["sentence"]
    (number,) = told["numbers"]
    assert (number["to"], number["decision"]) == (PHOENIX, "dial")


async def test_a_night_on_which_the_clock_changes_opens_at_the_right_instant(world: World) -> None:
    """Los Angeles leaves daylight saving time on Sunday, 1 November 2026, at 02:00: eight in the morning is an hour later in UTC."""
    world.clock.advance(datetime(2026, 10, 31, 23, 30, tzinfo=UTC) - world.clock.now())
    await _consent(world, LOS_ANGELES)
    window = {"weekly": [{"days": ["sun"], "start": "10:00", "end": "12:00"}]}
    _, enrollment = await _running(world, f"Ada,{LOS_ANGELES}", window=window)
    told = await _explained(world, enrollment)
    assert told["next_possible_at"] == "2026-11-01T18:00:00Z"
    assert told["zones"][0]["local_time"] == "2026-10-31T16:30:00-07:00"
    assert told["zones"][0]["opens_at"] == "2026-11-01T10:00:00-08:00"


async def test_a_missing_consent_is_final_and_nobody_can_say_when(world: World) -> None:
    _, enrollment = await _running(world, f"Ada,{PHOENIX}")
    told = await _explained(world, enrollment)
    assert (told["may_dial"], told["decision"], told["next_possible_at"]) == (False, "never", None)
    assert [reason["code"] for reason in told["reasons"]] == ["consent_missing"]


async def test_obstacles_beside_the_gate_are_told_too(world: World) -> None:
    campaign, enrollment = await _rehearsal(world)
    assert (await _explained(world, enrollment))["may_dial"]

    trunk_id = await _trunk_of(world)
    await _change(world, Trunk, trunk_id, paused_reason="Too many calls failed.")
    told = await _explained(world, enrollment)
    assert (told["decision"], [r["code"] for r in told["reasons"]], told["next_possible_at"]) == ("wait", ["trunk_paused"], None)
    await _change(world, Trunk, trunk_id, paused_reason="")

    due = world.clock.now() + timedelta(hours=3)
    await _change(world, Enrollment, enrollment["id"], due_at=due, waiting_reasons=["To be called again after busy."])
    told = await _explained(world, enrollment)
    assert told["reasons"] == [{"code": "not_due", "sentence": "To be called again after busy."}]
    assert told["next_possible_at"] == "2026-11-23T15:00:00Z"

    await _change(world, Campaign, campaign["id"], execution_status="paused")
    told = await _explained(world, enrollment)
    assert {r["code"] for r in told["reasons"]} == {"campaign_not_running", "not_due"}
    assert told["next_possible_at"] is None
    await _change(world, Campaign, campaign["id"], execution_status="running")

    await world.call(campaign, enrollment, holds_number=True, state="in_progress")
    assert "in_call" in {r["code"] for r in (await _explained(world, enrollment))["reasons"]}


async def test_a_closed_enrollment_says_why_it_is_closed(world: World) -> None:
    _, enrollment = await _rehearsal(world)
    await world.ours.post(f"/enrollments/{enrollment['id']}/skip", status=200)
    told = await _explained(world, enrollment)
    assert (told["decision"], told["state"], told["reasons"][0]["code"]) == ("never", "skipped", "skipped")


async def test_who_has_used_all_attempts_that_the_campaign_allows_by_now_is_not_called_again(world: World) -> None:
    campaign, enrollment = await _rehearsal(world)
    await _change(world, Campaign, campaign["id"], attempts={"max_total": 2})
    await _change(world, Enrollment, enrollment["id"], attempts=2)
    told = await _explained(world, enrollment)
    assert (told["may_dial"], told["decision"], told["next_possible_at"]) == (False, "never", None)
    assert told["reasons"] == [{"code": "exhausted", "sentence": "All 2 attempts are used."}]


async def test_a_halt_has_no_known_end(world: World) -> None:
    _, enrollment = await _rehearsal(world)
    await _change(world, Workspace, world.ours.workspace_id, is_halted=True)
    told = await _explained(world, enrollment)
    assert ([r["code"] for r in told["reasons"]], told["next_possible_at"]) == (["halted"], None)


async def test_explaining_writes_nothing(world: World) -> None:
    _, enrollment = await _rehearsal(world)
    before = await _written(world)
    await _explained(world, enrollment)
    assert await _written(world) == before


async def test_an_enrollment_of_another_workspace_is_not_there(world: World) -> None:
    _, enrollment = await _rehearsal(world)
    problem = await world.theirs.get(f"/enrollments/{enrollment['id']}/explain", status=404)
    assert problem["code"] == "enrollment_not_found"


async def _rehearsal(world: World) -> tuple[Any, Any]:
    campaign = await world.campaign()
    started = await world.ours.post(f"/campaigns/{campaign['id']}/start", status=200)
    (enrollment,) = (await world.ours.get(f"/campaigns/{campaign['id']}/enrollments"))["items"]
    return started, enrollment


async def _trunk_of(world: World) -> uuid.UUID:
    async with world.app.state.sessions() as session:
        return (await session.scalars(select(Trunk.id))).one()


async def _written(world: World) -> tuple[Any, ...]:
    async with world.app.state.sessions() as session:
        counts = [await session.scalar(select(func.count()).select_from(kind)) for kind in (GateVerdict, Call, Enrollment)]
        touched = await session.scalar(select(func.max(Enrollment.updated_at)))
        return *counts, touched
