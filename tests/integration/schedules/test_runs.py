"""Runs: when they are made, what becomes of their calls, and what is told of them."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, update

from control_plane.calls.giving_way import ANOTHER_CALL
from control_plane.db.models import Call, Schedule, Trunk
from control_plane.kit.ids import new_id
from control_plane.kit.metrics import REGISTRY
from control_plane.schedules.tasks import call_runs, claim_schedules
from sip_config.contract import NetworkResult, Outcome
from tests.integration.schedules.conftest import CALLEE, Desk

LADDER = {"max_total": 3, "ladder": {"no_answer": {"delays_s": [600, 600]}}}


async def test_a_run_makes_its_call_when_it_is_due_and_not_before(desk: Desk) -> None:
    made = await desk.schedule()
    await desk.pass_time(minutes=59, seconds=59)
    assert await desk.runs(made) == []
    await desk.pass_time(seconds=1)
    (run,) = await desk.runs(made)
    assert (run["planned_at"], run["state"], run["trigger"], run["reasons"]) == ("2026-11-23T16:00:00Z", "calling", "plan", [])
    assert [(call["attempt"], call["status"]) for call in run["calls"]] == [(1, "pending")]
    assert (await desk.get(f"/schedules/{made['id']}"))["next_run_at"] == "2026-11-23T17:00:00Z"


async def test_the_run_of_a_call_that_reached_somebody_is_completed(desk: Desk) -> None:
    made = await desk.schedule()
    await desk.pass_time(hours=1)
    await desk.ends_after_talk(await desk.newest_call(), Outcome.SUCCESS)
    (run,) = await desk.runs(made)
    assert (run["state"], run["reasons"], run["closed_at"] is not None) == ("completed", ["Outcome success."], True)


async def test_runs_that_are_over_and_delays_of_claims_are_counted(desk: Desk) -> None:
    names = (("callwright_schedule_runs_total", {"state": "completed"}), ("callwright_schedule_delay_seconds_count", {}))
    before = [REGISTRY.get_sample_value(*name) or 0.0 for name in names]
    await desk.schedule()
    await desk.pass_time(hours=1)
    await desk.ends_after_talk(await desk.newest_call(), Outcome.SUCCESS)
    assert [REGISTRY.get_sample_value(*name) for name in names] == [count + 1 for count in before]


async def test_a_run_is_tried_again_by_the_schedules_own_ladder_and_then_has_failed(desk: Desk) -> None:
    made = await desk.schedule(attempts=LADDER)
    await desk.pass_time(hours=1)
    for attempt in (1, 2, 3):
        call = await desk.newest_call()
        assert call.attempt == attempt
        await desk.ends_unanswered(call)
        await desk.pass_time(minutes=12)
    (run,) = await desk.runs(made)
    assert (run["state"], len(run["calls"]), run["reasons"][-1]) == ("failed", 3, "All 3 attempts are used.")


async def test_without_a_ladder_a_run_is_one_call(desk: Desk) -> None:
    made = await desk.schedule()
    await desk.pass_time(hours=1)
    await desk.ends_unanswered(await desk.newest_call(), NetworkResult.BUSY)
    (run,) = await desk.runs(made)
    assert (run["state"], len(run["calls"])) == ("failed", 1)


async def test_another_try_gives_way_to_the_next_run(desk: Desk) -> None:
    made = await desk.schedule(attempts={"max_total": 3, "ladder": {"no_answer": {"delays_s": [7200]}}})
    await desk.pass_time(hours=1)
    await desk.ends_unanswered(await desk.newest_call())
    (run,) = await desk.runs(made)
    assert (run["state"], run["reasons"]) == ("failed", ["Nobody was reached, and the next run comes before another try."])


async def test_a_promised_callback_is_kept_although_the_run_is_one_call(desk: Desk) -> None:
    made = await desk.schedule()
    await desk.pass_time(hours=1)
    at = desk.now + timedelta(minutes=20)
    await desk.ends_after_talk(await desk.newest_call(), Outcome.CALLBACK, callback_at=at)
    await desk.pass_time(minutes=19)
    assert await desk.count(Call) == 1
    await desk.pass_time(minutes=1)
    (run,) = await desk.runs(made)
    assert (run["state"], len(run["calls"])) == ("calling", 2)


async def test_a_call_that_was_put_back_before_the_dial_is_made_again(desk: Desk) -> None:
    made = await desk.schedule()
    await desk.pass_time(hours=1)
    await desk.is_put_back(await desk.newest_call(), "No agent came.")
    await desk.pass_time(seconds=10)
    (run,) = await desk.runs(made)
    assert ([call["state"] for call in run["calls"]], run["reasons"]) == (["released", "queued"], ["No agent came."])


async def test_a_run_whose_call_a_person_ended_is_canceled(desk: Desk) -> None:
    made = await desk.schedule()
    await desk.pass_time(hours=1)
    await desk.post(f"/calls/{(await desk.newest_call()).id}/end", status=202)
    await desk.work()
    (run,) = await desk.runs(made)
    assert (run["state"], run["reasons"]) == ("canceled", ["Ended by request before it was dialled."])


async def test_the_gates_never_is_told_on_the_run(desk: Desk) -> None:
    made = await desk.schedule()
    await desk.post("/suppressions", {"e164": CALLEE, "reason": "asked by letter"}, 201)
    await desk.pass_time(hours=1)
    (run,) = await desk.runs(made)
    assert (run["state"], run["calls"]) == ("refused", [])
    assert run["reasons"] == ["The number is on the suppression list: asked by letter."]


async def test_the_gates_wait_moves_the_call_and_is_told_on_the_run(desk: Desk) -> None:
    quiet = {"ranges": [{"days": ["mon"], "start": "10:00", "end": "11:30"}]}
    assert (await desk.api.manager.put(f"/contacts/{desk.contact_id}/quiet-times", json=quiet)).status_code == 200
    made = await desk.schedule(latest_start_s=7200)
    await desk.pass_time(hours=1)
    (run,) = await desk.runs(made)
    assert (run["state"], run["calls"][0]["due_at"], len(run["reasons"])) == ("calling", "2026-11-23T16:30:00Z", 1)


async def test_one_cap_counts_campaigns_and_schedules_of_a_person(desk: Desk) -> None:
    """The 50 calls in 24 hours that the rehearsal rules allow were made by others; the run would have to wait for longer than it may."""
    made = await desk.schedule()
    await desk.pass_time(hours=1)
    first = await desk.newest_call()
    await desk.ends_unanswered(first)
    columns = {c.name: getattr(first, c.name) for c in Call.__table__.columns} | {"schedule_run_id": None, "state": "ended"}
    calls = [columns | {"id": new_id(), "purpose": "campaign", "dialing_at": desk.now, "claimed_at": desk.now} for _ in range(49)]
    async with desk.api.sessions.begin() as session:
        await session.execute(insert(Call), calls)
    await desk.pass_time(hours=1)
    run = (await desk.runs(made))[-1]
    assert (run["state"], run["calls"]) == ("refused", [])
    assert "The contact has been called 50 times within 24 hours." in run["reasons"]


@pytest.mark.parametrize("result", ["throttled", "congestion", "network_error", "media_error", "config_error"])
async def test_what_a_carrier_or_our_side_kept_from_the_person_leaves_the_run_its_call(desk: Desk, result: str) -> None:
    """49 of the 50 calls in 24 hours have been made; a call that was heard of would be the last."""
    made = await desk.schedule()
    await desk.pass_time(hours=1)
    first = await desk.newest_call()
    columns = {c.name: getattr(first, c.name) for c in Call.__table__.columns} | {"schedule_run_id": None, "state": "ended"}
    calls = [columns | {"id": new_id(), "purpose": "campaign", "dialing_at": desk.now, "claimed_at": desk.now} for _ in range(49)]
    async with desk.api.sessions.begin() as session:
        await session.execute(insert(Call), calls)
    await desk.ends_unanswered(first, NetworkResult(result))
    await desk.pass_time(seconds=2)
    (run,) = await desk.runs(made)
    assert (run["state"], [call["network_result"] for call in run["calls"]]) == ("calling", [result, None])


@pytest.mark.parametrize("result", ["throttled", "config_error"])
async def test_a_carrier_that_takes_no_call_at_all_makes_a_run_miss_its_latest_start(desk: Desk, result: str) -> None:
    made = await desk.schedule(latest_start_s=60)
    await desk.pass_time(hours=1)
    for _ in range(4):
        await desk.ends_unanswered(await desk.newest_call(), NetworkResult(result))
        await desk.pass_time(seconds=20)
    (run,) = await desk.runs(made)
    assert (run["state"], len(run["calls"]), run["start_by"]) == ("missed", 4, "2026-11-23T16:01:00Z")
    assert run["reasons"][-1] == "No call has come through, and another try would come after the latest start."


async def test_a_network_that_fails_once_at_the_latest_start_does_not_end_a_run(desk: Desk) -> None:
    made = await desk.schedule(latest_start_s=60)
    await desk.pass_time(hours=1)
    await desk.pass_time(seconds=59)
    await desk.ends_unanswered(await desk.newest_call(), NetworkResult.NETWORK_ERROR)
    await desk.pass_time(seconds=2)
    (run,) = await desk.runs(made)
    assert (run["state"], len(run["calls"])) == ("calling", 2)


async def test_two_schedules_of_a_person_by_two_assistants_that_meet_are_two_calls_with_a_rest_between(desk: Desk) -> None:
    made = [await desk.schedule(), await desk.schedule(assistant_id=await desk.other_assistant())]
    await desk.pass_time(hours=1)
    runs = [(await desk.runs(schedule))[0] for schedule in made]
    assert (sorted(run["state"] for run in runs), await desk.count(Call)) == (["calling", "due"], 1)
    moved = next(schedule for schedule, run in zip(made, runs, strict=True) if run["state"] == "due")
    await desk.pass_time(minutes=5)
    await desk.ends_after_talk(await desk.newest_call(), Outcome.SUCCESS)
    await desk.pass_time(minutes=29)
    assert await desk.count(Call) == 1
    await desk.pass_time(minutes=1)
    run = (await desk.runs(moved))[0]
    assert (run["state"], run["reasons"], await desk.count(Call)) == ("calling", [ANOTHER_CALL], 2)


SECOND = "+12025550102"


async def test_a_schedule_by_number_is_for_the_contact_who_has_the_number(desk: Desk) -> None:
    """Quiet times, caps and rest are the person's, whichever of their numbers the schedule names."""
    answer = await desk.api.manager.patch(f"/contacts/{desk.contact_id}", json={"phones": [{"e164": CALLEE}, {"e164": SECOND}]})
    assert answer.status_code == 200
    made = await desk.schedule(contact_id=None, phone_number=SECOND)
    assert (made["contact_id"], made["callee_contact_id"]) == (None, desk.contact_id)
    assert [each["id"] for each in (await desk.get("/schedules", contact_id=desk.contact_id))["items"]] == [made["id"]]
    other = await desk.post("/calls", {"assistant_id": desk.assistant_id, "contact_id": desk.contact_id}, 202)
    await desk.pass_time(hours=1)
    assert (await desk.runs(made))[0]["reasons"] == [ANOTHER_CALL]
    ended = {"state": "ended", "dialing_at": desk.now, "ended_at": desk.now}
    async with desk.api.sessions.begin() as session:
        await session.execute(update(Call).where(Call.id == UUID(other["id"])).values(**ended))
    await desk.pass_time(minutes=1)
    await desk.pass_time(minutes=30)
    call = await desk.newest_call()
    assert (str(call.contact_id), call.to_e164) == (desk.contact_id, SECOND)


