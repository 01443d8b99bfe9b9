"""Who agreed to be called: by API, in a file, as columns of contacts, for a whole list; and taken back."""

import uuid
from typing import Any

import pytest

from tests.fixtures.world import World

NUMBER, OTHER = "+12025550101", "+12025550102"
CONSENT = {
    "e164": NUMBER,
    "purpose": "telemarketing",
    "basis": "written",
    "granted_at": "2026-03-01T09:30:00Z",
    "text": "You may call me with an artificial voice.",
    "source": "https://acme.example/sign-up",
    "evidence": "IP 203.0.113.7",
}


async def test_a_consent_is_recorded_once_read_and_revoked_for_good(world: World) -> None:
    made = await world.ours.post("/consents", CONSENT | {"e164": "+1 202 555 0101"})
    assert {name: made[name] for name in CONSENT} == CONSENT
    assert (made["recorded_by"], made["revoked_at"]) == ("api", None)
    assert (await world.ours.post("/consents", CONSENT, 200))["id"] == made["id"]
    revoked = await world.ours.post(f"/consents/{made['id']}/revoke", {"reason": "by letter"}, 200)
    assert (revoked["revoked_at"], revoked["revoked_reason"]) == ("2026-11-23T12:00:00Z", "by letter")
    assert (await world.ours.post(f"/consents/{made['id']}/revoke", {"reason": "again"}, 200))["revoked_reason"] == "by letter"
    assert [row["id"] for row in (await world.ours.get("/consents", e164=NUMBER, is_revoked="true"))["items"]] == [made["id"]]
    assert (await world.ours.get("/consents", purpose="survey"))["items"] == []
    await world.theirs.get(f"/consents/{made['id']}", 404)
    assert (await world.theirs.get("/consents"))["items"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"e164": "12"},
        {"purpose": "fun"},
        {"basis": "guessed"},
        {"granted_at": "2027-01-01T00:00:00Z"},
        {"granted_at": "2026-01-01T00:00:00"},
        {"text": "x" * 4_001},
        {"who": "me"},
    ],
)
async def test_wrong_consents_are_refused(world: World, wrong: Any) -> None:
    await world.ours.post("/consents", CONSENT | wrong, 400)
    assert (await world.ours.get("/consents"))["items"] == []


async def test_a_declaration_covers_every_number_of_those_who_stand_on_the_list_now(world: World) -> None:
    list_id = await world.contact_list(f"name,phone,mobile\nAda,{NUMBER},{OTHER}\n")
    said = {name: value for name, value in CONSENT.items() if name != "e164"}
    assert await world.ours.post(f"/contact-lists/{list_id}/consents", said, 200) == {"recorded": 2, "already_known": 0}
    assert await world.ours.post(f"/contact-lists/{list_id}/consents", said, 200) == {"recorded": 0, "already_known": 2}
    found = (await world.ours.get("/consents"))["items"]
    assert {row["e164"] for row in found} == {NUMBER, OTHER}
    assert {(row["contact_list_id"], row["recorded_by"]) for row in found} == {(list_id, "list declaration")}
    await world.theirs.post(f"/contact-lists/{list_id}/consents", said, 404)
    await world.ours.post(f"/contact-lists/{uuid.uuid4()}/consents", said, 404)


async def test_columns_of_a_contact_import_carry_consents_and_a_wrong_one_rejects_its_row(world: World) -> None:
    csv = (
        "name,phone,Consent Purpose,consent_basis,consent_at,consent_source\n"
        f"Ada,{NUMBER},Telemarketing,written,2026-03-01,form\n"
        f"Bob,{OTHER},,,,\n"
        "Cem,+12025550103,fun,written,2026-03-01,form\n"
        "Dee,+12025550104,survey,written,soon,form\n"
        "Eve,+12025550105,survey,written,2027-03-01,form\n"
    )
    made = await world.ours.post("/contact-lists", {"name": "People"})
    upload = await world.ours.upload(made["id"], csv.encode())
    await world.run_tasks()
    done = await world.ours.get(f"/imports/{upload['id']}")
    assert (done["created"], done["rejected"]) == (2, 3)
    report = await world.ours.get(f"/imports/{upload['id']}/errors.csv")
    assert "The consent's purpose 'fun' is not known" in report
    assert "'soon' is not when the consent was given" in report
    assert "lies in the future" in report
    (consent,) = (await world.ours.get("/consents"))["items"]
    said = (consent["e164"], consent["purpose"], consent["basis"], consent["granted_at"], consent["source"], consent["recorded_by"])
    assert said == (NUMBER, "telemarketing", "written", "2026-03-01T00:00:00Z", "form", "contact import")
    (ada,) = (await world.ours.get("/contacts", e164=NUMBER))["items"]
    assert ada["attributes"] == {}


