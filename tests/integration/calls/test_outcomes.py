"""PUT /calls/{id}/outcome: what a person says came of a call."""

from typing import Any

import pytest
from sqlalchemy import select

from control_plane.db.models import Suppression
from sip_config.contract import EventKind, Outcome
from tests.integration.calls.conftest import CALLEE, Stage, checked


async def _put(stage: Stage, call: Any, status: int = 200, **body: Any) -> Any:
    return checked(await stage.api.manager.put(f"/calls/{call['id']}/outcome", json=body), status)


async def _ended(stage: Stage, **fields: Any) -> Any:
    call, agent = await stage.in_progress(**fields)
    await agent.reports()
    return call


@pytest.mark.parametrize(
    ("label", "category"),
    [
        ("interested", "success"),
        ("not_interested", "not_interested"),
        ("callback", "callback"),
        ("wrong_number", "wrong_number"),
        ("booked", "unknown"),
    ],
)
async def test_a_label_gives_its_category_and_a_label_of_ones_own_never_counts_as_success_by_guess(
    stage: Stage, label: str, category: str
) -> None:
    call = await _put(stage, await _ended(stage), outcome=label)
    assert (call["outcome_label"], call["outcome"], call["answered_by"]) == (label, category, "human")
    assert await stage.get(f"/calls/{call['id']}") == call


async def test_voicemail_also_says_who_picked_up(stage: Stage) -> None:
    call = await _put(stage, await _ended(stage), outcome="voicemail")
    assert (call["outcome"], call["answered_by"]) == ("no_conversation", "voicemail")


async def test_an_unknown_label_is_refused_with_those_that_exist_and_changes_nothing(stage: Stage) -> None:
    call = await _ended(stage)
    before = await stage.get(f"/calls/{call['id']}")
    problem = await _put(stage, call, 400, outcome="delighted")
    assert [error["field"] for error in problem["errors"]] == ["outcome"]
    assert all(label in problem["detail"] for label in ("delighted", "booked", "do_not_call", "wrong_number"))
    assert await stage.get(f"/calls/{call['id']}") == before


async def test_do_not_call_suppresses_the_number_with_the_answer(stage: Stage) -> None:
    call = await _ended(stage)
    await _put(stage, call, outcome="do_not_call", note="Said so to our front desk.")
    assert (await stage.get("/suppressions/check", e164=CALLEE))["is_suppressed"]
    async with stage.api.sessions() as session:
        row = await session.scalar(select(Suppression))
    assert row is not None
    assert (row.reason, str(row.call_id), row.campaign_id) == ("Said so to our front desk.", call["id"], None)
    assert (await stage.call(409))["code"] == "suppressed"


async def test_do_not_call_closes_what_waits_for_the_number_in_every_campaign(stage: Stage) -> None:
    people = (await stage.post("/contact-lists", {"name": "People"}))["id"]
    await stage.post("/contacts", {"name": "Ada", "phones": [{"e164": CALLEE}], "contact_list_ids": [people]})
    body = {"name": "C", "assistant_id": stage.assistant_id, "contact_list_ids": [people], "number_ids": [stage.number_id]}
    later = {"starts_at": "2099-01-01T00:00:00Z"}
    campaigns = [(await stage.post("/campaigns", body | later))["id"] for _ in range(2)]
    for campaign in campaigns:
        await stage.post(f"/campaigns/{campaign}/start", status=200)
    call = await _ended(stage)
    await _put(stage, call, outcome="do_not_call")
    for campaign in campaigns:
        (enrollment,) = (await stage.get(f"/campaigns/{campaign}/enrollments"))["items"]
        assert enrollment["state"] == "suppressed"


async def test_do_not_call_said_twice_is_one_suppression(stage: Stage) -> None:
    call = await _ended(stage)
    for _ in range(2):
        await _put(stage, call, outcome="do_not_call")
    assert len((await stage.get("/suppressions"))["items"]) == 1


async def test_a_persons_word_stands_above_what_the_agent_says_later(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    await _put(stage, call, outcome="callback", note="They asked me for Monday.")
    await agent.says(EventKind.OUTCOME_SET, label="interested")
    await agent.reports(outcome=Outcome.NOT_INTERESTED, outcome_label="not_interested")
    ended = await stage.get(f"/calls/{call['id']}")
    assert (ended["state"], ended["outcome"], ended["outcome_label"]) == ("ended", "callback", "callback")


async def test_a_person_may_correct_what_the_agent_said(stage: Stage) -> None:
    call = await _ended(stage)
    assert (await _put(stage, call, outcome="wrong_number"))["outcome"] == "wrong_number"
    assert (await _put(stage, call, outcome="interested"))["outcome"] == "success"
    events = (await stage.get(f"/calls/{call['id']}/events"))["items"]
    said = [event["data"]["label"] for event in events if event["kind"] == "outcome_set"]
    assert said == ["wrong_number", "interested"]


async def test_the_agents_opt_out_suppresses_even_when_a_person_has_set_another_outcome(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    await _put(stage, call, outcome="interested")
    await agent.reports(outcome=Outcome.DO_NOT_CALL)
    assert (await stage.get("/suppressions/check", e164=CALLEE))["is_suppressed"]


async def test_who_may_only_look_and_strangers_set_nothing(stage: Stage) -> None:
    call = await _ended(stage)
    path = f"/calls/{call['id']}/outcome"
    assert (await stage.api.viewer.put(path, json={"outcome": "do_not_call"})).status_code == 403
    assert (await stage.api.stranger.put(path, json={"outcome": "do_not_call"})).status_code == 404
    assert (await stage.get("/suppressions"))["items"] == []
