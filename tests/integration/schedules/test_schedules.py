"""Schedules as people make and change them."""

from typing import Any

from control_plane.db.models import Call, ScheduleRun
from sip_config.contract import Outcome
from tests.fixtures.api import Api
from tests.integration.schedules.conftest import CALLEE, Desk


async def test_a_schedule_answers_with_its_plan_in_words_and_the_next_five_runs(desk: Desk) -> None:
    body = {"cron": "0 14 * * 1", "time_zone": "Europe/Berlin", "metadata": {"crm": 7}, "variables": {"topic": "sleep"}}
    made = await desk.schedule(**body)
    assert made["in_words"] == "every Monday at 14:00 (Europe/Berlin)"
    days = ["2026-11-30", "2026-12-07", "2026-12-14", "2026-12-21", "2026-12-28"]
    assert made["next_runs"] == [f"{day}T13:00:00Z" for day in days]
    assert (made["state"], made["next_run_at"], made["runs_made"]) == ("active", made["next_runs"][0], 0)
    assert (made["metadata"], made["variables"], made["agenda"]) == ({"crm": 7}, {"topic": "sleep"}, None)
    assert await desk.get(f"/schedules/{made['id']}") == made
    assert (await desk.get("/schedules", contact_id=desk.contact_id, state="active"))["items"] == [made]
    assert (await desk.get("/schedules", state="paused"))["items"] == []


async def test_the_zone_is_the_workspaces_unless_said(desk: Desk) -> None:
    assert (await desk.schedule(cron="0 9 * * *"))["time_zone"] == (await desk.get("/workspace"))["time_zone"]


async def test_a_limited_plan_shows_no_more_runs_than_it_has(desk: Desk) -> None:
    assert len((await desk.schedule(max_runs=2))["next_runs"]) == 2
    once = await desk.schedule(cron=None, run_at="2026-11-24T09:00:00+01:00", time_zone="Europe/Berlin")
    assert (once["next_runs"], once["in_words"]) == (["2026-11-24T08:00:00Z"], "once on Tuesday, 24 November 2026 at 09:00 (Europe/Berlin)")


NO_PLAN: list[tuple[dict[str, Any], str]] = [
    ({"cron": "61 * * * *"}, "cron"),
    ({"cron": "0 0 30 2 *"}, "cron"),
    ({"cron": None}, "cron"),
    ({"cron": None, "run_at": "2026-11-23T14:59:59Z"}, "run_at"),
    ({"ends_on": "2026-11-01"}, "cron"),
    ({"time_zone": "Mars/Olympus"}, "time_zone"),
    ({"contact_id": None}, "contact_id"),
    ({"phone_number": CALLEE}, "contact_id"),
    ({"contact_id": None, "phone_number": "12"}, "phone_number"),
    ({"attempts": {"max_total": 0}}, "attempts.max_total"),
    ({"interval": 2}, "starts_on"),
    ({"latest_start_s": 1}, "latest_start_s"),
    ({"favourite_colour": "blue"}, "favourite_colour"),
]


async def test_what_makes_no_plan_is_refused_with_the_field(desk: Desk) -> None:
    for fields, field in NO_PLAN:
        problem = await desk.schedule(400, **fields)
        assert problem["errors"][0]["field"].startswith(field), problem


async def test_a_change_of_the_plan_counts_from_now_on(desk: Desk) -> None:
    made = await desk.schedule()
    changed = (await desk.api.manager.patch(f"/schedules/{made['id']}", json={"cron": "30 16 * * *", "time_zone": "UTC"})).json()
    assert changed["next_runs"][0] == "2026-11-23T16:30:00Z"
    once = (await desk.api.manager.patch(f"/schedules/{made['id']}", json={"run_at": "2026-11-25T10:00:00Z"})).json()
    assert (once["cron"], once["next_runs"]) == (None, ["2026-11-25T10:00:00Z"])
    number = (await desk.api.manager.patch(f"/schedules/{made['id']}", json={"phone_number": "+1 202 555 0102"})).json()
    assert (number["contact_id"], number["phone_number"]) == (None, "+12025550102")
    words = (await desk.api.manager.patch(f"/schedules/{made['id']}", json={"agenda": "Sleep", "name": "Nights"})).json()
    assert (words["agenda"], words["name"], words["next_runs"]) == ("Sleep", "Nights", once["next_runs"])


async def test_what_is_paused_makes_no_runs_and_goes_on_with_the_next_one(desk: Desk) -> None:
    made = await desk.schedule()
    for _ in range(2):
        paused = await desk.post(f"/schedules/{made['id']}/pause")
        assert (paused["state"], paused["next_run_at"], paused["next_runs"]) == ("paused", None, [])
    await desk.pass_time(hours=5, minutes=10)
    for _ in range(2):
        resumed = await desk.post(f"/schedules/{made['id']}/resume")
        assert (resumed["state"], resumed["next_run_at"]) == ("active", "2026-11-23T21:00:00Z")
    assert await desk.count(ScheduleRun) == 0


