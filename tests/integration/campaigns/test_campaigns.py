"""Campaigns as people edit them."""

import uuid
from typing import Any

import pytest

from tests.fixtures.world import World


async def test_a_campaign_is_created_at_rest_with_the_rules_of_its_numbers(world: World) -> None:
    made = await world.campaign(window={"always": True}, attempts={"max_total": 2}, weight=5, daily_cap=10)
    assert (made["execution_status"], made["rule_pack"], made["assistant_version_id"]) == ("idle", "rehearsal", None)
    assert (made["ring_timeout_s"], made["purpose"], made["weight"]) == (28, "informational", 5)
    assert await world.ours.get(f"/campaigns/{made['id']}") == made
    real = await world.campaign(number_ids=[await world.number("+14155552671", rehearsal=False)])
    assert real["rule_pack"] == "default"
    listed = await world.ours.get("/campaigns", execution_status="idle")
    assert [c["id"] for c in listed["items"]] == [real["id"], made["id"]]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"window": {}}, "window.weekly"),
        ({"window": {"weekly": [{"days": ["mon"], "start": "18:00", "end": "9:00"}]}}, "window.weekly[0].end"),
        ({"attempts": {"max_total": 0}}, "attempts.max_total"),
        ({"attempts": {"ladder": {"moon": {}}}}, "attempts.ladder.moon"),
        ({"breaker": {"dials": 5, "least_dials": 6}}, "breaker.least_dials"),
        ({"starts_at": "2026-12-02T00:00:00Z", "ends_at": "2026-12-01T00:00:00Z"}, "ends_at"),
    ],
)
async def test_rules_that_make_no_sense_are_refused_naming_the_field(world: World, fields: dict[str, Any], field: str) -> None:
    body = await _body(world) | fields
    problem = await world.ours.post("/campaigns", body, 400)
    assert problem["errors"][0]["field"] == field
    assert (await world.ours.get("/campaigns"))["items"] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"ring_timeout_s": 14},
        {"ring_timeout_s": 76},
        {"weight": 0},
        {"weight": 101},
        {"name": ""},
        {"number_ids": []},
        {"rule_pack": "rehearsal"},
        {"execution_status": "running"},
        {"starts_at": "2026-12-01T00:00:00"},
        {"daily_cap": 0},
        {"window": "24/7"},
        {"breaker": {"share": 0.01}},
        {"breaker": {"pause_s": 60}},
    ],
)
async def test_values_out_of_range_and_unknown_fields_are_refused(world: World, fields: dict[str, Any]) -> None:
    assert (await world.ours.post("/campaigns", await _body(world) | fields, 400))["code"] == "invalid"


@pytest.mark.parametrize("missing", ["name", "assistant_id", "contact_list_ids", "number_ids"])
async def test_a_campaign_without_its_essentials_is_refused(world: World, missing: str) -> None:
    body = await _body(world)
    del body[missing]
    await world.ours.post("/campaigns", body, 400)


@pytest.mark.parametrize("field", ["assistant_id", "contact_list_ids", "number_ids"])
async def test_what_is_unknown_or_of_another_workspace_is_not_there(world: World, field: str) -> None:
    body = await _body(world)
    await world.theirs.post("/campaigns", body, 404)
    unknown = str(uuid.uuid4())
    body[field] = unknown if field == "assistant_id" else [unknown]
    assert (await world.ours.post("/campaigns", body, 404))["detail"].startswith("There is no such")


async def test_real_and_rehearsal_numbers_do_not_mix(world: World) -> None:
    body = await _body(world)
    body["number_ids"].append(await world.number("+14155552671", rehearsal=False))
    problem = await world.ours.post("/campaigns", body, 400)
    assert problem["errors"][0]["field"] == "number_ids"


