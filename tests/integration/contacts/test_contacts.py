"""Contacts and lists over the API."""

import asyncio
import uuid
from typing import Any

import pytest
from sqlalchemy import text

from control_plane.db.models import Call
from tests.fixtures.world import World

ADA = {"name": "Ada", "phones": [{"e164": "+12025550101"}]}


async def test_a_contact_is_created_read_changed_and_deleted(world: World) -> None:
    list_id = await world.contact_list()
    body = {**ADA, "email": "ada@example.com", "score": 7, "attributes": {"plan": "gold", "since": 2019}, "contact_list_ids": [list_id]}
    made = await world.ours.post("/contacts", body)
    assert made["phones"][0]["time_zones"] == ["America/New_York"]
    assert await world.ours.get(f"/contacts/{made['id']}") == made
    assert (await world.ours.get(f"/contact-lists/{list_id}"))["size"] == 1
    changed = await world.ours.patch(f"/contacts/{made['id']}", {"email": None, "attributes": {"plan": "silver"}})
    assert (changed["email"], changed["attributes"], changed["name"], changed["score"]) == (None, {"plan": "silver"}, "Ada", 7)
    await world.ours.delete(f"/contacts/{made['id']}")
    await world.ours.get(f"/contacts/{made['id']}", 404)
    assert (await world.ours.get(f"/contact-lists/{list_id}"))["size"] == 0


async def test_numbers_are_normalised_and_replaced_as_a_whole(world: World) -> None:
    two = [{"e164": "+1 (202) 555-0101", "kind": "mobile"}, {"e164": "+12025550102", "time_zones": ["America/Denver"]}]
    made = await world.ours.post("/contacts", {"phones": two})
    assert [p["e164"] for p in made["phones"]] == ["+12025550101", "+12025550102"]
    assert made["phones"][1]["time_zones"] == ["America/Denver"]
    changed = await world.ours.patch(f"/contacts/{made['id']}", {"phones": [{"e164": "+12025550103"}, {"e164": "+12025550102"}]})
    assert [p["e164"] for p in changed["phones"]] == ["+12025550103", "+12025550102"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"phones": [{"e164": "12"}]}, "phones[0].e164"),
        ({"phones": [{"e164": "+12025550101"}, {"e164": "+1 202 555 0101"}]}, "phones[1].e164"),
        ({"phones": [{"e164": "+12025550101", "time_zones": ["Mars"]}]}, "phones[0].time_zones"),
        ({**ADA, "time_zone": "Mars"}, "time_zone"),
    ],
)
async def test_wrong_values_are_refused_naming_the_field(world: World, body: Any, field: str) -> None:
    problem = await world.ours.post("/contacts", body, 400)
    assert problem["errors"][0]["field"] == field
    assert (await world.ours.get("/contacts"))["items"] == []


@pytest.mark.parametrize("body", [{}, {"phones": []}, {**ADA, "surplus": 1}, {**ADA, "email": "nobody"}, {**ADA, "score": "high"}])
async def test_wrong_shapes_are_refused(world: World, body: Any) -> None:
    assert (await world.ours.post("/contacts", body, 400))["code"] == "invalid"


async def test_contacts_are_found_by_name_number_and_list_and_come_in_pages(world: World) -> None:
    list_id = await world.contact_list("name,phone\nAda Lovelace,+12025550101\nBob_%,+12025550102\nCleo,+12025550103\n")
    await world.ours.post("/contacts", {"name": "Dan", "phones": [{"e164": "+12025550104"}]})

    async def names(**query: Any) -> list[str]:
        return [c["name"] for c in (await world.ours.get("/contacts", **query))["items"]]

    assert await names(q="love") == ["Ada Lovelace"]
    assert await names(q="_%") == ["Bob_%"]
    assert await names(q="555-0103") == ["Cleo"]
    assert await names(e164="+12025550104") == ["Dan"]
    assert await names(contact_list_id=list_id) == ["Cleo", "Bob_%", "Ada Lovelace"]
    first = await world.ours.get("/contacts", limit=3)
    rest = await world.ours.get("/contacts", limit=3, cursor=first["next_cursor"])
    assert [c["name"] for c in first["items"] + rest["items"]] == ["Dan", "Cleo", "Bob_%", "Ada Lovelace"]
    assert rest["next_cursor"] is None


async def test_members_join_and_leave_a_list(world: World) -> None:
    list_id, made = await world.contact_list(), await world.ours.post("/contacts", ADA)
    for _ in range(2):
        grown = await world.ours.post(f"/contact-lists/{list_id}/contacts", {"contact_ids": [made["id"]]}, 200)
        assert grown["size"] == 1
    await world.ours.delete(f"/contact-lists/{list_id}/contacts/{made['id']}")
    assert (await world.ours.get("/contact-lists"))["items"][0]["size"] == 0
    assert (await world.ours.patch(f"/contact-lists/{list_id}", {"name": "New"}))["name"] == "New"