async def test_a_file_of_consents_is_imported_with_a_report_and_again_without_effect(world: World) -> None:
    rows = (f"{NUMBER},survey,oral,2026-03-01", f"{OTHER},,,", "nobody,survey,oral,2026-03-01")
    csv = "\n".join(("phone,consent_purpose,consent_basis,consent_at", *rows)).encode()
    first = await _upload(world, "/consents/imports", csv)
    assert (first["state"], first["rows"], first["added"], first["duplicates"], first["rejected"]) == ("completed", 3, 1, 0, 2)
    report = await world.ours.get(f"/consents/imports/{first['id']}/errors.csv")
    assert "does not say for which purpose" in report
    assert "'nobody' is not a phone number" in report
    again = await _upload(world, "/consents/imports", csv)
    assert (again["added"], again["duplicates"], again["rejected"]) == (0, 1, 2)
    said = {"purpose": "care", "basis": "written", "granted_at": "2026-01-01T00:00:00Z", "text": "yes"}
    plain = await _upload(world, "/consents/imports", f"{NUMBER}\n{OTHER}\n".encode(), **said)
    assert (plain["added"], plain["rejected"]) == (2, 0)
    assert len((await world.ours.get("/consents", purpose="care"))["items"]) == 2
    await world.theirs.get(f"/consents/imports/{first['id']}", 404)
    await world.ours.get(f"/suppressions/imports/{first['id']}", 404)


async def test_a_do_not_call_list_suppresses_says_its_age_and_is_replaced_as_a_whole(world: World) -> None:
    opted_out = await world.ours.post("/suppressions", {"e164": NUMBER, "reason": "asked"})
    query = {"source": "us_national", "list_date": "2026-11-03"}
    first = await _upload(world, "/suppressions/imports", f"{NUMBER}\n{OTHER}\nnobody\n{OTHER}\n".encode(), **query)
    assert (first["state"], first["added"], first["duplicates"], first["rejected"]) == ("completed", 2, 1, 1)
    check = await world.ours.get("/suppressions/check", e164=OTHER)
    assert (check["is_suppressed"], check["suppressions"][0]["list_source"]) == (True, "us_national")
    (age,) = (await world.ours.get("/suppressions/lists"))["items"]
    assert (age["source"], age["age_days"], age["obtained_at"]) == ("us_national", 20, "2026-11-03T00:00:00Z")
    query |= {"list_date": "2026-11-20", "mode": "replace"}
    second = await _upload(world, "/suppressions/imports", b"phone\n+12025550103\n", **query)
    assert (second["added"], second["removed"]) == (1, 2)
    assert not (await world.ours.get("/suppressions/check", e164=OTHER))["is_suppressed"]
    left = (await world.ours.get("/suppressions/check", e164=NUMBER))["suppressions"]
    assert [row["id"] for row in left] == [opted_out["id"]]
    assert [row["age_days"] for row in (await world.ours.get("/suppressions/lists"))["items"]] == [3]
    assert (await world.theirs.get("/suppressions/lists"))["items"] == []


@pytest.mark.parametrize(
    "query",
    [
        {"source": "US national", "list_date": "2026-11-03"},
        {"source": "us_national", "list_date": "2027-11-03"},
        {"source": "us_national", "list_date": "soon"},
        {"source": "us_national"},
        {"source": "us_national", "list_date": "2026-11-03", "mode": "forget"},
        {"source": "us_national", "list_date": "2026-11-03", "default_country": "Mars"},
    ],
)
async def test_a_list_without_a_proper_name_and_date_is_refused(world: World, query: Any) -> None:
    await _post(world, "/suppressions/imports", b"+12025550101\n", query, 400)


async def test_a_form_says_how_its_list_is_to_be_read(world: World) -> None:
    files = {"file": ("list.csv", "Имя,phone\nАнна,030 901820\n".encode("cp1251"), "text/csv")}
    query, data = {"source": "de_own", "list_date": "2026-11-03"}, {"encoding": "windows-1251", "default_country": "DE"}
    answer = await world.ours.client.post("/api/v1/suppressions/imports", files=files, data=data, params=query)
    await world.run_tasks()
    done = await world.ours.get(f"/suppressions/imports/{answer.json()['id']}")
    assert (done["state"], done["encoding"], done["default_country"], done["added"]) == ("completed", "cp1251", "DE", 1)


async def test_an_unreadable_list_fails_in_words_and_leaves_no_age(world: World) -> None:
    failed = await _upload(world, "/suppressions/imports", b"a,b\n1,2\n", source="us_tx", list_date="2026-11-03")
    assert failed["state"] == "failed"
    assert "phone numbers" in failed["error"]
    assert (await world.ours.get("/suppressions/lists"))["items"] == []
    await _post(world, "/suppressions/imports", b"", {"source": "us_tx", "list_date": "2026-11-03"}, 400)


async def _upload(world: World, path: str, content: bytes, **query: Any) -> Any:
    made = await _post(world, path, content, query, 202)
    await world.run_tasks()
    return await world.ours.get(f"{path}/{made['id']}")


async def _post(world: World, path: str, content: bytes, query: Any, status: int) -> Any:
    answer = await world.ours.client.post(f"/api/v1{path}", content=content, headers={"Content-Type": "text/csv"}, params=query)
    assert answer.status_code == status, answer.text
    return answer.json()
