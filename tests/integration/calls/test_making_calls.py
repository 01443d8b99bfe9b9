"""POST /calls: one call is asked for, and judged at once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from control_plane.db.models import AuditEntry, GateVerdict
from control_plane.dialer.claim import tick
from control_plane.kit.queue import Nudge
from control_plane.telephony.port import Refused
from tests.integration.calls.conftest import CALLEE, CALLER, Stage

ABSENT = "01a1fd7b-e956-71dd-b74a-bb272d0d4ed4"
REAL = "+14155552671"


async def test_a_call_is_queued_due_now_and_wakes_the_dialer(stage: Stage) -> None:
    before = datetime.now(UTC)
    call = await stage.call(agenda="Ask about Monday.", variables={"city": "Rome"}, metadata={"crm": {"id": 7}}, user_id="u-1")
    assert (call["state"], call["status"], call["purpose"], call["carrier"]) == ("queued", "pending", "single", "simulated")
    assert (call["to"], call["from_number"], call["assistant_id"]) == (CALLEE, CALLER, stage.assistant_id)
    assert (call["metadata"], call["user_id"], call["attempt"]) == ({"crm": {"id": 7}}, "u-1", 1)
    assert before <= datetime.fromisoformat(call["due_at"]) <= datetime.now(UTC)
    assert UUID(call["id"]).version == 7
    assert stage.api.queue.sent == [Nudge("tick")]
    (row,) = await stage.rows()
    assert (row.holds_slot, row.holds_number, row.claimed_at) == (False, False, None)
    assert row.request["agenda"] == "Ask about Monday."


async def test_the_answer_is_what_the_call_then_reads_as(stage: Stage) -> None:
    call = await stage.call()
    assert await stage.get(f"/calls/{call['id']}") == call


async def test_who_made_a_call_is_on_record_without_the_number(stage: Stage) -> None:
    await stage.call()
    async with stage.api.sessions() as session:
        entry = await session.scalar(select(AuditEntry).where(AuditEntry.action == "call.created"))
    assert entry is not None
    assert entry.actor.startswith("key:")
    assert CALLEE not in repr((entry.before, entry.after))


async def test_a_suppressed_number_is_refused_with_the_reason_and_leaves_no_row(stage: Stage) -> None:
    await stage.post("/suppressions", {"e164": CALLEE, "reason": "asked by letter"})
    stage.api.queue.sent.clear()
    problem = await stage.call(409)
    assert (problem["code"], len(problem["reasons"])) == ("suppressed", 1)
    assert problem["reasons"][0] in problem["detail"]
    async with stage.api.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(GateVerdict)) == 0
    assert (await stage.rows(), stage.api.queue.sent) == ([], [])


async def test_a_number_whose_network_has_refused_a_call_as_unwanted_is_called_by_nobody_else(stage: Stage) -> None:
    call, _ = await stage.dialing()
    await stage.network_says(call, Refused(607, "Unwanted", "permission_denied"))
    problem = await stage.call(409)
    said = "The number is on the suppression list: the callee's network marked a call as unwanted."
    assert (problem["code"], problem["reasons"]) == ("suppressed", [said])


async def test_another_workspaces_suppression_does_not_count_here(stage: Stage) -> None:
    assert (await stage.api.stranger.post("/suppressions", json={"e164": CALLEE, "reason": "theirs"})).status_code == 201
    await stage.call()


async def test_a_halted_workspace_calls_nobody_until_it_goes_on(stage: Stage) -> None:
    assert (await stage.api.owner.patch("/workspace", json={"is_halted": True})).status_code == 200
    call = await stage.call()
    assert (await tick(stage.dialer), (await stage.row(call)).claimed_at) == (0, None)
    assert (await stage.api.owner.patch("/workspace", json={"is_halted": False})).status_code == 200
    assert await tick(stage.dialer) == 1


async def _strangers(stage: Stage, path: str, body: dict[str, Any]) -> str:
    made = await stage.api.stranger.post(path, json=body)
    assert made.status_code == 201, made.text
    return made.json()["id"]


@pytest.mark.parametrize("field", ["assistant_id", "contact_id", "campaign_id", "from_number_id"])
async def test_what_is_not_there_is_said_and_no_call_is_made(stage: Stage, field: str) -> None:
    problem = await stage.call(404, **{field: ABSENT})
    assert problem["code"].endswith("_not_found")
    assert await stage.rows() == []


async def test_what_belongs_to_another_workspace_is_not_there(stage: Stage) -> None:
    assistant = await _strangers(stage, "/assistants", {"name": "X", "system_prompt": "Be kind."})
    contact = await _strangers(stage, "/contacts", {"name": "X", "phones": [{"e164": CALLEE}]})
    trunk = await _strangers(stage, "/trunks", {"name": "R", "provider": "rehearsal"})
    number = await _strangers(stage, "/numbers", {"e164": "+12025550198", "trunk_id": trunk})
    body = {"name": "C", "assistant_id": assistant, "contact_list_ids": [], "number_ids": [number]}
    campaign = await _strangers(stage, "/campaigns", body)
    fields = {"assistant_id": assistant, "contact_id": contact, "from_number_id": number, "campaign_id": campaign}
    for field, foreign in fields.items():
        await stage.call(404, **{field: foreign})
    assert await stage.rows() == []


async def test_an_assistant_that_is_switched_off_makes_no_calls(stage: Stage) -> None:
    assert (await stage.api.manager.patch(f"/assistants/{stage.assistant_id}", json={"is_active": False})).status_code == 200
    problem = await stage.call(409)
    assert (problem["code"], "Ann" in problem["detail"]) == ("assistant_inactive", True)


@pytest.mark.parametrize("to", ["12", "+1", "not a number", "+120255501011234567", "", "tel:+12025550101;ext=9"])
async def test_what_is_no_number_is_named_with_a_sentence(stage: Stage, to: str) -> None:
    problem = await stage.call(400, to=to)
    assert [error["field"] for error in problem["errors"]] == ["to"]
    assert problem["detail"].endswith(".")
    assert await stage.rows() == []


@pytest.mark.parametrize("to", [" (202) 555-0101 ", "+1 202.555.0101", "+1202555010１"])
async def test_a_number_is_dialled_in_one_form_however_it_was_written(stage: Stage, to: str) -> None:
    assert (await stage.call(to=to))["to"] == CALLEE


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("agenda", "x" * 2001),
        ("welcome_message", "x" * 201),
        ("custom_prompt", "x" * 8001),
        ("initial_mood", "furious"),
        ("schedule_at", "tomorrow"),
        ("schedule_at", "2026-11-30T09:00:00"),
        ("schedule_at", "9999-12-31T23:59:59Z"),
        ("variables", {"name": 7}),
        ("assistant_id", "ann"),
        ("agenda", 5),
        ("favourite_colour", "blue"),
    ],
)
async def test_a_wrong_field_is_named_and_no_call_is_made(stage: Stage, field: str, value: object) -> None:
    problem = await stage.call(400, **{field: value})
    assert problem["errors"][0]["field"].startswith(field), problem
    assert await stage.rows() == []


@pytest.mark.parametrize(("field", "most"), [("agenda", 2000), ("welcome_message", 200)])
async def test_texts_of_the_greatest_length_are_taken(stage: Stage, field: str, most: int) -> None:
    await stage.call(**{field: "ä" * most})


async def test_a_text_that_no_database_can_hold_is_refused_as_wrong_input(stage: Stage) -> None:
    await stage.call(400, agenda="before\x00after")
    assert await stage.rows() == []


async def test_a_prompt_whose_variables_nobody_gives_is_refused_before_a_phone_rings(stage: Stage) -> None:
    changed = {"first_message": "Hello {first_name}, about {plan}."}
    await stage.api.manager.patch(f"/assistants/{stage.assistant_id}", json=changed)
    await stage.post(f"/assistants/{stage.assistant_id}/publish")
    problem = await stage.call(400, variables={"plan": "gold"})
    assert ([e["field"] for e in problem["errors"]], "{first_name}" in problem["detail"]) == (["variables"], True)
    await stage.call(variables={"plan": "gold", "first_name": "Ada"})


async def test_a_real_number_is_out_of_reach_of_a_rehearsal_installation(stage: Stage) -> None:
    unreachable = await stage.call(409, to=REAL)
    assert (unreachable["code"], "real phones" in unreachable["detail"]) == ("no_caller_number", True)
    forced = await stage.call(409, to=REAL, from_number_id=stage.number_id)
    assert forced["reasons"]
    assert await stage.rows() == []


async def test_without_any_number_the_sentence_says_what_to_add(stage: Stage) -> None:
    assert (await stage.api.manager.delete(f"/numbers/{stage.number_id}")).status_code == 204
    problem = await stage.call(409)
    assert (problem["code"], "trunk" in problem["detail"]) == ("no_caller_number", True)


async def test_a_scheduled_call_is_due_then_and_not_claimed_before(stage: Stage) -> None:
    at = (datetime.now(UTC) + timedelta(hours=2)).replace(microsecond=0)
    call = await stage.call(schedule_at=at.isoformat())
    assert datetime.fromisoformat(call["due_at"]) == at
    assert (await tick(stage.dialer), (await stage.row(call)).claimed_at) == (0, None)


async def test_a_time_that_has_passed_means_now(stage: Stage) -> None:
    before = datetime.now(UTC)
    call = await stage.call(schedule_at="2020-01-01T00:00:00Z")
    assert datetime.fromisoformat(call["due_at"]) >= before


async def test_a_contact_is_called_at_its_first_number(stage: Stage) -> None:
    phones = [{"e164": "+12025550103", "priority": 1}, {"e164": "+12025550102", "priority": 0}]
    contact = await stage.post("/contacts", {"name": "Ada", "phones": phones})
    body = {"assistant_id": stage.assistant_id, "contact_id": contact["id"]}
    call = await stage.post("/calls", body, 202)
    assert (call["to"], call["contact_id"]) == ("+12025550102", contact["id"])


async def test_without_a_number_or_a_contact_the_call_says_what_it_lacks(stage: Stage) -> None:
    problem = await stage.post("/calls", {"assistant_id": stage.assistant_id}, 400)
    assert problem["errors"][0]["field"] == "to"


async def test_a_repeated_request_with_its_key_is_one_call(stage: Stage) -> None:
    key = {"Idempotency-Key": "k-1"}
    first, second = [await stage.api.manager.post("/calls", json=stage.wanted(), headers=key) for _ in range(2)]
    assert (first.status_code, second.status_code, first.json()) == (202, 202, second.json())
    assert len(await stage.rows()) == 1


async def test_the_same_key_with_another_body_is_refused(stage: Stage) -> None:
    key = {"Idempotency-Key": "k-1"}
    await stage.api.manager.post("/calls", json=stage.wanted(), headers=key)
    other = await stage.api.manager.post("/calls", json=stage.wanted(agenda="Other."), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert len(await stage.rows()) == 1


async def test_twenty_equal_requests_at_once_make_one_call(stage: Stage) -> None:
    key = {"Idempotency-Key": "k-1"}
    answers = await asyncio.gather(*(stage.api.manager.post("/calls", json=stage.wanted(), headers=key) for _ in range(20)))
    assert {(answer.status_code, answer.json()["id"]) for answer in answers} == {(202, str((await stage.rows())[0].id))}
    assert len(await stage.rows()) == 1


async def test_a_refused_request_may_be_tried_again_under_its_key(stage: Stage) -> None:
    key = {"Idempotency-Key": "k-1"}
    made = await stage.post("/suppressions", {"e164": CALLEE, "reason": "a slip"})
    assert (await stage.api.manager.post("/calls", json=stage.wanted(), headers=key)).status_code == 409
    assert (await stage.api.manager.delete(f"/suppressions/{made['id']}")).status_code == 204
    assert (await stage.api.manager.post("/calls", json=stage.wanted(), headers=key)).status_code == 202


async def test_who_may_only_look_calls_nobody(stage: Stage) -> None:
    answer = await stage.api.viewer.post("/calls", json=stage.wanted())
    assert (answer.status_code, answer.json()["code"], await stage.rows()) == (403, "forbidden", [])