async def test_the_quiet_times_of_a_contact_hold_for_a_schedule_by_number(desk: Desk) -> None:
    every_day = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "start": "06:00", "end": "23:00"}]
    answer = await desk.api.manager.put(f"/contacts/{desk.contact_id}/quiet-times", json={"ranges": every_day})
    assert answer.status_code == 200, answer.text
    made = await desk.schedule(contact_id=None, phone_number=CALLEE)
    await desk.pass_time(hours=1)
    (run,) = await desk.runs(made)
    assert (run["state"], run["calls"]) == ("refused", [])


async def test_a_number_that_several_contacts_have_is_nobodys(desk: Desk) -> None:
    await desk.post("/contacts", {"name": "Bob", "phones": [{"e164": CALLEE}]}, 201)
    made = await desk.schedule(contact_id=None, phone_number=CALLEE)
    assert made["callee_contact_id"] is None
    await desk.pass_time(hours=1)
    assert (await desk.newest_call()).contact_id is None


async def test_whoever_has_a_number_is_left_in_peace_also_where_nobody_knows_who_of_them_is_meant(desk: Desk) -> None:
    other = await desk.post("/contacts", {"name": "Bob", "phones": [{"e164": CALLEE}]}, 201)
    for contact_id, (start, end) in ((desk.contact_id, ("00:00", "12:00")), (other["id"], ("12:00", "23:00"))):
        every_day = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "start": start, "end": end}]
        await desk.api.manager.put(f"/contacts/{contact_id}/quiet-times", json={"ranges": every_day})
    call = await desk.post("/calls", {"assistant_id": desk.assistant_id, "to": CALLEE}, 202)
    due_at = datetime.fromisoformat(call["due_at"]).astimezone(ZoneInfo("America/New_York"))
    assert (due_at.hour, call["contact_id"]) == (23, None)


