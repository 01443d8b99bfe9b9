"""How long records are kept, and how calls are told in the words of the US rules."""

import csv
import io
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from control_plane.analytics.tasks import count_changed_hours
from control_plane.db.models import (
    Appointment,
    AssistantVersion,
    Call,
    CallTranscription,
    CallTurn,
    Consent,
    FollowUp,
    GateVerdict,
    NumberLookup,
    Promise,
    ScheduleRun,
    Workspace,
)
from control_plane.db.session import number_hash
from control_plane.domain.errors import NotFound
from control_plane.kit.ids import new_id
from control_plane.records.call_export import COLUMNS
from control_plane.records.tasks import retain
from tests.fixtures.world import NOON, World

NUMBER = "+12025550101"
LOOKUPS = {"line_type": True, "reassigned_number": True, "monthly_limit": "1", "campaign_ids": None, "currency": "USD"} | {
    "line_type_price": "0.008",
    "reassigned_number_price": "0.02",
}
"""As a workspace keeps its settings of look-ups."""


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _call(world: World, campaign: Any, enrollment: Any, *, days_ago: int, **facts: Any) -> uuid.UUID:
    """A call that ended so many days ago. Its id is as old: retention looks at ids, which sort by time."""
    at = NOON - timedelta(days=days_ago)
    ended = {"state": "ended", "dialing_at": at, "answered_at": at, "ended_at": at + timedelta(seconds=42), "created_at": at}
    call_id = await world.call(campaign, enrollment, **(ended | {"summary": "Words."} | facts))
    old_id = uuid.UUID(int=int(at.timestamp() * 1000) << 80 | call_id.int & (1 << 80) - 1)
    async with world.app.state.sessions.begin() as session:
        (await session.get_one(Call, call_id)).id = old_id
    await world.add(CallTurn(workspace_id=world.ours.workspace_id, call_id=old_id, seq=1, speaker="callee", text="Hi", started_at_s=0.0))
    return old_id


async def _campaign(world: World) -> tuple[Any, Any]:
    campaign = await world.campaign(f"name,phone\nAda,{NUMBER}\n", purpose="survey")
    campaign = await world.ours.post(f"/campaigns/{campaign['id']}/start", status=200)
    (enrollment,) = (await world.ours.get(f"/campaigns/{campaign['id']}/enrollments"))["items"]
    return campaign, enrollment


async def test_what_is_over_its_time_is_deleted_by_kind_and_a_legal_hold_keeps_it(world: World) -> None:
    campaign, enrollment = await _campaign(world)
    storage = world.app.state.storage
    for key in ("old", "held", "young"):
        await storage.put(f"recordings/{key}.ogg", _chunks(b"ogg"))
    await world.ours.client.put("/api/v1/retention", json={"recordings": 30, "transcripts": 60, "calls": 90})
    ancient = await _call(world, campaign, enrollment, days_ago=100)
    old = await _call(world, campaign, enrollment, days_ago=61, recording_key="recordings/old.ogg")
    held = await _call(world, campaign, enrollment, days_ago=100, recording_key="recordings/held.ogg")
    young = await _call(world, campaign, enrollment, days_ago=29, recording_key="recordings/young.ogg")
    await world.ours.post("/legal-holds", {"reason": "Case 7", "call_id": str(held)})
    for _ in range(2):
        await retain(world.ctx)
        await world.ours.get(f"/calls/{ancient}", 404)
        changed = await world.ours.get(f"/calls/{old}")
        assert (changed["summary"], changed["recording_url"], changed["recording_note"]) == ("", None, "Deleted after 30 days.")
        assert (await world.ours.get(f"/calls/{old}/transcript"))["turns"] == []
        for kept in (held, young):
            assert (await world.ours.get(f"/calls/{kept}"))["summary"] == "Words."
            assert len((await world.ours.get(f"/calls/{kept}/transcript"))["turns"]) == 1
    with pytest.raises(NotFound):
        await storage.size("recordings/old.ogg")
    assert await storage.size("recordings/held.ogg") == await storage.size("recordings/young.ogg") == 3


