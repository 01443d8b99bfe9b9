"""A file is compared with a list by what would import it: what it says of everybody comes true when it is imported."""

import json
from typing import Any

from tests.fixtures.world import World

FIRST = "name,phone,plan\nAda,+12025550101,gold\nBob,+12025550102,\nCem,+12025550103,\n"
SECOND = "name,phone,plan\nAda,+12025550101,silver\nBob,(202) 555-0102,\nDan,+12025550104,gold\nDan,+12025550104,\nEve,12,\n"
COUNTS = ("rows", "added", "changed", "kept", "duplicates", "rejected", "removed", "consents")


async def compared(world: World, content: str, status: int = 200, **query: Any) -> Any:
    path, headers = "/api/v1/contact-lists/imports/compare", {"Content-Type": "text/csv"}
    answer = await world.ours.client.post(path, content=content.encode(), headers=headers, params=query)
    assert answer.status_code == status, answer.text
    return answer.json()


def counts(told: Any) -> tuple[int, ...]:
    return tuple(told[name] for name in COUNTS)


async def test_it_says_who_would_come_who_changes_who_stays_and_who_is_not_in_the_file(world: World) -> None:
    people = await world.contact_list(FIRST)
    told = await compared(world, SECOND, contact_list_id=people)
    assert counts(told) == (5, 1, 1, 1, 1, 1, 1, 0)
    assert [(one["name"], one["numbers"], one["contact_id"], one["attributes"]) for one in told["newcomers"]] == [
        ("Dan", ["+12025550104"], None, {"plan": "gold"})
    ]
    assert [one["name"] for one in told["changes"]] == ["Ada"]
    assert [(one["name"], one["e164"]) for one in told["leavers"]] == [("Cem", "+12025550103")]
    assert told["rejections"][0]["text"] == "Eve,12,"


async def test_what_it_says_comes_true_and_then_nothing_is_left_to_do(world: World) -> None:
    people = await world.contact_list(FIRST)
    told = await compared(world, SECOND, contact_list_id=people)
    begun = await world.ours.upload(people, SECOND.encode())
    await world.run_tasks()
    done = await world.ours.get(f"/imports/{begun['id']}")
    assert (done["created"], done["updated"]) == (told["added"], told["changed"])
    assert counts(await compared(world, SECOND, contact_list_id=people)) == (5, 0, 0, 3, 1, 1, 1, 0)


async def test_somebody_who_is_known_and_on_another_list_would_be_added_as_what_is_known_of_them(world: World) -> None:
    await world.contact_list(FIRST)
    (comer,) = (await compared(world, "phone\n+12025550101\n"))["newcomers"]
    assert (comer["name"], comer["attributes"], comer["contact_id"] is None) == ("Ada", {"plan": "gold"}, False)


async def test_a_consent_that_is_not_known_yet_is_counted(world: World) -> None:
    content = "phone,consent_purpose,consent_basis,consent_at\n+12025550101,telemarketing,written,2026-03-01\n"
    assert (await compared(world, content))["consents"] == 1
    people = await world.contact_list(content)
    assert counts(await compared(world, content, contact_list_id=people)) == (1, 0, 0, 1, 0, 0, 0, 0)


async def test_nothing_is_kept_of_it_and_a_foreign_list_is_not_there(world: World) -> None:
    await compared(world, FIRST, mapping=json.dumps({"plan": "ignore"}))
    assert (await world.ours.get("/contacts"))["items"] == []
    assert world.queue.sent == []
    theirs = await world.theirs.post("/contact-lists", {"name": "Theirs"})
    assert (await compared(world, FIRST, 404, contact_list_id=theirs["id"]))["code"] == "contact_list_not_found"


async def test_what_cannot_be_read_is_refused(world: World) -> None:
    assert "The file is empty." in (await compared(world, "", 400))["detail"]
    assert "No column" in (await compared(world, "a,b\nc,d\n", 400))["detail"]
    await compared(world, "phone\n" + "x" * 10_000_001, 413)