async def test_plans_that_meet_at_the_same_moment_in_two_workers_are_one_call(desk: Desk) -> None:
    for assistant_id in (desk.assistant_id, await desk.other_assistant()):
        await desk.schedule(assistant_id=assistant_id)
    desk.api.clock.advance(timedelta(hours=1))
    await claim_schedules(desk.ctx)
    await asyncio.gather(*(call_runs(desk.ctx) for _ in range(4)))
    assert await desk.count(Call) == 1


async def test_a_run_that_cannot_be_moved_within_its_latest_start_is_made_at_its_time(desk: Desk) -> None:
    await desk.post("/calls", {"assistant_id": desk.assistant_id, "contact_id": desk.contact_id}, 202)
    await desk.schedule(latest_start_s=60)
    await desk.pass_time(hours=1)
    await desk.pass_time(seconds=40)
    assert await desk.count(Call) == 2


async def test_what_may_be_mended_is_tried_again_until_the_latest_start(desk: Desk) -> None:
    made = await desk.schedule(latest_start_s=300)
    async with desk.api.sessions.begin() as session:
        await session.execute(update(Trunk).values(livekit_outbound_trunk_id=None))
    await desk.pass_time(hours=1)
    (run,) = await desk.runs(made)
    assert (run["state"], run["calls"], len(run["reasons"])) == ("due", [], 1)
    async with desk.api.sessions.begin() as session:
        await session.execute(update(Trunk).values(livekit_outbound_trunk_id="ST_test"))
    await desk.pass_time(seconds=30)
    (run,) = await desk.runs(made)
    assert (run["state"], len(run["calls"])) == ("calling", 1)