async def test_a_patch_changes_what_is_sent_and_nothing_else(world: World) -> None:
    made = await world.campaign(daily_cap=10)
    changed = await world.ours.patch(f"/campaigns/{made['id']}", {"name": "Autumn", "daily_cap": None, "window": {"always": True}})
    assert (changed["name"], changed["daily_cap"], changed["window"]) == ("Autumn", None, {"always": True})
    assert (changed["number_ids"], changed["weight"]) == (made["number_ids"], made["weight"])
    await world.ours.patch(f"/campaigns/{made['id']}", {"attempts": {"max_total": 0}}, 400)
    assert (await world.ours.get(f"/campaigns/{made['id']}")) == changed


async def test_a_started_campaign_keeps_its_assistant_and_the_kind_of_its_numbers(world: World) -> None:
    made = await world.campaign()
    await world.ours.post(f"/campaigns/{made['id']}/start", status=200)
    problem = await world.ours.patch(f"/campaigns/{made['id']}", {"assistant_id": await world.assistant()}, 409)
    assert problem["code"] == "assistant_pinned"
    real = await world.number("+14155552671", rehearsal=False)
    await world.ours.patch(f"/campaigns/{made['id']}", {"number_ids": [real]}, 409)
    assert (await world.ours.get(f"/campaigns/{made['id']}"))["number_ids"] == made["number_ids"]


async def test_a_campaign_is_deleted_only_at_rest_and_its_calls_stay(world: World) -> None:
    made = await world.campaign()
    started = await world.ours.post(f"/campaigns/{made['id']}/start", status=200)
    assert "stop it" in (await world.ours.delete(f"/campaigns/{made['id']}", 409))["detail"]
    (enrollment,) = (await world.ours.get(f"/campaigns/{made['id']}/enrollments"))["items"]
    call_id = await world.call(started, enrollment, state="in_progress", holds_slot=True)
    await world.ours.post(f"/campaigns/{made['id']}/stop", status=200)
    assert (await world.ours.delete(f"/campaigns/{made['id']}", 409))["code"] == "campaign_has_live_calls"
    await world.change_call(call_id, state="ended", holds_slot=False)
    await world.ours.delete(f"/campaigns/{made['id']}")
    await world.ours.get(f"/campaigns/{made['id']}", 404)
    assert (await world.read_call(call_id)).campaign_id is None


async def test_every_address_of_a_foreign_campaign_is_not_there(world: World) -> None:
    made = await world.campaign()
    await world.ours.post(f"/campaigns/{made['id']}/start", status=200)
    (enrollment,) = (await world.ours.get(f"/campaigns/{made['id']}/enrollments"))["items"]
    path = f"/campaigns/{made['id']}"
    for rest in ("", "/status", "/stats", "/log", "/enrollments", "/export.csv"):
        await world.theirs.get(path + rest, 404)
    for action in ("start", "pause", "resume", "stop", "archive"):
        await world.theirs.post(f"{path}/{action}", status=404)
    await world.theirs.get(f"/enrollments/{enrollment['id']}", 404)
    await world.theirs.post(f"/enrollments/{enrollment['id']}/skip", status=404)
    await world.theirs.post(f"{path}/contacts", {"contact_ids": [enrollment["contact_id"]]}, 404)
    await world.theirs.patch(path, {"name": "Mine"}, 404)
    await world.theirs.delete(path, 404)
    assert (await world.ours.get(path))["execution_status"] == "running"


async def _body(world: World) -> dict[str, Any]:
    lists, numbers = [await world.contact_list()], [await world.number()]
    return {"name": "Spring", "assistant_id": await world.assistant(), "contact_list_ids": lists, "number_ids": numbers}


async def test_a_campaign_has_the_usual_breaker_until_it_is_given_its_own(world: World) -> None:
    made = await world.campaign()
    assert made["breaker"] == {"share": 0.5, "dials": 20, "least_dials": 10, "window_s": 300}
    changed = await world.ours.patch(f"/campaigns/{made['id']}", {"breaker": {"share": 0.2, "window_s": 60}})
    assert changed["breaker"] == made["breaker"] | {"share": 0.2, "window_s": 60}
    assert (await world.ours.get(f"/campaigns/{made['id']}"))["breaker"] == changed["breaker"]
