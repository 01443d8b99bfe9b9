"""Campaigns start, pause, resume, end, and take in contacts on the way."""

import csv
import io
import uuid
from datetime import timedelta
from typing import Any

from control_plane.campaigns.enrollments import Enrollments
from control_plane.campaigns.lifecycle import fail_campaign
from control_plane.campaigns.tasks import sweep_campaigns
from control_plane.db.unit import open_unit
from control_plane.kit.queue import Nudge
from tests.fixtures.world import NOON, World

PEOPLE = "name,phone,plan\nAda,+12025550101,gold\nBob,+12025550102,\nCleo,+12025550103,silver\n"


async def act(world: World, campaign: Any, action: str, status: int = 200) -> Any:
    return await world.ours.post(f"/campaigns/{campaign['id']}/{action}", status=status)


async def enrolled(world: World, campaign: Any, **query: Any) -> list[Any]:
    """Enrollments in the order of the list."""
    return list(reversed((await world.ours.get(f"/campaigns/{campaign['id']}/enrollments", **query))["items"]))


async def close(world: World, campaign: Any, enrollment: Any, state: str = "done") -> bool:
    """Close an enrollment as settling a call would; True when that completed the campaign."""
    async with open_unit(world.app.state.sessions, world.queue, world.clock, actor="system") as unit:
        enrollments = Enrollments(unit)
        row = await enrollments.lock(uuid.UUID(enrollment["id"]))
        assert row is not None
        await enrollments.close(row, state, "outcome success")
        return await enrollments.complete_campaign_if_finished(uuid.UUID(campaign["id"]))


async def test_start_pins_the_assistant_enrolls_everybody_and_wakes_the_dialer(world: World) -> None:
    campaign = await world.campaign(PEOPLE)
    started = await act(world, campaign, "start")
    assert (started["execution_status"], started["started_at"]) == ("running", "2026-11-23T12:00:00Z")
    assert started["assistant_version_id"] is not None
    rows = await enrolled(world, campaign)
    assert [(r["contact_name"], r["contact_number"], r["state"]) for r in rows] == [
        ("Ada", "+12025550101", "waiting"),
        ("Bob", "+12025550102", "waiting"),
        ("Cleo", "+12025550103", "waiting"),
    ]
    assert {r["due_at"] for r in rows} == {"2026-11-23T12:00:00Z"}
    assert all(uuid.UUID(r["id"]).version == 7 for r in rows)
    assert Nudge("tick") in world.queue.sent
    assert await act(world, campaign, "start") == started


async def test_a_later_start_makes_everybody_due_then(world: World) -> None:
    campaign = await world.campaign(PEOPLE, starts_at=(NOON + timedelta(days=1)).isoformat())
    await act(world, campaign, "start")
    assert {r["due_at"] for r in await enrolled(world, campaign)} == {"2026-11-24T12:00:00Z"}


async def test_start_says_what_is_missing_and_changes_nothing(world: World) -> None:
    unpublished = await world.campaign(assistant_id=await world.assistant(published=False))
    assert "publish it first" in (await act(world, unpublished, "start", 409))["detail"]
    numbers = [await world.number("+14155552671", rehearsal=False)]
    unsynced = await world.campaign(number_ids=numbers)
    assert (await act(world, unsynced, "start", 409))["code"] == "trunk_not_synced"
    empty = await world.campaign(contact_list_ids=[await world.contact_list()])
    assert (await act(world, empty, "start", 409))["code"] == "campaign_without_contacts"
    ends_at = (NOON - timedelta(hours=1)).isoformat()
    over = await world.campaign(ends_at=ends_at)
    assert (await act(world, over, "start", 409))["code"] == "campaign_over"
    for campaign in (unpublished, unsynced, empty, over):
        assert (await world.ours.get(f"/campaigns/{campaign['id']}")) == campaign


