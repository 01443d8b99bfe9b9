"""What a campaign would do that is only planned: the same as is said of it once it is made."""

from typing import Any

from sqlalchemy import func, select

from control_plane.db.models import Campaign, Contact, ContactList
from tests.fixtures.world import World

WINDOW = {"time_zone_policy": "contact", "weekly": [{"days": ["mon", "tue", "wed", "thu", "fri"], "start": "09:00", "end": "17:00"}]}
CSV = "name,phone,visit\nAda,+12025550101,Monday\nBob,+12025550102,Friday\nDan,+12025550103,\nEve,+12025550104,\n"
PROMPT = "Remind {first_name} of {visit}."
SUMS = ("contacts", "now", "later_today", "later", "never", "reasons", "variables", "forecast", "cost", "openings", "obstacles")
ASSISTANT = {"name": "Ann", "system_prompt": "Be kind.", "first_message": "Hello {first_name}, this is Ann, an AI assistant."}


async def planned(world: World, campaign: dict[str, Any], status: int = 200, **more: Any) -> Any:
    return await world.ours.post("/campaigns/preview", {"campaign": {"name": "Spring"} | campaign, **more}, status=status)


async def comers(world: World, csv: str, **query: Any) -> tuple[list[Any], list[Any]]:
    """Whom a file would bring and take away, as the comparison says it."""
    headers = {"Content-Type": "text/csv"}
    answer = await world.ours.client.post("/api/v1/contact-lists/imports/compare", content=csv.encode(), headers=headers, params=query)
    return answer.json()["newcomers"], [leaver["contact_id"] for leaver in answer.json()["leavers"]]


def nameless(told: Any) -> Any:
    """Everything but who the examples are: ids differ, and the order in which people come."""
    sums = {name: told[name] for name in SUMS}
    sums["reasons"] = [(r["code"], r["decision"], r["contacts"]) for r in told["reasons"]]
    return sums | {"variables": {name: value for name, value in told["variables"].items() if name != "examples"}}


async def test_before_anything_is_made_it_is_said_what_is_said_afterwards(world: World) -> None:
    await world.ours.post("/suppressions", {"e164": "+12025550102", "reason": "asked on paper"})
    number = await world.number()
    settings = {"number_ids": [number], "prompt": PROMPT, "window": WINDOW, "calls_per_minute": 3}
    contacts, _ = await comers(world, CSV)
    before = await planned(world, settings, assistant=ASSISTANT, contacts=contacts)
    assert before["campaign_id"] is None
    assert (before["contacts"], before["never"], before["variables"]["by_variable"]) == (4, 1, {"visit": 2})
    async with world.app.state.sessions() as session:
        assert [await session.scalar(select(func.count()).select_from(kind)) for kind in (Campaign, Contact, ContactList)] == [0, 0, 0]
    made = await world.campaign(CSV, assistant_id=await world.assistant(**ASSISTANT), **settings)
    after = await world.ours.post(f"/campaigns/{made['id']}/preview", {}, status=200)
    assert nameless(before) == nameless(after)


async def test_a_change_of_settings_and_of_people_is_seen_before_it_is_made(world: World) -> None:
    made = await world.campaign(CSV)
    list_id = made["contact_list_ids"][0]
    changed = "name,phone,visit\nAda,+12025550101,Monday\nDan,+12025550103,Tuesday\nFay,+12025550105,Friday\n"
    contacts, without = await comers(world, changed, contact_list_id=list_id)
    wanted = {"number_ids": made["number_ids"], "contact_list_ids": [list_id], "prompt": PROMPT, "daily_cap": 2}
    told = await planned(world, wanted, campaign_id=made["id"], contacts=contacts, without=without)
    assert (told["campaign_id"], told["contacts"], told["forecast"]["calls_per_day"]) == (made["id"], 3, 2)
    assert told["variables"]["contacts_lacking"] == 1
    dan = next(c for c in (await world.ours.get("/contacts"))["items"] if c["name"] == "Dan")
    more = {"contact_id": dan["id"], "numbers": ["+12025550103"], "name": "Dan", "attributes": {"visit": "Tuesday"}}
    complete = await planned(world, wanted, campaign_id=made["id"], contacts=[*contacts, more], without=without)
    assert (complete["contacts"], complete["variables"]["contacts_lacking"]) == (3, 0)
    assert (await world.ours.get(f"/campaigns/{made['id']}"))["daily_cap"] is None


async def test_somebody_from_another_list_is_judged_by_what_is_known_of_them(world: World) -> None:
    await world.contact_list("name,phone\nAda,+12025550101\n")
    (ada,) = (await world.ours.get("/contacts"))["items"]
    quiet = {"ranges": [{"days": ["mon"], "start": "00:00", "end": "24:00"}]}
    assert (await world.ours.client.put(f"/api/v1/contacts/{ada['id']}/quiet-times", json=quiet)).is_success
    contacts, _ = await comers(world, "phone\n+12025550101\n")
    told = await planned(world, {"number_ids": [await world.number()]}, assistant=ASSISTANT, contacts=contacts)
    assert (told["contacts"], told["now"]) == (1, 0)
    assert [reason["examples"][0]["name"] for reason in told["reasons"]] == ["Ada"]


async def test_what_could_not_be_made_is_refused_as_making_it_would_be(world: World) -> None:
    number, campaign = await world.number(), await world.campaign()
    one = {"number_ids": [number]}
    assert (await planned(world, one, 400))["errors"][0]["field"] == "campaign.assistant_id"
    wrong = await planned(world, one, 400, assistant=ASSISTANT, contacts=[{"numbers": ["12"]}])
    assert wrong["errors"][0]["field"] == "contacts[0].numbers[0]"
    assert (await planned(world, one | {"window": {"weekly": 3}}, 400, assistant=ASSISTANT))["status"] == 400
    theirs = {"campaign": {"name": "x"} | one, "campaign_id": campaign["id"], "assistant": ASSISTANT}
    assert (await world.theirs.post("/campaigns/preview", theirs, status=404))["code"] in ("number_not_found", "campaign_not_found")
    (ada,) = (await world.ours.get("/contacts"))["items"]
    their_number = [{"numbers": ["+12025550101"], "contact_id": ada["id"]}]
    body = {"campaign": {"name": "x", "number_ids": []}, "assistant": ASSISTANT, "contacts": their_number}
    assert (await world.theirs.post("/campaigns/preview", body, status=400))["errors"]
