"""What the workspace knows of people leaves as CSV, and contacts come back from it as they were."""

import csv
import io
from typing import Any

import pytest

from control_plane.kit import pagination
from tests.fixtures.world import World


async def exported(world: World, path: str, **query: Any) -> list[dict[str, str]]:
    answer = await world.ours.client.get(f"/api/v1{path}", params=query)
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(answer.text)))


PEOPLE = """name,phone,phone 2,email,time zone,language,score,plan,name of dog
Ada,+12025550101,+12025550102,ada@example.com,America/New_York,en,7,gold,Rex
"Bob ""B""
Lee",+12025550103,,,,,,,
Zoë,+12025550104,,,,es-MX,-3,"silver, plus",
"""


async def test_contacts_come_back_from_their_export_as_they_were(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagination, "_PAGE", 2)
    list_id = await world.contact_list(PEOPLE)
    await world.ours.post("/contacts", {"name": "Not on the list", "phones": [{"e164": "+12025550109"}]})
    answer = await world.ours.client.get("/api/v1/contacts/export.csv", params={"contact_list_id": list_id})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["name"] for row in rows] == ["Ada", 'Bob "B"\nLee', "Zoë"]
    assert (rows[0]["phone_1"], rows[0]["phone_2"], rows[0]["attributes.name_of_dog"]) == ("+12025550101", "+12025550102", "Rex")
    theirs = await world.theirs.post("/contact-lists", {"name": "Copy"})
    accepted = await world.theirs.upload(theirs["id"], answer.content)
    await world.run_tasks()
    assert (await world.theirs.get(f"/imports/{accepted['id']}"))["created"] == 3
    ours, copies = await world.ours.get("/contacts", contact_list_id=list_id), await world.theirs.get("/contacts")
    assert [said(c) for c in copies["items"]] == [said(c) for c in ours["items"]]


def said(contact: Any) -> Any:
    kept = {name: contact[name] for name in ("name", "email", "time_zone", "language", "score", "attributes")}
    kept["attributes"].pop("contact_id", None)
    return kept, [phone["e164"] for phone in contact["phones"]]


async def test_without_a_list_all_contacts_are_exported_and_only_ones_own(world: World) -> None:
    await world.ours.post("/contacts", {"name": "Ada", "phones": [{"e164": "+12025550101"}], "attributes": {"tags": ["a", 1], "n": None}})
    await world.theirs.post("/contacts", {"name": "Eve", "phones": [{"e164": "+12025550101"}]})
    (ada,) = await exported(world, "/contacts/export.csv")
    assert (ada["name"], ada["attributes.tags"], ada["attributes.n"]) == ("Ada", '["a",1]', "")
    await world.theirs.get("/contacts/export.csv", 404, contact_list_id=await world.contact_list())


async def test_an_empty_workspace_exports_headers(world: World) -> None:
    assert await world.ours.get("/contacts/export.csv") == "contact_id,name,email,language,time_zone,score\r\n"
    assert await exported(world, "/suppressions/export.csv") == await exported(world, "/consents/export.csv") == []


async def test_suppressions_and_consents_are_exported_with_what_the_api_says_of_them(world: World) -> None:
    suppressed = await world.ours.post("/suppressions", {"e164": "+12025550101", "reason": "=asked, by letter"})
    body = {"e164": "+12025550102", "purpose": "care", "basis": "oral", "granted_at": "2026-01-01T00:00:00Z"}
    consent = await world.ours.post("/consents", body)
    await world.ours.post(f"/consents/{consent['id']}/revoke", {"reason": "no more"}, 200)
    await world.theirs.post("/consents", body)
    (row,) = await exported(world, "/suppressions/export.csv")
    assert (row["id"], row["e164"], row["reason"], row["scope"]) == (suppressed["id"], "+12025550101", "'=asked, by letter", "workspace")
    (row,) = await exported(world, "/consents/export.csv")
    assert (row["e164"], row["granted_at"], row["revoked_reason"]) == ("+12025550102", "2026-01-01T00:00:00Z", "no more")
    assert row["revoked_at"] == "2026-11-23T12:00:00Z"


async def test_more_attributes_than_an_import_takes_stand_together_in_the_last_column(world: World) -> None:
    many = {f"key_{i:03d}": str(i) for i in range(200)}
    await world.ours.post("/contacts", {"name": "Ada", "phones": [{"e164": "+12025550101"}], "attributes": dict(list(many.items())[:99])})
    await world.ours.post(
        "/contacts", {"name": "Bob", "phones": [{"e164": "+12025550102"}], "attributes": dict(list(many.items())[99:198])}
    )
    ada, bob = await exported(world, "/contacts/export.csv")
    assert (ada["attributes.key_000"], ada["more_attributes"]) == ("0", "{}")
    assert bob["attributes.key_149"] == "149"
    assert '"key_150":"150"' in bob["more_attributes"]