async def test_variables_without_a_value_stop_the_start_with_examples(world: World) -> None:
    assistant_id = await world.assistant(system_prompt="You are {assistant_name}.", first_message="Hello {first_name}!")
    campaign = await world.campaign(PEOPLE, assistant_id=assistant_id, prompt="Sell {plan} to {name}.")
    problem = await act(world, campaign, "start", 409)
    assert problem["code"] == "variables_missing"
    assert problem["reasons"] == ["Bob"]
    assert "{plan}" in problem["detail"]
    await world.ours.patch(f"/campaigns/{campaign['id']}", {"prompt": "Sell {plan|the basic plan} to {name}."})
    await act(world, campaign, "start")
    refused = await world.ours.patch(f"/campaigns/{campaign['id']}", {"prompt": "Sell {plan}."}, 409)
    assert refused["code"] == "variables_missing"
    assert (await world.ours.get(f"/campaigns/{campaign['id']}"))["prompt"] == "Sell {plan|the basic plan} to {name}."


async def test_only_the_steps_of_the_table_are_possible(world: World) -> None:
    campaign = await world.campaign(PEOPLE)
    problem = await act(world, campaign, "pause", 409)
    assert problem["code"] == "campaign_transition"
    assert problem["detail"] == "The campaign is idle, so it cannot pause; now you can start or archive it."
    for action, status in (("start", "running"), ("pause", "paused"), ("resume", "running"), ("stop", "stopped"), ("archive", "archived")):
        assert (await act(world, campaign, action))["execution_status"] == status
        assert (await act(world, campaign, action))["execution_status"] == status
    assert (await act(world, campaign, "start", 409))["detail"].endswith("nothing can be done with it any more.")
    assert (await world.ours.patch(f"/campaigns/{campaign['id']}", {"name": "x"}, 409))["code"] == "campaign_archived"
    actions = [entry["action"] for entry in (await world.ours.get(f"/campaigns/{campaign['id']}/log"))["items"]]
    assert actions == [f"campaign.{word}" for word in ("archived", "stopped", "resumed", "paused", "started", "created")]


async def test_resuming_takes_in_new_members_and_leaves_alone_who_is_done(world: World) -> None:
    campaign = await world.campaign(PEOPLE)
    await act(world, campaign, "start")
    ada, bob, _ = await enrolled(world, campaign)
    await close(world, campaign, ada)
    await close(world, campaign, bob, "exhausted")
    await act(world, campaign, "pause")
    await world.ours.upload(campaign["contact_list_ids"][0], b"name,phone\nDan,+12025550104\nAda,+12025550101\n")
    await world.run_tasks()
    assert len(await enrolled(world, campaign)) == 3
    await act(world, campaign, "resume")
    assert [r["state"] for r in await enrolled(world, campaign)] == ["done", "exhausted", "waiting", "waiting"]


async def test_an_import_into_a_running_campaign_enrolls_its_contacts(world: World) -> None:
    campaign = await world.campaign(PEOPLE, prompt="Visit on {visit|some day}.")
    await act(world, campaign, "start")
    world.queue.sent.clear()
    await world.ours.upload(campaign["contact_list_ids"][0], b"name,phone\nDan,+12025550104\n")
    assert "tick" in await world.run_tasks()
    assert [r["contact_name"] for r in await enrolled(world, campaign)] == ["Ada", "Bob", "Cleo", "Dan"]


async def test_late_members_without_a_needed_value_are_skipped_with_the_reason(world: World) -> None:
    campaign = await world.campaign("name,phone,visit\nAda,+12025550101,Monday\n", prompt="Visit on {visit}.")
    await act(world, campaign, "start")
    await world.ours.upload(campaign["contact_list_ids"][0], b"name,phone,visit\nDan,+12025550104,\nEve,+12025550105,Friday\n")
    await world.run_tasks()
    ada, dan, eve = await enrolled(world, campaign)
    assert (ada["state"], dan["state"], eve["state"]) == ("waiting", "skipped", "waiting")
    assert dan["closed_reason"] == "The prompts need {visit}, and the contact lacks at least one."


