"""Campaigns, contacts, suppressions and imports are told of in the transaction that made them true, or not at all."""

from typing import Any

from control_plane.campaigns.lifecycle import fail_campaign
from control_plane.contacts.suppressions import suppress
from control_plane.db.unit import open_unit
from tests.fixtures.world import World


async def listening(world: World) -> None:
    await world.ours.post("/webhook-endpoints", {"url": "https://hooks.example.com/"})


async def told(world: World) -> list[Any]:
    """Type and data of everything that is to be told, oldest first."""
    items = (await world.ours.get("/webhook-deliveries"))["items"]
    return [(each["event_type"], each["data"]) for each in reversed(items)]


async def test_a_campaigns_life_is_told(world: World) -> None:
    campaign = await world.campaign()
    await listening(world)
    for action in ("start", "pause", "pause", "resume", "stop", "archive"):
        await world.ours.post(f"/campaigns/{campaign['id']}/{action}", status=200)
    events = await told(world)
    assert [name for name, _ in events] == ["campaign.started", "campaign.paused", "campaign.started", "campaign.stopped"]
    assert [data["execution_status"] for _, data in events] == ["running", "paused", "running", "stopped"]
    assert [data["resumed"] for _, data in events] == [False, False, True, False]
    assert {data["url"] for _, data in events} == {f"/api/v1/campaigns/{campaign['id']}"}


async def test_a_campaigns_error_and_its_end_are_told_with_the_reason(world: World) -> None:
    campaign = await world.campaign()
    await world.ours.post(f"/campaigns/{campaign['id']}/start", status=200)
    await listening(world)
    async with open_unit(world.app.state.sessions, world.queue, world.clock, actor="system") as unit:
        assert await fail_campaign(unit, campaign["id"], "Half of the last dials failed.")
    await world.ours.post(f"/campaigns/{campaign['id']}/resume", status=200)
    (enrollment,) = (await world.ours.get(f"/campaigns/{campaign['id']}/enrollments"))["items"]
    await world.ours.post(f"/enrollments/{enrollment['id']}/skip", status=200)
    events = [(name, data["reason"]) for name, data in await told(world)]
    expected = [("campaign.error", "Half of the last dials failed."), ("campaign.started", "")]
    assert events == [*expected, ("campaign.completed", "Every contact has been called or closed.")]


async def test_contacts_and_opt_outs_are_told_without_number_or_name(world: World) -> None:
    await listening(world)
    contact = await world.ours.post("/contacts", {"name": "Bo Doe", "phones": [{"e164": "+12025550107"}]})
    await world.ours.patch(f"/contacts/{contact['id']}", {"name": "Bob", "attributes": {"a": "1"}})
    for _ in range(2):
        body = {"e164": "+12025550107", "reason": "Bo asked"}
        assert (await world.ours.client.post("/api/v1/suppressions", json=body)).status_code in (200, 201)
    events = await told(world)
    assert [name for name, _ in events] == ["contact.created", "contact.updated", "contact.opted_out"]
    assert events[1][1]["changed"] == ["attributes", "name"]
    assert (events[2][1]["source"], events[2][1]["scope"]) == ("api", "workspace")
    assert not any(word in str(events) for word in ("2025550107", "Bo", "asked"))


async def test_an_import_is_told_when_it_has_ended_well_or_badly(world: World) -> None:
    await listening(world)
    list_id = await world.contact_list("name,phone\nAda,+12025550101\nBad,12\n")
    failed = await world.ours.upload(list_id, b"phone\n\x00\x00\x00")
    await world.run_tasks()
    events = [data for name, data in await told(world) if name == "import.completed"]
    good = events[0]
    assert [good[fact] for fact in ("kind", "state", "rows", "created", "rejected")] == ["contacts", "completed", 2, 1, 1]
    assert (await world.ours.get(good["url"].removeprefix("/api/v1")))["state"] == "completed"
    assert [each["import_id"] for each in events] == [good["import_id"], failed["id"]]


async def test_a_list_of_numbers_is_told_when_it_was_taken_in(world: World) -> None:
    await listening(world)
    query = {"source": "us_national", "list_date": "2026-11-01"}
    headers = {"Content-Type": "text/csv"}
    answer = await world.ours.client.post("/api/v1/suppressions/imports", content=b"+12025550107\n", headers=headers, params=query)
    await world.run_tasks()
    ((name, data),) = await told(world)
    assert (name, data["import_id"], data["kind"], data["state"]) == ("import.completed", answer.json()["id"], "suppressions", "completed")
    assert (await world.ours.get(data["url"].removeprefix("/api/v1")))["id"] == answer.json()["id"]


async def test_what_did_not_become_true_is_told_to_nobody(world: World) -> None:
    await listening(world)
    try:
        async with open_unit(world.app.state.sessions, world.queue, world.clock, actor="system") as unit:
            await suppress(unit, world.ours.workspace_id, "+12025550107", reason="asked", source="api")
            raise ConnectionError
    except ConnectionError:
        pass
    assert await told(world) == []
    assert world.queue.sent == []
