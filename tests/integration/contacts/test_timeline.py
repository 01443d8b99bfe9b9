"""A person's view: everything that is kept about a contact on one line, page by page, and gone with the person."""

import uuid
from typing import Any

from control_plane.db.models import CallTurn, Contact, Promise, RiskFlag
from tests.fixtures.world import World

PHONE = "+12025550101"
QUIET = [{"days": ["mon"], "start": "12:00", "end": "14:00"}, {"days": ["sat", "sun"], "start": "20:00", "end": "09:00"}]


async def _called(world: World) -> tuple[str, uuid.UUID]:
    """A contact, and a call to them in the ledger."""
    campaign = await world.campaign()
    campaign = await world.ours.post(f"/campaigns/{campaign['id']}/start", status=200)
    (enrollment,) = (await world.ours.get(f"/campaigns/{campaign['id']}/enrollments"))["items"]
    return enrollment["contact_id"], await world.call(campaign, enrollment, state="ended", outcome="success", summary="Sad, then better.")


async def _eventful(world: World) -> tuple[str, list[str]]:
    """A contact of whom something of every kind is known, and the kinds, newest first."""
    contact_id, call_id = await _called(world)
    of = {"workspace_id": world.ours.workspace_id, "call_id": call_id}
    moods = enumerate(("sad", None, "neutral"))
    await world.add(*(CallTurn(**of, seq=i, speaker="callee", text="…", started_at_s=float(i), mood=mood) for i, mood in moods))
    await world.add(RiskFlag(**of, kind="self_harm", level="concern", quote="What for?", offset_s=3.5))
    await world.ours.post("/follow-ups", {"contact_id": contact_id, "for": "operator", "reason": "Sounded lost."})
    consent = {"e164": PHONE, "purpose": "care", "basis": "oral", "granted_at": "2026-01-01T00:00:00Z", "text": "Yes, call me."}
    made = await world.ours.post("/consents", consent)
    await world.ours.post(f"/consents/{made['id']}/revoke", {}, 200)
    await world.ours.post("/suppressions", {"e164": PHONE, "reason": "asked"})
    return contact_id, ["opt_out", "consent", "follow_up", "risk", "call"]


async def test_everything_that_is_kept_about_a_person_is_on_the_timeline(world: World) -> None:
    contact_id, kinds = await _eventful(world)
    items = (await world.ours.get(f"/contacts/{contact_id}/timeline"))["items"]
    assert [item["kind"] for item in items] == kinds
    of = {item["kind"]: item for item in items}
    assert (of["call"]["moods"], of["call"]["outcome"], of["call"]["summary"]) == (["sad", "neutral"], "success", "Sad, then better.")
    assert (of["risk"]["state"], of["risk"]["summary"], of["risk"]["call_id"]) == ("concern", "What for?", of["call"]["id"])
    assert (of["follow_up"]["state"], of["follow_up"]["details"]["for"]) == ("open", "operator")
    assert (of["consent"]["state"], of["consent"]["details"]["purpose"]) == ("revoked", "care")
    assert (of["opt_out"]["state"], of["opt_out"]["summary"]) == ("workspace", "asked")


async def test_appointments_and_promises_are_on_the_timeline_and_in_the_export(world: World) -> None:
    contact_id, call_id = await _called(world)
    of = {"workspace_id": world.ours.workspace_id, "call_id": call_id, "contact_id": uuid.UUID(contact_id)}
    await world.add(Promise(**of, seq=1, what="Send the list.", owner="team", quote="You will have it."))
    campaign = (await world.ours.get("/campaigns"))["items"][0]
    appointment = {"contact_id": contact_id, "assistant_id": campaign["assistant_id"], "starts_at": "2027-01-08T14:30:00Z"}
    made = await world.ours.post("/appointments", appointment | {"title": "Dentist", "time_zone": "UTC"})
    asked = {"name": "Weekly", "assistant_id": campaign["assistant_id"], "contact_id": contact_id, "cron": "0 9 * * 1"}
    schedule = await world.ours.post("/schedules", asked)
    shown = {item["kind"]: item for item in (await world.ours.get(f"/contacts/{contact_id}/timeline"))["items"]}
    assert (shown["promise"]["state"], shown["promise"]["summary"], shown["promise"]["call_id"]) == ("open", "Send the list.", str(call_id))
    assert (shown["appointment"]["state"], shown["appointment"]["details"]["title"]) == ("scheduled", "Dentist")
    for export in (await world.ours.get(f"/contacts/{contact_id}/export"), await world.ours.get("/exports/person", e164=PHONE)):
        planned = export["planned"]
        assert [row["id"] for row in planned["appointments"]] == [made["id"]]
        assert [row["id"] for row in planned["schedules"]] == [schedule["id"]]
        assert ([row["quote"] for row in planned["promises"]], len(planned["reminders"])) == (["You will have it."], 2)
    assert not any((await world.theirs.get("/exports/person", e164=PHONE))["planned"].values())
    await world.ours.post(f"/contacts/{contact_id}/erase", status=202)
    assert not any((await world.ours.get("/exports/person", e164=PHONE))["planned"].values())