async def test_contacts_are_added_while_it_runs_all_or_none(world: World) -> None:
    campaign = await world.campaign(PEOPLE, prompt="For {name}.")
    dan = await world.ours.post("/contacts", {"name": "Dan", "phones": [{"e164": "+12025550104"}]})
    nameless = await world.ours.post("/contacts", {"phones": [{"e164": "+12025550105"}]})
    path = f"/campaigns/{campaign['id']}/contacts"
    assert (await world.ours.post(path, {"contact_ids": [dan["id"]]}, 409))["code"] == "campaign_not_running"
    await act(world, campaign, "start")
    assert await world.ours.post(path, {"contact_ids": [dan["id"]]}) == {"enrolled": 1, "already_enrolled": 0}
    assert await world.ours.post(path, {"contact_ids": [dan["id"]]}) == {"enrolled": 0, "already_enrolled": 1}
    assert (await world.ours.post(path, {"contact_ids": [nameless["id"]]}, 409))["reasons"] == ["+12025550105"]
    await world.ours.post(path, {"contact_ids": [dan["id"], str(uuid.uuid4())]}, 404)
    assert len(await enrolled(world, campaign)) == 4


async def test_a_contact_is_skipped_and_called_again_by_hand(world: World) -> None:
    campaign = await world.campaign(PEOPLE)
    await act(world, campaign, "start")
    ada, bob, cleo = await enrolled(world, campaign)
    for _ in range(2):
        skipped = await world.ours.post(f"/enrollments/{ada['id']}/skip", status=200)
        assert (skipped["state"], skipped["closed_reason"], skipped["due_at"]) == ("skipped", "Skipped by hand.", None)
    again = await world.ours.post(f"/enrollments/{ada['id']}/retry", status=200)
    assert (again["state"], again["due_at"], again["closed_reason"]) == ("waiting", "2026-11-23T12:00:00Z", "")
    await close(world, campaign, bob, "suppressed")
    assert (await world.ours.post(f"/enrollments/{bob['id']}/retry", status=409))["code"] == "enrollment_suppressed"
    assert (await world.ours.post(f"/enrollments/{bob['id']}/skip", status=409))["code"] == "enrollment_closed"
    async with open_unit(world.app.state.sessions, world.queue, world.clock, actor="system") as unit:
        row = await Enrollments(unit).lock(uuid.UUID(cleo["id"]))
        assert row is not None
        await Enrollments(unit).claim(row)
    for action in ("skip", "retry"):
        assert (await world.ours.post(f"/enrollments/{cleo['id']}/{action}", status=409))["code"] == "enrollment_in_call"


async def test_the_campaign_completes_with_its_last_contact_unless_more_are_on_their_way(world: World) -> None:
    campaign = await world.campaign("name,phone\nAda,+12025550101\nBob,+12025550102\n")
    await act(world, campaign, "start")
    ada, bob = await enrolled(world, campaign)
    assert not await close(world, campaign, ada)
    accepted = await world.ours.upload(campaign["contact_list_ids"][0], b"name,phone\nCleo,+12025550103\n")
    assert not await close(world, campaign, bob)
    await world.run_tasks()
    assert (await world.ours.get(f"/imports/{accepted['id']}"))["state"] == "completed"
    cleo = (await enrolled(world, campaign))[-1]
    assert await close(world, campaign, cleo)
    done = await world.ours.get(f"/campaigns/{campaign['id']}/status")
    assert (done["execution_status"], done["completed_at"], done["possible_actions"]) == ("completed", "2026-11-23T12:00:00Z", ["archive"])


