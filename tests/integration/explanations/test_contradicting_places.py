"""Whose number, address and list say different places is told apart from those whose hours are closed, with what to do."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from control_plane.calls.replay import replay
from control_plane.db.models import Consent, GateVerdict
from control_plane.domain.decision import Never
from control_plane.explanations.tasks import judge_newcomers
from control_plane.kit.ids import new_id
from tests.fixtures.world import Tenant, World

NEW_YORK, ALSO_NEW_YORK, FREEPHONE = "+12124567890", "+12124567891", "+18002345678"
NINE_TO_FIVE = {"weekly": [{"days": ["mon", "tue", "wed", "thu", "fri"], "start": "09:00", "end": "17:00"}]}
CONTRADICT = (
    "The number, the address and the time zone of the contact contradict each other: they stand for Tokyo and New York, and the allowed"
    " hours are never open in all of these at once. Correct what is wrong, or confirm in which time zone the person is."
)


async def test_a_contact_whose_places_contradict_is_told_apart_in_preview_explanation_and_export(world: World) -> None:
    world.clock.advance(datetime(2026, 11, 23, 15, 0, tzinfo=UTC) - world.clock.now())
    caller = await world.number("+14155552671", rehearsal=False, synced=True)
    for e164 in (NEW_YORK, ALSO_NEW_YORK, FREEPHONE):
        act = {"purpose": "informational", "basis": "written", "granted_at": datetime(2026, 1, 1, tzinfo=UTC), "recorded_by": "api"}
        await world.add(Consent(id=new_id(), workspace_id=world.ours.workspace_id, e164=e164, **act))
    people = f"name,phone,time_zone\nAda,{NEW_YORK},\nBob,{ALSO_NEW_YORK},Asia/Tokyo\nCy,{FREEPHONE},\n"
    made = await world.campaign(people, number_ids=[caller], window=NINE_TO_FIVE)
    told = await world.ours.post(f"/campaigns/{made['id']}/preview", {}, status=200)
    by_code = {reason["code"]: reason for reason in told["reasons"]}
    assert (told["now"], told["never"], set(by_code)) == (1, 2, {"zones_contradict", "window_never_opens"})
    (bob,) = by_code["zones_contradict"]["examples"]
    assert (bob["name"], bob["sentence"]) == ("Bob", CONTRADICT)
    (cy,) = by_code["window_never_opens"]["examples"]
    assert cy["sentence"].startswith("The number may be in Adak, ")
    assert cy["sentence"].endswith(" Say the contact's time zone or address.")
    await world.ours.post(f"/campaigns/{made['id']}/start", status=200)
    enrolled = {item["contact_name"]: item for item in (await world.ours.get(f"/campaigns/{made['id']}/enrollments"))["items"]}
    explained = await world.ours.get(f"/enrollments/{enrolled['Bob']['id']}/explain")
    assert explained["reasons"] == [{"code": "zones_contradict", "sentence": CONTRADICT}]
    assert {zone["time_zone"] for zone in explained["zones"]} == {"Asia/Tokyo", "America/New_York"}
    await judge_newcomers(world.ctx, made["id"])
    exported = {row["name"]: row for row in csv.DictReader(io.StringIO(await world.ours.get(f"/campaigns/{made['id']}/export.csv")))}
    assert [exported[name]["state"] for name in ("Ada", "Bob", "Cy")] == ["waiting", "exhausted", "exhausted"]
    assert exported["Bob"]["closed_reason"] == CONTRADICT
    async with world.app.state.sessions() as session:
        kept = list(await session.scalars(select(GateVerdict)))
    replayed = [replay(verdict) for verdict in kept]
    codes = [[reason.code for reason in decision.reasons] for decision in replayed if isinstance(decision, Never)]
    assert sorted(codes) == [["window_never_opens"], ["zones_contradict"]]


async def test_a_place_that_somebody_confirms_opens_the_way_is_explained_and_stands_until_it_is_taken_back(world: World) -> None:
    world.clock.advance(datetime(2026, 11, 24, 1, 0, tzinfo=UTC) - world.clock.now())
    caller = await world.number("+14155552671", rehearsal=False, synced=True)
    for e164 in (NEW_YORK, ALSO_NEW_YORK):
        act = {"purpose": "informational", "basis": "written", "granted_at": datetime(2026, 1, 1, tzinfo=UTC), "recorded_by": "api"}
        await world.add(Consent(id=new_id(), workspace_id=world.ours.workspace_id, e164=e164, **act))
    people = f"name,phone,time_zone\nBob,{NEW_YORK},Asia/Tokyo\nAda,{ALSO_NEW_YORK},\n"
    made = await world.campaign(people, number_ids=[caller], window=NINE_TO_FIVE)
    await world.ours.post(f"/campaigns/{made['id']}/start", status=200)
    await judge_newcomers(world.ctx, made["id"])
    (bob,) = (await world.ours.get("/contacts", e164=NEW_YORK))["items"]
    everybody = (await world.ours.get(f"/campaigns/{made['id']}/enrollments"))["items"]
    (enrolled,) = (item for item in everybody if item["contact_name"] == "Bob")
    assert enrolled["closed_reason"] == CONTRADICT
    path = f"/contacts/{bob['id']}/confirmed-zone"
    nothing = dict.fromkeys(("time_zone", "evidence", "confirmed_by", "confirmed_at"))
    assert await world.ours.get(path) == nothing
    said = await put(world.ours, path, {"time_zone": "Asia/Tokyo", "evidence": "Said on 12 May that he lives in Tokyo."}, 200)
    assert (said["time_zone"], said["confirmed_at"]) == ("Asia/Tokyo", "2026-11-24T01:00:00Z")
    assert said == await world.ours.get(path)
    assert (await world.ours.get(f"/contacts/{bob['id']}"))["confirmed_zone"] == "Asia/Tokyo"
    assert (await world.ours.post(f"/campaigns/{made['id']}/preview", {}, status=200))["never"] == 0
    await world.ours.post(f"/enrollments/{enrolled['id']}/retry", status=200)
    explained = await world.ours.get(f"/enrollments/{enrolled['id']}/explain")
    assert explained["may_dial"]
    assert [(zone["time_zone"], zone["is_confirmed"]) for zone in explained["zones"]] == [("Asia/Tokyo", True)]
    assert "Somebody has confirmed that the contact is in Tokyo." in explained["summary"]
    exported = await world.ours.get(f"/contacts/{bob['id']}/export")
    assert exported["confirmed_zones"] == [said]
    await world.ours.delete(path)
    assert await world.ours.get(path) == nothing
    assert (await world.ours.get(f"/enrollments/{enrolled['id']}/explain"))["decision"] == "never"
    trail = [(entry["action"], entry["before"], entry["after"]) for entry in (await world.ours.get("/audit"))["items"]]
    kept = {"time_zone": "Asia/Tokyo", "evidence": "Said on 12 May that he lives in Tokyo."}
    assert ("contact.zone_confirmed", None, kept) in trail
    assert ("contact.zone_unconfirmed", kept, None) in trail


async def test_only_a_zone_that_there_is_can_be_confirmed_and_only_with_words(world: World) -> None:
    ada = await world.ours.post("/contacts", {"name": "Ada", "phones": [{"e164": NEW_YORK}]})
    path = f"/contacts/{ada['id']}/confirmed-zone"
    said = {"time_zone": "Asia/Tokyo", "evidence": "Said so."}
    for wrong in ({"time_zone": "Mars/Olympus"}, {"evidence": " "}, {"evidence": None}, {"why": "x"}):
        await put(world.ours, path, said | wrong, 400)
    await put(world.theirs, path, said, 404)
    await world.theirs.get(path, 404)


async def put(tenant: Tenant, path: str, body: dict[str, Any], status: int) -> Any:
    answer = await tenant.client.put(f"/api/v1{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()