async def test_words_that_are_kept_beside_the_transcript_go_with_it(world: World) -> None:
    campaign, enrollment = await _campaign(world)
    await world.ours.client.put("/api/v1/retention", json={"transcripts": 60})
    old, young = [await _call(world, campaign, enrollment, days_ago=days, summary="") for days in (61, 29)]
    whose: dict[str, Any] = {"workspace_id": world.ours.workspace_id, "contact_id": uuid.UUID(enrollment["contact_id"])}
    facts = {"assistant_id": uuid.UUID(campaign["assistant_id"]), "starts_at": NOON, "time_zone": "UTC", "reminder_offsets_s": []}
    for call_id in (old, young):
        await world.add(Promise(call_id=call_id, seq=1, what="Send the list.", owner="team", quote="I will.", **whose))
        await world.add(Appointment(status_call_id=call_id, evidence="Yes.", status="confirmed", **facts, **whose))
        await world.add(CallTranscription(workspace_id=world.ours.workspace_id, call_id=call_id, version=1, due_at=NOON))
    await retain(world.ctx)
    promises = (await world.ours.get("/promises"))["items"]
    assert {each["call_id"]: (each["what"], each["quote"]) for each in promises} == {
        str(old): ("Send the list.", ""),
        str(young): ("Send the list.", "I will."),
    }
    appointments = (await world.ours.get("/appointments"))["items"]
    assert {each["status_call_id"]: each["evidence"] for each in appointments} == {str(old): "", str(young): "Yes."}
    heard = [len((await world.ours.get(f"/calls/{call_id}/transcriptions"))["items"]) for call_id in (old, young)]
    assert heard == [0, 1]


async def test_topics_are_counted_no_longer_than_the_words_that_they_were_found_in(world: World) -> None:
    campaign, enrollment = await _campaign(world)
    await world.ours.client.put("/api/v1/retention", json={"transcripts": 60, "calls": 90})
    for days, topic in ((100, "delivery"), (61, "payment"), (29, "price")):
        await world.analysis(await _call(world, campaign, enrollment, days_ago=days), topic)
    await count_changed_hours(world.ctx)
    assert len((await world.ours.get("/analytics/topics"))["topics"]) == 3
    await retain(world.ctx)
    told = await world.ours.get("/analytics/topics")
    assert (told["calls"], told["calls_with_topics"], [topic["value"] for topic in told["topics"]]) == (3, 1, ["price"])


async def test_verdicts_go_when_no_call_rests_on_them(world: World) -> None:
    campaign, enrollment = await _campaign(world)
    await world.ours.client.put("/api/v1/retention", json={"verdicts": 31})
    ids = {}
    for name, days in (("loose", 40), ("used", 40), ("young", 20)):
        at = NOON - timedelta(days=days)
        ids[name] = uuid.UUID(int=int(at.timestamp() * 1000) << 80 | new_id().int & (1 << 80) - 1)
        facts: dict[str, Any] = {"decision": "dial", "reasons": [], "inputs": {}, "pack": "p@1", "decided_at": at}
        await world.add(GateVerdict(id=ids[name], workspace_id=world.ours.workspace_id, **facts))
    await _call(world, campaign, enrollment, days_ago=40, verdict_id=ids["used"])
    await retain(world.ctx)
    async with world.app.state.sessions() as session:
        assert [name for name, i in ids.items() if await session.get(GateVerdict, i) is not None] == ["used", "young"]


def _aged(days: int) -> uuid.UUID:
    """The id of a row that was made so long ago."""
    return uuid.UUID(int=int((NOON - timedelta(days=days)).timestamp() * 1000) << 80 | new_id().int & (1 << 80) - 1)