async def test_a_list_that_a_campaign_calls_cannot_be_deleted(world: World) -> None:
    campaign = await world.campaign()
    (list_id,) = campaign["contact_list_ids"]
    problem = await world.ours.delete(f"/contact-lists/{list_id}", 409)
    assert problem["detail"] == "The list is used by the campaign 'Spring'; take it out there first."
    await world.ours.delete(f"/campaigns/{campaign['id']}")
    await world.ours.delete(f"/contact-lists/{list_id}")
    assert len((await world.ours.get("/contacts"))["items"]) == 1


async def test_what_belongs_to_another_workspace_is_not_there(world: World) -> None:
    list_id, made = await world.contact_list(), await world.ours.post("/contacts", ADA)
    foreign = await world.theirs.post("/contacts", ADA)
    for path in (f"/contacts/{made['id']}", f"/contacts/{made['id']}/timeline", f"/contact-lists/{list_id}"):
        await world.theirs.get(path, 404)
    await world.theirs.patch(f"/contacts/{made['id']}", {"name": "Eve"}, 404)
    await world.theirs.delete(f"/contacts/{made['id']}", 404)
    await world.theirs.delete(f"/contact-lists/{list_id}", 404)
    await world.theirs.get("/contacts", 404, contact_list_id=list_id)
    await world.theirs.post("/contacts", {**ADA, "contact_list_ids": [list_id]}, 404)
    await world.ours.post(f"/contact-lists/{list_id}/contacts", {"contact_ids": [made["id"], foreign["id"]]}, 404)
    assert (await world.ours.get(f"/contacts/{made['id']}"))["name"] == "Ada"
    assert (await world.ours.get(f"/contact-lists/{list_id}"))["size"] == 0


async def test_the_timeline_shows_calls_and_they_outlive_the_contact(world: World) -> None:
    campaign = await world.campaign()
    campaign = await world.ours.post(f"/campaigns/{campaign['id']}/start", status=200)
    (enrollment,) = (await world.ours.get(f"/campaigns/{campaign['id']}/enrollments"))["items"]
    call_id = await world.call(campaign, enrollment, state="ringing", holds_number=True, network_result="busy")
    path = f"/contacts/{enrollment['contact_id']}"
    (entry,) = (await world.ours.get(f"{path}/timeline"))["items"]
    assert (entry["call_id"], entry["kind"], entry["network_result"]) == (str(call_id), "call", "busy")
    assert (await world.ours.delete(path, 409))["code"] == "contact_in_call"
    await world.change_call(call_id, holds_number=False, state="ended")
    await world.ours.delete(path)
    kept = await world.read_call(call_id)
    assert (kept.contact_id, kept.to_e164) == (None, "+12025550101")


async def test_who_has_a_call_waiting_is_not_forgotten_before_it_is_ended(world: World) -> None:
    path, call_id = await _with_a_call(world)
    refused = await world.ours.delete(path, 409)
    assert (refused["code"], str(call_id) in refused["detail"]) == ("contact_is_waited_for", True)
    await world.ours.post(f"/calls/{call_id}/end", status=202)
    await world.ours.delete(path)
    assert (await world.read_call(call_id)).state == "released"


async def test_a_call_that_is_being_made_while_its_contact_is_deleted_is_seen(world: World) -> None:
    path, call_id = await _with_a_call(world)
    await world.change_call(call_id, contact_id=None)
    async with world.app.state.sessions.begin() as session:
        # Holds the contact as the making of a call does.
        (await session.get_one(Call, call_id)).contact_id = uuid.UUID(path.rpartition("/")[2])
        await session.flush()
        deleting = asyncio.create_task(world.ours.delete(path, 409))
        while not await _waits_for_a_lock(world):
            await asyncio.sleep(0.01)
    assert (await deleting)["code"] == "contact_is_waited_for"


async def _with_a_call(world: World) -> tuple[str, uuid.UUID]:
    """Where a contact is for whom a call waits, and that call."""
    campaign = await world.campaign()
    campaign = await world.ours.post(f"/campaigns/{campaign['id']}/start", status=200)
    (enrollment,) = (await world.ours.get(f"/campaigns/{campaign['id']}/enrollments"))["items"]
    return f"/contacts/{enrollment['contact_id']}", await world.call(campaign, enrollment, state="queued")


async def _waits_for_a_lock(world: World) -> bool:
    waiting = text("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
    # What others do is looked up once per transaction.
    async with world.app.state.sessions() as session:
        return bool(await session.scalar(waiting))
