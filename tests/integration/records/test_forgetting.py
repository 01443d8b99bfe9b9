"""Legal holds, erasure by contact and by number, a person's export: who asks to be forgotten is, and is not called again."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from control_plane.audit.commands import examine
from control_plane.db.models import CallEventRecord, CallTranscription, CallTurn, GateVerdict
from control_plane.db.unit import open_unit
from control_plane.domain.eligibility import suppressed_sentence
from control_plane.kit.ids import new_id
from control_plane.records.tasks import finish_erasure, sweep_erasures
from tests.fixtures.world import NOON, World

NUMBER, OTHER = "+12025550101", "+12025550102"
TALK = {"state": "ended", "dialing_at": NOON, "answered_at": NOON, "ended_at": NOON, "outcome": "success", "answered_by": "human"}
KEY = "recordings/one.ogg"
HEARD = {"speaker": "callee", "text": "Ada is speaking", "started_at_s": 0.0, "ended_at_s": 1.0}


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _person(world: World, **facts: Any) -> tuple[Any, uuid.UUID]:
    """Ada with two numbers, a campaign, a consent and one call with everything that a call can leave behind."""
    campaign = await world.campaign(f"name,phone,mobile\nAda,{NUMBER},{OTHER}\n")
    campaign = await world.ours.post(f"/campaigns/{campaign['id']}/start", status=200)
    await world.ours.post("/consents", {"e164": NUMBER, "purpose": "care", "basis": "oral", "granted_at": "2026-01-01T00:00:00Z"})
    (enrollment,) = (await world.ours.get(f"/campaigns/{campaign['id']}/enrollments"))["items"]
    workspace_id, verdict_id = world.ours.workspace_id, new_id()
    inputs = {"number_hash": "abc", "purpose": "care", "suppressed_because": "his words"}
    reasons = [{"code": "suppressed", "sentence": suppressed_sentence("his words")}, {"code": "limit_reached", "sentence": "3 of 3."}]
    facts = {"decision": "never", "reasons": reasons, "inputs": inputs, "pack": "p@1", "decided_at": NOON} | facts.pop("verdict", {})
    await world.add(GateVerdict(id=verdict_id, workspace_id=workspace_id, **facts))
    await world.app.state.storage.put(KEY, _chunks(b"ogg"))
    said = {"summary": "Ada said yes.", "request": {"agenda": "Ada"}, "recording_key": KEY, "verdict_id": verdict_id}
    call_id = await world.call(campaign, enrollment, **(TALK | said))
    event = {"source": "agent", "source_event_id": "1", "kind": "opt_out", "at": NOON, "data": {"quote": "Ada speaking"}}
    await world.add(
        CallTurn(workspace_id=workspace_id, call_id=call_id, seq=1, speaker="callee", text="Ada speaking", started_at_s=0.0),
        CallEventRecord(workspace_id=workspace_id, call_id=call_id, **event),
        CallTranscription(workspace_id=workspace_id, call_id=call_id, version=1, state="done", is_current=True, turns=[HEARD], due_at=NOON),
    )
    return enrollment, call_id


async def _finish(world: World) -> None:
    await sweep_erasures(world.ctx)
    for nudge in [n for n in world.queue.sent if n.task == "finish_erasure"]:
        await finish_erasure(world.ctx, nudge.subject)


async def test_an_erased_contact_leaves_figures_a_hash_and_an_unbroken_audit_log(world: World) -> None:
    enrollment, call_id = await _person(world)
    gone = await world.ours.post(f"/contacts/{enrollment['contact_id']}/erase", status=202)
    assert {name: gone["counts"][name] for name in ("contacts", "numbers", "calls", "recordings", "verdicts", "consents")} == {
        "contacts": 1,
        "numbers": 2,
        "calls": 1,
        "recordings": 1,
        "verdicts": 1,
        "consents": 1,
    }
    await _finish(world)
    assert (await world.ours.get(f"/erasures/{gone['id']}"))["finished_at"] is not None
    await world.ours.get(f"/contacts/{enrollment['contact_id']}", 404)
    call = await world.ours.get(f"/calls/{call_id}")
    assert (call["to"], call["summary"], call["metadata"], call["contact_id"], call["outcome"]) == ("", "", {}, None, "success")
    assert (await world.ours.get(f"/calls/{call_id}/transcript"))["turns"] == []
    assert (await world.ours.get(f"/calls/{call_id}/transcriptions"))["items"] == []
    await world.ours.get(f"/calls/{call_id}/recording", 404)
    row = await world.read_call(call_id)
    async with world.app.state.sessions() as session:
        verdict = await session.get_one(GateVerdict, row.verdict_id)
    assert verdict.inputs == {"purpose": "care", "redacted": True, "suppressed_because": "erased"}
    # The gate's own sentence about the inputs that are left, so that the verdict can still be computed anew.
    assert [reason["sentence"] for reason in verdict.reasons] == [suppressed_sentence("erased"), "3 of 3."]
    for number in (NUMBER, OTHER):
        check = await world.ours.get("/suppressions/check", e164=number)
        assert [(s["e164"], s["source"]) for s in check["suppressions"]] == [(None, "erasure")]
    assert not (await world.theirs.get("/suppressions/check", e164=NUMBER))["is_suppressed"]
    (consent,) = (await world.ours.get("/consents"))["items"]
    assert (consent["e164"], consent["revoked_reason"]) == (None, "erased")
    everything = [await world.ours.get(path) for path in ("/audit", "/calls", "/erasures", "/suppressions", "/consents", "/contacts")]
    assert [word for word in (NUMBER, OTHER, "Ada") if word in str(everything)] == []
    async with open_unit(world.app.state.sessions, world.queue, world.clock, actor="system") as unit:
        assert (await examine(unit, None, []))[0] == []


async def test_an_erased_number_is_refused_for_calls_imports_and_campaigns(world: World) -> None:
    await _person(world)
    gone = await world.ours.post("/erasures", {"e164": NUMBER}, 202)
    assert (gone["counts"]["contacts"], gone["counts"]["numbers"], gone["contact_id"]) == (0, 1, None)
    (ada,) = (await world.ours.get("/contacts"))["items"]
    assert [phone["e164"] for phone in ada["phones"]] == [OTHER]
    await world.contact_list(f"name,phone\nAda,{NUMBER}\n")
    assert (await world.ours.get("/suppressions/check", e164=NUMBER))["is_suppressed"]
    again = await world.ours.post("/erasures", {"e164": NUMBER}, 202)
    assert again["counts"]["contacts"] == 1
    assert (await world.ours.get("/suppressions/check", e164=NUMBER))["is_suppressed"]


async def test_a_call_that_was_being_made_meanwhile_is_forgotten_when_it_has_ended(world: World) -> None:
    enrollment, _ = await _person(world)
    gone = await world.ours.post("/erasures", {"e164": NUMBER}, 202)
    campaign = await world.ours.get(f"/campaigns/{enrollment['campaign_id']}")
    late = await world.call(campaign, enrollment, state="dispatched", claimed_at=NOON, summary="Ada")
    await _finish(world)
    assert (await world.ours.get(f"/erasures/{gone['id']}"))["finished_at"] is None
    await world.change_call(late, state="released")
    await _finish(world)
    assert (await world.ours.get(f"/erasures/{gone['id']}"))["finished_at"] is not None
    call = await world.read_call(late)
    assert (call.to_e164, call.summary, call.erased_at is not None) == ("", "", True)


async def test_nobody_is_erased_during_a_call_or_under_a_legal_hold(world: World) -> None:
    enrollment, call_id = await _person(world)
    await world.change_call(call_id, state="in_progress", claimed_at=NOON, holds_number=True)
    for path, body in ((f"/contacts/{enrollment['contact_id']}/erase", None), ("/erasures", {"e164": NUMBER})):
        assert (await world.ours.post(path, body, 409))["code"] == "person_in_call"
    await world.change_call(call_id, state="ended", holds_number=False)
    for subject in ({"contact_id": enrollment["contact_id"]}, {"e164": NUMBER}, {"call_id": str(call_id)}):
        hold = await world.ours.post("/legal-holds", {"reason": "Case 7", **subject})
        refused = await world.ours.post("/erasures", {"e164": NUMBER}, 409)
        assert (refused["code"], "Case 7" in refused["detail"]) == ("legal_hold", True)
        released = await world.ours.post(f"/legal-holds/{hold['id']}/release", status=200)
        assert released["released_by"].startswith("key:")
        assert (await world.ours.post(f"/legal-holds/{hold['id']}/release", status=200))["released_at"] == released["released_at"]
    await world.ours.post("/legal-holds", {"reason": "Case 8", "e164": NUMBER})
    assert (await world.ours.client.delete(f"/api/v1/contacts/{enrollment['contact_id']}")).status_code == 409


@pytest.mark.parametrize("subject", [{}, {"e164": NUMBER, "call_id": str(uuid.uuid4())}, {"e164": "12"}])
async def test_a_hold_names_exactly_one_thing(world: World, subject: Any) -> None:
    await world.ours.post("/legal-holds", {"reason": "Case 7", **subject}, 400)
    await world.ours.post("/legal-holds", {"e164": NUMBER}, 400)


async def test_a_persons_export_holds_what_is_kept_under_contact_and_number(world: World) -> None:
    enrollment, call_id = await _person(world)
    await world.ours.post("/suppressions", {"e164": NUMBER, "reason": "asked"})
    by_contact = await world.ours.get(f"/contacts/{enrollment['contact_id']}/export")
    by_number = await world.ours.get("/exports/person", e164=NUMBER)
    assert (by_contact["numbers"], by_number["numbers"]) == ([NUMBER, OTHER], [NUMBER])
    for export in (by_contact, by_number):
        assert [(c["call"]["id"], c["transcript"][0]["text"]) for c in export["calls"]] == [(str(call_id), "Ada speaking")]
        assert [heard["turns"] for heard in export["calls"][0]["transcriptions"]] == [[HEARD]]
        counts = tuple(len(export[name]) for name in ("contacts", "consents", "suppressions"))
        assert (counts, export["calls_left_out"]) == ((1, 1, 1), 0)
    empty = await world.theirs.get("/exports/person", e164=NUMBER)
    assert (empty["contacts"], empty["consents"], empty["suppressions"], empty["calls"]) == ([], [], [], [])
    await world.ours.get("/exports/person", 400, e164="12")