async def test_what_was_planned_goes_by_kind_and_a_legal_hold_on_the_person_keeps_it(world: World) -> None:
    workspace_id = world.ours.workspace_id
    campaign, enrollment = await _campaign(world)
    held = await world.ours.post("/contacts", {"phones": [{"e164": "+12025550102"}]})
    await world.ours.post("/legal-holds", {"reason": "Case 8", "e164": "+12025550102"})
    await world.ours.client.put("/api/v1/retention", json={"runs": 31, "appointments": 31, "follow_ups": 31})
    left: list[tuple[type[Any], uuid.UUID]] = []
    gone: list[tuple[type[Any], uuid.UUID]] = []
    for contact_id, days in ((enrollment["contact_id"], 40), (enrollment["contact_id"], 20), (held["id"], 40)):
        at, into = NOON - timedelta(days=days), gone if days == 40 and contact_id != held["id"] else left
        of: dict[str, Any] = {"workspace_id": workspace_id, "contact_id": uuid.UUID(contact_id)}
        asked = {"name": "Weekly", "assistant_id": campaign["assistant_id"], "contact_id": contact_id, "cron": "0 9 * * 1"}
        schedule = await world.ours.post("/schedules", asked)
        run, appointment, follow_up = _aged(days), _aged(days), _aged(days)
        times = {"planned_at": at, "due_at": at, "start_by": at, "closed_at": at, "state": "failed"}
        planned = {"assistant_id": uuid.UUID(campaign["assistant_id"]), "starts_at": at, "time_zone": "UTC", "reminder_offsets_s": []}
        closed = {"reason": "Lost.", "priority": "crisis", "made_for": "operator", "state": "closed", "closed_at": at, "to_e164": ""}
        await world.add(
            ScheduleRun(id=run, workspace_id=workspace_id, schedule_id=uuid.UUID(schedule["id"]), **times),
            Appointment(id=appointment, **planned, **of),
            FollowUp(id=follow_up, agenda="", **closed, **of),
        )
        into += [(ScheduleRun, run), (Appointment, appointment), (FollowUp, follow_up)]
    for _ in range(2):
        await retain(world.ctx)
        async with world.app.state.sessions() as session:
            assert [await session.get(*which) for which in gone] == [None, None, None]
            assert all([await session.get(*which) for which in left])


async def test_a_legal_hold_keeps_the_verdicts_of_its_call_and_of_its_number(world: World) -> None:
    campaign, enrollment = await _campaign(world)
    await world.ours.client.put("/api/v1/retention", json={"verdicts": 31})
    at, workspace_id, held = NOON - timedelta(days=40), world.ours.workspace_id, "+12025550177"
    call = await _call(world, campaign, enrollment, days_ago=40)
    async with world.app.state.sessions() as session:
        inputs = {"of its number": {"number_hash": number_hash(session, workspace_id, held)}, "of nobody": {"number_hash": "c0ffee"}}
    ids = {name: _aged(40) for name in ("of its call", *inputs)}
    facts: dict[str, Any] = {"workspace_id": workspace_id, "decision": "never", "reasons": [], "pack": "p@1", "decided_at": at}
    await world.add(GateVerdict(id=ids["of its call"], call_id=call, inputs={}, **facts))
    await world.add(*(GateVerdict(id=ids[name], inputs=said, **facts) for name, said in inputs.items()))
    await world.ours.post("/legal-holds", {"reason": "Case 7", "call_id": str(call)})
    await world.ours.post("/legal-holds", {"reason": "Case 8", "e164": held})
    await retain(world.ctx)
    async with world.app.state.sessions() as session:
        assert [name for name, i in ids.items() if await session.get(GateVerdict, i) is not None] == ["of its call", "of its number"]


async def test_what_was_looked_up_of_numbers_is_kept_while_it_is_used(world: World) -> None:
    workspace_id, day = world.ours.workspace_id, NOON.date() - timedelta(days=100)
    agreed = {"purpose": "survey", "basis": "written", "granted_at": NOON - timedelta(days=200), "recorded_by": "api"}
    await world.add(*(Consent(workspace_id=workspace_id, e164=e164, **agreed) for e164 in ("+12025550103", "+12025550104")))
    await world.ours.post("/legal-holds", {"reason": "Case 9", "e164": "+12025550105"})
    held = await world.ours.post("/contacts", {"phones": [{"e164": "+12025550107"}]})
    await world.ours.post("/legal-holds", {"reason": "Case 10", "contact_id": held["id"]})
    asked: dict[str, dict[str, Any]] = {
        "+12025550101": {"line_type_at": NOON - timedelta(days=40)},
        "+12025550102": {"line_type_at": NOON - timedelta(days=40), "reassigned_at": NOON - timedelta(days=29)},
        "+12025550103": {"reassigned_at": NOON - timedelta(days=40), "reassigned_since": day},
        "+12025550104": {"reassigned_at": NOON - timedelta(days=40), "unchanged_since": day},
        "+12025550105": {"line_type_at": NOON - timedelta(days=40)},
        "+12025550106": {"line_type_at": NOON - timedelta(days=40), "wanted_at": NOON},
        "+12025550107": {"line_type_at": NOON - timedelta(days=40)},
    }
    await world.add(*(NumberLookup(id=_aged(90), workspace_id=workspace_id, e164=e164, **said) for e164, said in asked.items()))
    for believed, left in ((60, list(asked)), (30, [number for number in asked if number not in ("+12025550101", "+12025550104")])):
        async with world.app.state.sessions.begin() as session:
            (await session.get_one(Workspace, workspace_id)).number_lookups = LOOKUPS | {"max_age_days": believed}
        assert (await world.ours.get("/retention"))["number_lookups"] == believed
        await retain(world.ctx)
        kept = (await world.ours.get("/number-lookups"))["items"]
        assert sorted(each["e164"] for each in kept) == left
    await world.ours.client.put("/api/v1/retention", json={"number_lookups": None})
    assert (await world.ours.get("/retention"))["number_lookups"] is None