async def test_a_pause_takes_back_calls_that_nobody_has_heard_of_yet(desk: Desk) -> None:
    made = await desk.schedule()
    await desk.pass_time(hours=1)
    await desk.post(f"/schedules/{made['id']}/pause")
    (run,) = await desk.runs(made)
    assert (run["state"], run["reasons"], run["calls"][0]["state"]) == ("canceled", ["The schedule was paused."], "released")


async def test_a_pause_lets_a_phone_that_rings_go_on_and_the_run_with_it(desk: Desk) -> None:
    made = await desk.schedule()
    await desk.pass_time(hours=1)
    call = await desk.newest_call()
    async with desk.api.sessions.begin() as session:
        (await session.get_one(Call, call.id)).state = "ringing"
    await desk.post(f"/schedules/{made['id']}/pause")
    assert [run["state"] for run in await desk.runs(made)] == ["calling"]
    await desk.ends_after_talk(call, Outcome.SUCCESS)
    assert [run["state"] for run in await desk.runs(made)] == ["completed"]


async def test_what_has_run_for_the_last_time_is_finished_and_can_be_planned_anew(desk: Desk) -> None:
    made = await desk.schedule(max_runs=1)
    await desk.pass_time(hours=1)
    finished = await desk.get(f"/schedules/{made['id']}")
    assert (finished["state"], finished["next_runs"], finished["runs_made"]) == ("finished", [], 1)
    assert (await desk.post(f"/schedules/{made['id']}/pause", status=409))["code"] == "schedule_finished"
    assert (await desk.post(f"/schedules/{made['id']}/resume", status=409))["code"] == "schedule_finished"
    again = (await desk.api.manager.patch(f"/schedules/{made['id']}", json={"max_runs": 2})).json()
    assert (again["state"], again["next_runs"]) == ("active", ["2026-11-23T17:00:00Z"])


async def test_a_run_beside_the_plan_is_made_at_once_and_changes_nothing_of_it(desk: Desk) -> None:
    made = await desk.schedule(agenda="Sleep", metadata={"crm": 7})
    run = await desk.post(f"/schedules/{made['id']}/run-now", status=202)
    assert (run["trigger"], run["state"], run["calls"][0]["state"]) == ("person", "calling", "queued")
    call = await desk.get(f"/calls/{run['calls'][0]['id']}")
    assert (call["purpose"], call["schedule_run_id"], call["to"], call["metadata"]) == ("schedule", run["id"], CALLEE, {"crm": 7})
    assert (await desk.get(f"/schedules/{made['id']}"))["next_run_at"] == made["next_run_at"]
    assert await desk.runs(made) == [run]


async def test_a_run_beside_the_plan_to_somebody_who_is_never_called_is_refused_and_not_kept(desk: Desk) -> None:
    made = await desk.schedule()
    await desk.post("/suppressions", {"e164": CALLEE, "reason": "asked"}, 201)
    problem = await desk.post(f"/schedules/{made['id']}/run-now", status=409)
    assert (problem["code"], await desk.runs(made)) == ("suppressed", [])


async def test_a_deleted_schedule_goes_with_its_runs_and_its_calls_stay(desk: Desk) -> None:
    made = await desk.schedule()
    await desk.pass_time(hours=1)
    assert (await desk.api.manager.delete(f"/schedules/{made['id']}")).status_code == 204
    assert (await desk.api.viewer.get(f"/schedules/{made['id']}")).status_code == 404
    assert (await desk.count(ScheduleRun), await desk.count(Call)) == (0, 1)
    call = await desk.newest_call()
    assert (call.state, call.schedule_run_id) == ("released", None)


async def test_an_assistant_of_a_schedule_cannot_be_deleted(desk: Desk) -> None:
    await desk.schedule()
    answer = await desk.api.manager.delete(f"/assistants/{desk.assistant_id}")
    assert (answer.status_code, "a schedule" in answer.json()["detail"]) == (409, True)


async def test_what_belongs_to_another_workspace_cannot_be_scheduled(api: Api, desk: Desk) -> None:
    theirs = await api.stranger.post("/contacts", json={"name": "X", "phones": [{"e164": CALLEE}]})
    assert (await desk.schedule(404, contact_id=theirs.json()["id"]))["code"] == "contact_not_found"
    assistant = await api.stranger.post("/assistants", json={"name": "X", "system_prompt": "Be kind."})
    assert (await desk.schedule(404, assistant_id=assistant.json()["id"]))["code"] == "assistant_not_found"


async def test_who_is_erased_is_on_no_schedule_any_more(desk: Desk) -> None:
    by_contact, by_number = await desk.schedule(), await desk.schedule(contact_id=None, phone_number=CALLEE)
    await desk.post(f"/contacts/{desk.contact_id}/erase", status=202)
    for made in (by_contact, by_number):
        assert (await desk.api.viewer.get(f"/schedules/{made['id']}")).status_code == 404