async def test_members_whose_nudge_was_lost_are_taken_in_before_the_campaign_completes(world: World) -> None:
    campaign = await world.campaign("name,phone\nAda,+12025550101\n")
    await act(world, campaign, "start")
    bob = await world.ours.post("/contacts", {"name": "Bob", "phones": [{"e164": "+12025550102"}]})
    await world.ours.post(f"/contact-lists/{campaign['contact_list_ids'][0]}/contacts", {"contact_ids": [bob["id"]]}, 200)
    world.queue.sent.clear()
    assert not await close(world, campaign, (await enrolled(world, campaign))[0])
    assert [r["state"] for r in await enrolled(world, campaign)] == ["done", "waiting"]


async def test_the_sweep_completes_what_nobody_completed(world: World) -> None:
    campaign = await world.campaign()
    await act(world, campaign, "start")
    async with open_unit(world.app.state.sessions, world.queue, world.clock, actor="system") as unit:
        row = await Enrollments(unit).lock(uuid.UUID((await enrolled(world, campaign))[0]["id"]))
        assert row is not None
        await Enrollments(unit).close(row, "done", "")
    await sweep_campaigns(world.ctx)
    assert (await world.ours.get(f"/campaigns/{campaign['id']}"))["execution_status"] == "completed"


async def test_a_failed_campaign_says_why_and_can_resume(world: World) -> None:
    campaign = await world.campaign()
    await act(world, campaign, "start")
    async with open_unit(world.app.state.sessions, world.queue, world.clock, actor="system") as unit:
        assert await fail_campaign(unit, uuid.UUID(campaign["id"]), "The trunk refuses our credentials.")
    status = await world.ours.get(f"/campaigns/{campaign['id']}/status")
    assert (status["execution_status"], status["status_reason"]) == ("error", "The trunk refuses our credentials.")
    assert (await act(world, campaign, "resume"))["status_reason"] == ""


async def test_status_stats_enrollments_and_export_agree(world: World) -> None:
    campaign = await act(world, await world.campaign(PEOPLE), "start")
    ada, bob, _ = await enrolled(world, campaign)
    times = {"dialing_at": NOON, "answered_at": NOON, "ended_at": NOON + timedelta(seconds=30)}
    told = {"network_result": "answered", "answered_by": "human", "outcome": "success", "outcome_label": "interested"}
    await world.call(campaign, ada, state="ended", network_result="busy", dialing_at=NOON, ended_at=NOON)
    await world.call(campaign, ada, state="ended", **told, **times, summary="=Wants it")
    await world.call(campaign, bob, state="ringing", holds_slot=True, dialing_at=NOON - timedelta(days=1))
    await close(world, campaign, ada)
    status = await world.ours.get(f"/campaigns/{campaign['id']}/status")
    assert status["enrollments"] == {"waiting": 2, "claimed": 0, "done": 1, "exhausted": 0, "suppressed": 0, "skipped": 0, "total": 3}
    assert (status["live_calls"], status["calls_today"]) == (1, 2)
    stats = await world.ours.get(f"/campaigns/{campaign['id']}/stats")
    assert (stats["calls"], stats["answered"], stats["answer_rate"], stats["average_duration_s"]) == (2, 1, 0.5, 30.0)
    assert stats["by_network_result"] == {"busy": 1, "answered": 1}
    assert (stats["by_outcome"], stats["by_outcome_label"]) == ({"success": 1}, {"interested": 1})
    (done,) = await enrolled(world, campaign, state="done")
    assert (done["last_call"]["network_result"], done["last_call"]["summary"]) == ("answered", "=Wants it")
    exported = list(csv.DictReader(io.StringIO(await world.ours.get(f"/campaigns/{campaign['id']}/export.csv"))))
    assert [(row["name"], row["number"], row["state"], row["outcome"]) for row in exported] == [
        ("Ada", "+12025550101", "done", "success"),
        ("Bob", "+12025550102", "waiting", ""),
        ("Cleo", "+12025550103", "waiting", ""),
    ]
    assert exported[0]["summary"] == "'=Wants it"
