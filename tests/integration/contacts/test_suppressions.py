"""Numbers that are never to be called."""

import uuid
from typing import Any

import pytest

from control_plane.contacts.suppressions import suppress
from control_plane.contacts.tasks import run_number_import, sweep_imports
from control_plane.db.unit import open_unit
from tests.fixtures.world import World

NUMBER = "+12025550101"


async def test_a_suppression_is_made_once_checked_and_lifted(world: World) -> None:
    made = await world.ours.post("/suppressions", {"e164": "+1 202 555 0101", "reason": "asked by letter", "evidence": "letter 12"})
    assert (made["e164"], made["scope"], made["source"]) == (NUMBER, "workspace", "api")
    again = await world.ours.post("/suppressions", {"e164": NUMBER, "reason": "another"}, 200)
    assert (again["id"], again["reason"]) == (made["id"], "asked by letter")
    check = await world.ours.get("/suppressions/check", e164=NUMBER)
    assert check["is_suppressed"]
    assert not (await world.theirs.get("/suppressions/check", e164=NUMBER))["is_suppressed"]
    await world.theirs.delete(f"/suppressions/{made['id']}", 404)
    await world.ours.delete(f"/suppressions/{made['id']}")
    assert not (await world.ours.get("/suppressions/check", e164=NUMBER))["is_suppressed"]


async def test_a_campaigns_own_suppression_counts_for_that_campaign_only(world: World) -> None:
    campaign = await world.campaign()
    await world.ours.post("/suppressions", {"e164": NUMBER, "scope": "campaign", "campaign_id": campaign["id"]})
    assert not (await world.ours.get("/suppressions/check", e164=NUMBER))["is_suppressed"]
    assert (await world.ours.get("/suppressions/check", e164=NUMBER, campaign_id=campaign["id"]))["is_suppressed"]
    assert len((await world.ours.get("/suppressions", scope="campaign"))["items"]) == 1
    assert (await world.ours.get("/suppressions", scope="workspace"))["items"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"e164": "12"}, 400),
        ({"e164": NUMBER, "scope": "campaign"}, 400),
        ({"e164": NUMBER, "campaign_id": str(uuid.uuid4())}, 400),
        ({"e164": NUMBER, "scope": "campaign", "campaign_id": str(uuid.uuid4())}, 404),
        ({"e164": NUMBER, "source": "me"}, 400),
    ],
)
async def test_wrong_suppressions_are_refused(world: World, body: Any, status: int) -> None:
    await world.ours.post("/suppressions", body, status)
    assert (await world.ours.get("/suppressions"))["items"] == []


async def test_waiting_contacts_without_another_number_are_closed(world: World) -> None:
    csv = f"name,phone,mobile\nAda,{NUMBER},\nBob,{NUMBER[:-1]}2,{NUMBER}\n"
    campaign = await world.campaign(csv)
    await world.ours.post(f"/campaigns/{campaign['id']}/start", status=200)
    await world.ours.post("/suppressions", {"e164": NUMBER})
    await world.run_tasks()
    bob, ada = (await world.ours.get(f"/campaigns/{campaign['id']}/enrollments"))["items"]
    assert (ada["contact_name"], ada["state"], bob["state"]) == ("Ada", "suppressed", "waiting")
    await world.ours.post("/suppressions", {"e164": f"{NUMBER[:-1]}2"})
    await world.run_tasks()
    assert (await world.ours.get(f"/campaigns/{campaign['id']}"))["execution_status"] == "completed"


async def test_an_opt_out_within_a_call_is_written_once_with_its_evidence(world: World) -> None:
    call_id = uuid.uuid4()
    async with open_unit(world.app.state.sessions, world.queue, world.clock, actor=f"call:{call_id}") as unit:
        facts: dict[str, Any] = {"reason": "asked not to be called again", "source": "call", "evidence": "stop calling", "call_id": call_id}
        _, first = await suppress(unit, world.ours.workspace_id, NUMBER, **facts)
        _, second = await suppress(unit, world.ours.workspace_id, NUMBER, **facts)
    assert (first, second) == (True, False)
    (found,) = (await world.ours.get("/suppressions"))["items"]
    assert (found["call_id"], found["evidence"]) == (str(call_id), "stop calling")


async def test_whoever_comes_onto_an_imported_list_is_closed_at_once_unless_another_number_is_left(world: World) -> None:
    csv = f"name,phone,mobile\nAda,{NUMBER},\nBob,{NUMBER[:-1]}2,{NUMBER}\nCarla,{NUMBER[:-1]}3,\n"
    campaign = await world.campaign(csv)
    await world.ours.post(f"/campaigns/{campaign['id']}/start", status=200)
    query = {"source": "us_national", "list_date": "2026-11-03"}
    headers, path = {"Content-Type": "text/csv"}, "/api/v1/suppressions/imports"
    await world.theirs.client.post(path, content=f"{NUMBER[:-1]}3\n".encode(), headers=headers, params=query)
    answer = await world.ours.client.post(path, content=f"{NUMBER}\n".encode(), headers=headers, params=query)
    assert answer.status_code == 202, answer.text
    assert (await world.run_tasks()).count("stop_listed") == 2
    found = {e["contact_name"]: e for e in (await world.ours.get(f"/campaigns/{campaign['id']}/enrollments"))["items"]}
    assert {name: e["state"] for name, e in found.items()} == {"Ada": "suppressed", "Bob": "waiting", "Carla": "waiting"}
    assert found["Ada"]["closed_reason"] == "The number stands on the list us_national."


async def test_a_list_whose_task_was_lost_is_found_by_the_sweep_once(world: World) -> None:
    campaign = await world.campaign(f"name,phone\nAda,{NUMBER}\n")
    await world.ours.post(f"/campaigns/{campaign['id']}/start", status=200)
    headers, path = {"Content-Type": "text/csv"}, "/api/v1/suppressions/imports?source=us_national&list_date=2026-11-03"
    accepted = (await world.ours.client.post(path, content=f"{NUMBER}\n".encode(), headers=headers)).json()
    await run_number_import(world.ctx, accepted["id"])
    # Redis was away when the import was over: nothing that was nudged arrives.
    world.queue.sent.clear()
    await sweep_imports(world.ctx)
    assert await world.run_tasks() == ["stop_listed"]
    (ada,) = (await world.ours.get(f"/campaigns/{campaign['id']}/enrollments"))["items"]
    assert ada["state"] == "suppressed"
    await sweep_imports(world.ctx)
    assert await world.run_tasks() == []