async def test_retention_has_defaults_bounds_and_an_owner(world: World) -> None:
    usual = {"recordings": 90, "transcripts": 365, "calls": 1827, "verdicts": 1827, "runs": 365, "appointments": 365, "follow_ups": 1827}
    usual |= {"number_lookups": 30}
    assert await world.ours.get("/retention") == usual
    answer = await world.ours.client.put("/api/v1/retention", json={"recordings": None, "transcripts": 7})
    assert answer.json() == usual | {"recordings": None, "transcripts": 7}
    for wrong in ({"recordings": 0}, {"calls": 30}, {"runs": 30}, {"verdicts": 99_999}, {"letters": 3}):
        assert (await world.ours.client.put("/api/v1/retention", json=wrong)).status_code == 400
    assert (await world.theirs.get("/retention"))["recordings"] == 90


async def test_call_details_carry_the_columns_that_the_rules_ask_for(world: World) -> None:
    campaign, enrollment = await _campaign(world)
    said = {"e164": NUMBER, "purpose": "survey", "basis": "written", "granted_at": "2026-01-01T00:00:00Z", "source": "form"}
    consent = await world.ours.post("/consents", said)
    human = {"answered_by": "human", "consent_id": uuid.UUID(consent["id"])}
    connected = await _call(world, campaign, enrollment, days_ago=3, outcome="success", **human)
    dropped = await _call(world, campaign, enrollment, days_ago=2, outcome="agent_failure", answered_by="human")
    machine = await _call(world, campaign, enrollment, days_ago=1, outcome="no_conversation", answered_by="voicemail")
    nobody = await _call(world, campaign, enrollment, days_ago=0, answered_at=None, network_result="busy")
    undialled = await _call(world, campaign, enrollment, days_ago=0, dialing_at=None, answered_at=None)
    rows = await _export(world)
    assert [(row["call_id"], row["disposition"]) for row in rows] == [
        (str(connected), "connected"),
        (str(dropped), "dropped"),
        (str(machine), "answered"),
        (str(nobody), "not_answered"),
    ]
    assert str(undialled) not in str(rows)
    first = rows[0]
    assert (first["seller"], first["called_number"], first["calling_number"], first["duration_s"]) == (
        "ours",
        NUMBER,
        "+12025550199",
        "42.0",
    )
    assert (first["purpose"], first["consent_basis"], first["consent_source"], first["artificial_voice"]) == (
        "survey",
        "written",
        "form",
        "yes",
    )
    assert (first["script_version"], first["campaign"]) == ("1", "Spring")
    assert (first["telemarketer"], first["direction"], first["called_party"]) == ("ours", "outbound", "")
    await world.ours.patch(f"/contacts/{enrollment['contact_id']}", {"attributes": {"called_party": "business"}})
    async with world.app.state.sessions.begin() as session:
        (version,) = await session.scalars(select(AssistantVersion))
        version.config = version.config | {"calls_for": "Riverside Dental"}
    first = (await _export(world))[0]
    assert (first["telemarketer"], first["seller"], first["called_party"]) == ("ours", "Riverside Dental", "business")
    assert len(await _export(world, since=(NOON - timedelta(days=1)).isoformat())) == 2
    assert len(await _export(world, until=(NOON - timedelta(days=1)).isoformat(), campaign_id=campaign["id"])) == 2
    await world.ours.get("/calls/export.csv", 404, campaign_id=str(uuid.uuid4()))
    await world.theirs.get("/calls/export.csv", 404, campaign_id=campaign["id"])
    assert (await world.theirs.get("/calls/export.csv")).splitlines() == [",".join(COLUMNS)]


async def _export(world: World, **query: Any) -> list[dict[str, str]]:
    text = await world.ours.get("/calls/export.csv", **query)
    return list(csv.DictReader(io.StringIO(text)))