async def test_the_timeline_comes_in_pages_without_gap_or_repeat(world: World) -> None:
    contact_id, kinds = await _eventful(world)
    seen: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = await world.ours.get(f"/contacts/{contact_id}/timeline", limit=2, **cursor)
        seen += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert [item["kind"] for item in seen] == kinds
    assert len({item["id"] for item in seen}) == len(kinds)
    await world.ours.get(f"/contacts/{contact_id}/timeline", 400, cursor="nonsense")


async def test_another_person_and_another_workspace_see_nothing_of_it(world: World) -> None:
    contact_id, _ = await _eventful(world)
    other = await world.ours.post("/contacts", {"phones": [{"e164": "+12025550102"}]})
    assert (await world.ours.get(f"/contacts/{other['id']}/timeline"))["items"] == []
    theirs = await world.theirs.post("/contacts", {"phones": [{"e164": PHONE}]})
    assert (await world.theirs.get(f"/contacts/{theirs['id']}/timeline"))["items"] == []
    await world.theirs.get(f"/contacts/{contact_id}/timeline", 404)


async def test_a_persons_export_has_the_timeline_and_the_quiet_times(world: World) -> None:
    contact_id, kinds = await _eventful(world)
    await world.ours.client.put(f"/api/v1/contacts/{contact_id}/quiet-times", json={"ranges": QUIET})
    export = await world.ours.get(f"/contacts/{contact_id}/export")
    assert [entry["kind"] for entry in export["timeline"]] == kinds
    assert export["quiet_times"] == [{"ranges": QUIET}]


async def test_a_person_who_is_erased_has_no_timeline(world: World) -> None:
    contact_id, _ = await _eventful(world)
    await world.ours.post(f"/contacts/{contact_id}/erase", status=202)
    await world.ours.get(f"/contacts/{contact_id}/timeline", 404)


async def test_quiet_times_are_said_shown_and_replaced_as_a_whole(world: World) -> None:
    made = await world.ours.post("/contacts", {"phones": [{"e164": PHONE}]})
    path = f"/contacts/{made['id']}/quiet-times"
    assert await world.ours.get(path) == {"ranges": []}
    put = world.ours.client.put
    assert (await put(f"/api/v1{path}", json={"ranges": QUIET})).json() == {"ranges": QUIET}
    assert await world.ours.get(path) == {"ranges": QUIET}
    async with world.app.state.sessions() as session:
        assert (await session.get_one(Contact, uuid.UUID(made["id"]))).quiet_times == QUIET
    assert (await put(f"/api/v1{path}", json={"ranges": []})).json() == {"ranges": []}


async def test_quiet_times_that_are_none_are_refused(world: World) -> None:
    made = await world.ours.post("/contacts", {"phones": [{"e164": PHONE}]})
    path = f"/api/v1/contacts/{made['id']}/quiet-times"
    every_day = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    for entry in (
        {"days": [], "start": "12:00", "end": "14:00"},
        {"days": ["mon"], "start": "12:60", "end": "14:00"},
        {"days": ["mon"], "start": "25:00", "end": "14:00"},
        {"days": ["monday"], "start": "12:00", "end": "14:00"},
        {"days": every_day, "start": "00:00", "end": "24:00"},
    ):
        answer = await world.ours.client.put(path, json={"ranges": [entry]})
        assert answer.status_code == 400, entry
    assert "suppression list" in answer.json()["detail"]