async def test_a_call_that_got_no_turn_until_the_latest_start_is_taken_back(desk: Desk) -> None:
    made = await desk.schedule(latest_start_s=600)
    await desk.pass_time(hours=1)
    await desk.pass_time(minutes=10, seconds=1)
    (run,) = await desk.runs(made)
    assert (run["state"], run["reasons"]) == ("missed", ["It could not begin by 2026-11-23 16:10 UTC."])
    assert run["calls"][0]["state"] == "released"


async def test_runs_missed_while_nothing_ran_are_skipped_and_counted(desk: Desk) -> None:
    made = await desk.schedule(latest_start_s=600)
    await desk.pass_time(hours=5, minutes=30)
    (run,) = await desk.runs(made)
    assert (run["state"], run["missed"], run["planned_at"]) == ("missed", 5, "2026-11-23T16:00:00Z")
    assert run["reasons"] == ["5 runs since 2026-11-23 16:00 UTC were missed and could not begin in time."]
    assert (await desk.get(f"/schedules/{made['id']}"))["next_run_at"] == "2026-11-23T21:00:00Z"


async def test_runs_missed_while_nothing_ran_are_made_up_for_once(desk: Desk) -> None:
    made = await desk.schedule(latest_start_s=600, catch_up="run_once")
    await desk.pass_time(hours=5, minutes=30)
    missed, run = await desk.runs(made)
    assert (missed["state"], missed["missed"], missed["planned_at"]) == ("missed", 4, "2026-11-23T16:00:00Z")
    assert (run["state"], run["planned_at"], run["start_by"]) == ("calling", "2026-11-23T20:00:00Z", "2026-11-23T20:40:00Z")
    assert run["reasons"] == ["Made up for after its time, because nobody could begin it then."]


async def test_several_runs_that_are_due_at_once_are_one_call(desk: Desk) -> None:
    made = await desk.schedule(cron="*/10 * * * *")
    await desk.pass_time(minutes=35)
    missed, run = await desk.runs(made)
    assert (missed["missed"], run["planned_at"], run["state"]) == (2, "2026-11-23T15:30:00Z", "calling")
    assert await desk.count(Call) == 1


async def test_a_clock_that_goes_back_repeats_no_run(desk: Desk) -> None:
    made = await desk.schedule()
    await desk.pass_time(hours=1)
    for _ in range(3):
        await desk.pass_time(minutes=-20)
    await desk.pass_time(hours=1)
    assert [run["planned_at"] for run in await desk.runs(made)] == ["2026-11-23T16:00:00Z"]


async def test_a_plan_that_can_no_longer_be_read_is_paused_and_holds_up_no_other(desk: Desk) -> None:
    broken, sound = await desk.schedule(), await desk.schedule()
    async with desk.api.sessions.begin() as session:
        row = await session.get_one(Schedule, broken["id"])
        row.plan = row.plan | {"time_zone": "Atlantis/Center"}
    await desk.pass_time(hours=1)
    async with desk.api.sessions() as session:
        assert (await session.get_one(Schedule, broken["id"])).state == "paused"
    assert len(await desk.runs(sound)) == 1
