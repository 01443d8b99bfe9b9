"""What one assistant is to call a person for at about the same time is one call, and every run of it says so and follows its end."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from control_plane.appointments.tasks import keep_reminders
from control_plane.calls.continuity import continuity_of
from control_plane.calls.giving_way import ANOTHER_CALL
from control_plane.db.models import Call
from control_plane.schedules.merging import CARRIES, MERGED, WAITS
from control_plane.schedules.tasks import call_runs, claim_schedules
from sip_config.contract import Outcome
from tests.integration.schedules.conftest import Desk

DAILY, TEN_PAST = "0 16 * * *", "10 16 * * *"


async def _two(desk: Desk, **fields: Any) -> tuple[Any, Any]:
    """One at 16:00 UTC, in an hour, and one ten minutes later."""
    return await desk.schedule(cron=DAILY, agenda="Ask about the pills."), await desk.schedule(
        **{"cron": TEN_PAST, "agenda": "Ask about the dog.", **fields}
    )


async def test_two_schedules_a_few_minutes_apart_are_one_call_that_is_about_both(desk: Desk) -> None:
    pills, dog = await _two(desk)
    await desk.pass_time(hours=1)
    call, (host,), (guest,) = await desk.newest_call(), await desk.runs(pills), await desk.runs(dog)
    assert (guest["state"], guest["merged_into"], guest["reasons"]) == ("calling", str(call.id), [MERGED])
    assert (host["state"], host["merged_into"], host["reasons"]) == ("calling", None, [CARRIES])
    assert guest["planned_at"] == "2026-11-23T16:10:00Z"
    assert [line for line in call.request["agenda"].splitlines() if line[0].isdigit()] == [
        "1. Ask about the pills.",
        "2. Ask about the dog.",
    ]
    assert (await desk.get(f"/schedules/{dog['id']}"))["next_run_at"] == "2026-11-24T16:10:00Z"
    await desk.pass_time(minutes=12)
    assert await desk.count(Call) == 1
    await desk.ends_after_talk(call, Outcome.SUCCESS)
    runs = [(await desk.runs(schedule))[0] for schedule in (pills, dog)]
    assert [(run["state"], [each["id"] for each in run["calls"]]) for run in runs] == [("completed", [str(call.id)])] * 2


async def test_what_nobody_answered_is_tried_again_in_one_call(desk: Desk) -> None:
    again = {"attempts": {"max_total": 2, "ladder": {"no_answer": {"delays_s": [600]}}}}
    pills, dog = await desk.schedule(cron=DAILY, **again), await desk.schedule(cron=DAILY, **again)
    await desk.pass_time(hours=1)
    await desk.ends_unanswered(await desk.newest_call())
    await desk.pass_time(minutes=15)
    assert await desk.count(Call) == 2
    await desk.ends_unanswered(await desk.newest_call())
    assert [(await desk.runs(each))[0]["state"] for each in (pills, dog)] == ["failed", "failed"]


async def test_plans_that_wait_for_the_gate_are_one_call_when_it_opens(desk: Desk) -> None:
    quiet = {"ranges": [{"days": ["mon"], "start": "10:00", "end": "15:00"}]}
    assert (await desk.api.manager.put(f"/contacts/{desk.contact_id}/quiet-times", json=quiet)).status_code == 200
    late = {"latest_start_s": 6 * 3600}
    pills, dog = await desk.schedule(cron=DAILY, **late), await desk.schedule(cron="0 18 * * *", **late)
    await desk.pass_time(hours=1)
    await desk.pass_time(hours=2)
    (run,) = await desk.runs(dog)
    assert (run["merged_into"], await desk.count(Call)) == ((await desk.runs(pills))[0]["calls"][0]["id"], 1)


async def test_a_run_that_waits_for_the_gate_is_made_in_the_call_of_a_reminder_that_waits_for_it_later(desk: Desk) -> None:
    quiet = {"ranges": [{"days": ["mon"], "start": "10:00", "end": "15:00"}]}
    assert (await desk.api.manager.put(f"/contacts/{desk.contact_id}/quiet-times", json=quiet)).status_code == 200
    pills = await desk.schedule(cron=DAILY, latest_start_s=6 * 3600, agenda="Ask about the pills.")
    await desk.pass_time(hours=1)
    alone = await desk.newest_call()
    starts_at = (desk.now + timedelta(hours=7)).isoformat()
    body = {"contact_id": desk.contact_id, "assistant_id": desk.assistant_id, "starts_at": starts_at, "reminder_offsets_s": [6 * 3600]}
    await desk.post("/appointments", body, 201)
    desk.api.clock.advance(timedelta(hours=1))
    await keep_reminders(desk.ctx)
    await desk.work()
    call, (run,) = await desk.newest_call(), await desk.runs(pills)
    assert (run["state"], run["merged_into"], MERGED in run["reasons"]) == ("calling", str(call.id), True)
    assert "2. Ask about the pills." in call.request["agenda"]
    async with desk.api.sessions() as session:
        given_up = await session.get_one(Call, alone.id)
    assert (given_up.state, given_up.failure, await desk.count(Call)) == ("released", MERGED, 2)
    await desk.ends_after_talk(call, Outcome.SUCCESS, outcome_label="confirmed")
    assert (await desk.runs(pills))[0]["state"] == "completed"


async def test_pausing_a_schedule_takes_out_of_the_call_what_it_was_about(desk: Desk) -> None:
    pills, dog = await _two(desk)
    await desk.pass_time(hours=1)
    await desk.post(f"/schedules/{dog['id']}/pause")
    assert (await desk.newest_call()).request == {"agenda": "Ask about the pills."}
    assert (await desk.runs(dog))[0]["state"] == "canceled"
    (run,) = await desk.runs(pills)
    assert (run["state"], run["reasons"]) == ("calling", [])


async def test_when_the_schedule_that_calls_is_paused_the_other_calls_by_itself(desk: Desk) -> None:
    pills, dog = await _two(desk)
    await desk.pass_time(hours=1)
    await desk.post(f"/schedules/{pills['id']}/pause")
    await desk.work()
    run, call = (await desk.runs(dog))[0], await desk.newest_call()
    assert (run["state"], run["merged_into"], run["reasons"], run["calls"][0]["id"]) == ("calling", None, [], str(call.id))
    assert (call.state, call.request["agenda"]) == ("queued", "Ask about the dog.")


async def test_when_the_call_is_ended_by_hand_only_its_own_plan_is_given_up(desk: Desk) -> None:
    pills, dog = await _two(desk)
    await desk.pass_time(hours=1)
    ended = await desk.newest_call()
    await desk.post(f"/calls/{ended.id}/end", status=202)
    await desk.work()
    await desk.pass_time(minutes=5)
    (run,), call = await desk.runs(dog), await desk.newest_call()
    assert (await desk.runs(pills))[0]["state"] == "canceled"
    assert (run["state"], run["merged_into"], MERGED in run["reasons"], run["calls"][0]["id"]) == ("calling", None, False, str(call.id))
    assert call.id != ended.id


UNSAFE: list[dict[str, Any]] = [
    {"welcome_message": "Good day."},
    {"variables": {"city": "Rome"}},
    {"metadata": {"checkup_type": "crisis_follow_up"}},
    {"assistant": "other"},
]


@pytest.mark.parametrize("fields", UNSAFE, ids=lambda fields: next(iter(fields)))
async def test_what_is_not_safe_to_say_in_one_breath_is_moved(desk: Desk, fields: dict[str, Any]) -> None:
    if "assistant" in fields:
        fields = {"assistant_id": await desk.other_assistant()}
    _, other = await _two(desk, **fields)
    await desk.pass_time(hours=1)
    await desk.pass_time(minutes=10)
    (run,) = await desk.runs(other)
    assert (run["state"], run["merged_into"], run["reasons"]) == ("due", None, [ANOTHER_CALL])


async def test_a_checkup_and_a_reminder_of_an_appointment_are_one_call_whose_answer_settles_both(desk: Desk) -> None:
    checkup = await desk.post("/checkups", {"contact_id": desk.contact_id, "assistant_id": desk.assistant_id}, 201)
    at = (await desk.get(f"/schedules/{checkup['schedule_id']}"))["next_run_at"]
    desk.api.clock.advance(_until(desk, at) - timedelta(minutes=1))
    soon = (desk.now + timedelta(minutes=9, hours=2)).isoformat()
    body = {"contact_id": desk.contact_id, "assistant_id": desk.assistant_id, "starts_at": soon, "reminder_offsets_s": [7200]}
    appointment = await desk.post("/appointments", body, 201)
    await desk.pass_time(minutes=1)
    schedule = {"id": checkup["schedule_id"]}
    assert ((await desk.runs(schedule))[0]["reasons"], await desk.count(Call)) == ([WAITS], 0)
    desk.api.clock.advance(timedelta(minutes=8))
    await keep_reminders(desk.ctx)
    call, (run,) = await desk.newest_call(), await desk.runs(schedule)
    assert (run["merged_into"], call.request["outcome_labels"][0]) == (str(call.id), "confirmed")
    assert all(words in call.request["agenda"] for words in ("Remind Ada Miller", "check-up"))
    async with desk.api.sessions() as session:
        known = await continuity_of(session, call, (), "UTC")
    # So a stop is asked about, too.
    assert (known.memory.checkup_type, known.schedule_id) == ("wellness", checkup["schedule_id"])
    await desk.ends_after_talk(call, Outcome.SUCCESS, outcome_label="confirmed")
    await keep_reminders(desk.ctx)
    assert (await desk.get(f"/appointments/{appointment['id']}"))["status"] == "confirmed"
    assert (await desk.get(f"/checkups/{checkup['id']}"))["kept"] == 1


async def _reminder_in(desk: Desk, **span: float) -> None:
    """An appointment of which the person is to be reminded so much later, by the same assistant."""
    starts_at = (desk.now + timedelta(hours=2, **span)).isoformat()
    body = {"contact_id": desk.contact_id, "assistant_id": desk.assistant_id, "starts_at": starts_at, "reminder_offsets_s": [7200]}
    await desk.post("/appointments", body, 201)


async def test_a_run_goes_on_waiting_while_nobody_has_come_to_the_reminder_that_is_due(desk: Desk) -> None:
    schedule = await desk.schedule(cron=DAILY, agenda="Ask about the pills.")
    await _reminder_in(desk, minutes=69)
    await desk.pass_time(hours=1)
    for minutes in (10, 1, 1):
        await desk.pass_time(minutes=minutes)
        (run,) = await desk.runs(schedule)
        assert (run["state"], run["reasons"], await desk.count(Call)) == ("due", [WAITS], 0)
    await keep_reminders(desk.ctx)
    await desk.work()
    call, (run,) = await desk.newest_call(), await desk.runs(schedule)
    assert (run["merged_into"], await desk.count(Call)) == (str(call.id), 1)


async def test_a_run_waits_for_no_reminder_that_nobody_comes_to_for_ten_minutes(desk: Desk) -> None:
    schedule = await desk.schedule(cron=DAILY)
    await _reminder_in(desk, minutes=69)
    await desk.pass_time(hours=1)
    await desk.pass_time(minutes=20)
    (run,) = await desk.runs(schedule)
    assert (run["state"], run["merged_into"], await desk.count(Call)) == ("calling", None, 1)


async def test_a_run_waits_for_no_reminder_after_which_it_could_not_begin_any_more(desk: Desk) -> None:
    schedule = await desk.schedule(cron=DAILY, latest_start_s=600)
    await _reminder_in(desk, minutes=69, seconds=50)
    await desk.pass_time(hours=1)
    (run,) = await desk.runs(schedule)
    assert (run["state"], run["reasons"], await desk.count(Call)) == ("calling", [], 1)


async def test_a_reminder_takes_along_a_run_that_nobody_has_claimed_yet(desk: Desk) -> None:
    schedule = await desk.schedule(cron=DAILY, agenda="Ask about the pills.")
    starts_at = (desk.now + timedelta(hours=3)).isoformat()
    body = {"contact_id": desk.contact_id, "assistant_id": desk.assistant_id, "starts_at": starts_at, "reminder_offsets_s": [7200 - 120]}
    await desk.post("/appointments", body, 201)
    desk.api.clock.advance(timedelta(hours=1, minutes=2))
    await keep_reminders(desk.ctx)
    await desk.work()
    call, (run,) = await desk.newest_call(), await desk.runs(schedule)
    assert (run["merged_into"], run["planned_at"], await desk.count(Call)) == (str(call.id), "2026-11-23T16:00:00Z", 1)


async def test_workers_that_look_at_once_make_each_run_once(desk: Desk) -> None:
    made = [await desk.schedule(cron=DAILY, name=name) for name in ("Pills", "Dog", "Talk")]
    desk.api.clock.advance(timedelta(hours=1))
    await claim_schedules(desk.ctx)
    await asyncio.gather(*(call_runs(desk.ctx) for _ in range(4)))
    runs = [await desk.runs(schedule) for schedule in made]
    assert ([len(each) for each in runs], await desk.count(Call)) == ([1, 1, 1], 1)
    assert sorted(each[0]["merged_into"] is None for each in runs) == [False, False, True]


def _until(desk: Desk, at: str) -> timedelta:
    return desk.now.fromisoformat(at) - desk.now
