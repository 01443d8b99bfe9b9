"""What the order says of disclosure and recording, and what the call shows of them afterwards."""

from typing import Any

import pytest
from sqlalchemy import select

from control_plane.db.models import CallEventRecord, CallTurn
from control_plane.domain import phone
from sip_config.codec import decode
from sip_config.contract import CONTRACT_VERSION, CallOrder, EventKind, RecordingPolicy
from sip_config.versions import VERSION_HEADER
from tests.integration.calls.conftest import CALLER, Stage

OURS = {VERSION_HEADER: str(CONTRACT_VERSION)}
TOLD = {
    "text": "This is Ann, an AI assistant calling for Acme.",
    "offset_s": 1.25,
    "quote": "This is Ann, an AI assistant calling for Acme. Hello.",
}
NOTIFIED = {"policy": "notify", "decision": "notified", "notice_at_s": 4.5, "kept_from_s": 4.5, "quote": ""}
REFUSED = NOTIFIED | {"decision": "refused", "kept_from_s": None, "quote": "Don't record me."}
TURN = {"seq": 1, "speaker": "callee", "text": "My name is Grace.", "started_at_s": 6.0}
REPORT = {"generation": 1, "answered": True, "answered_by": "human", "outcome": "success", "end_cause": "agent_hangup"}


async def test_the_order_says_who_calls_for_whom_and_what_may_be_kept(stage: Stage) -> None:
    _, agent = await stage.dispatched()
    order = decode(CallOrder, (await agent.client.get("/order", headers=OURS)).content)
    workspace = await stage.get("/workspace")
    assert (order.assistant_name, order.calls_for) == ("Ann", workspace["name"])
    assert (order.recording_policy, order.explain_opt_out) == (RecordingPolicy.NOTIFY, True)
    assert (order.say_purpose, order.ask_to_go_on) == ("", False)
    assert order.callback_number == phone.written_for(CALLER, order.to) != ""


async def test_an_assistant_may_call_for_somebody_else_than_the_workspace(stage: Stage) -> None:
    changed = await stage.api.manager.patch(f"/assistants/{stage.assistant_id}", json={"calls_for": "Acme"})
    assert changed.status_code == 200, changed.text
    await stage.api.manager.post(f"/assistants/{stage.assistant_id}/publish")
    _, agent = await stage.dispatched()
    assert decode(CallOrder, (await agent.client.get("/order", headers=OURS)).content).calls_for == "Acme"


async def test_an_assistant_may_owe_more_than_the_rules_and_never_less_and_its_version_is_named_for_it(stage: Stage) -> None:
    path = f"/assistants/{stage.assistant_id}"
    more = {"compliance": {"duties": ["ask_before_going_on"], "recording": "notify_and_affirm"}}
    assert (await stage.api.manager.patch(path, json=more)).json()["compliance"] == more["compliance"]
    before = await stage.call()
    await stage.post(f"/calls/{before['id']}/end", status=202)
    await stage.api.manager.post(f"{path}/publish")
    call, agent = await stage.dispatched()
    order = decode(CallOrder, (await agent.client.get("/order", headers=OURS)).content)
    assert (order.recording_policy, order.ask_to_go_on, order.explain_opt_out) == (RecordingPolicy.NOTIFY_AND_AFFIRM, True, True)
    owed = {each["what"]: each for each in (await stage.get(f"/calls/{call['id']}/explain"))["owed"]}
    assert list(owed) == ["name_caller", "say_ai", "offer_opt_out", "ask_before_going_on", "recording"]
    assert owed["recording"] == {
        "what": "recording",
        "wanted_by": ["assistant"],
        "sentence": "The call is recorded from the person's yes on, by version 2 of the assistant Ann.",
    }
    assert owed["offer_opt_out"]["wanted_by"] == (await stage.get(f"/calls/{call['id']}/explain"))["rule_pack"].split("+")
    (*_, recording) = (await stage.get(f"/calls/{before['id']}/explain"))["owed"]
    assert recording["sentence"].startswith("The person is told that the call is recorded, by the rules rehearsal@")


async def test_the_most_careful_of_workspace_and_assistant_decides_how_a_call_is_recorded(stage: Stage) -> None:
    own = {"stricter": {"recording": "off", "duties": ["say_purpose"]}}
    assert (await stage.api.owner.put("/workspace/rules", json=own)).status_code == 200
    path, laxer = f"/assistants/{stage.assistant_id}", {"recording": "notify", "duties": ["say_purpose"]}
    assert (await stage.api.manager.patch(path, json={"compliance": laxer})).status_code == 200
    await stage.api.manager.post(f"{path}/publish")
    call, agent = await stage.dispatched()
    order = decode(CallOrder, (await agent.client.get("/order", headers=OURS)).content)
    assert (order.recording_policy, order.say_purpose) == (RecordingPolicy.OFF, "informational")
    owed = {each["what"]: each for each in (await stage.get(f"/calls/{call['id']}/explain"))["owed"]}
    assert (owed["recording"]["wanted_by"], owed["say_purpose"]["wanted_by"]) == (["workspace"], ["workspace", "assistant"])
    assert owed["say_purpose"]["sentence"] == (
        "The opening says what the call is for, by the workspace's own rules and version 2 of the assistant Ann."
    )


async def test_what_was_said_first_is_on_the_call_and_nothing_where_nothing_was_said(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    before = await stage.get(f"/calls/{call['id']}")
    assert (before["disclosure"], before["recording_consent"]) == (None, None)
    await agent.says(EventKind.DISCLOSED, **TOLD)
    await agent.says(EventKind.RECORDING, **NOTIFIED)
    shown = await stage.get(f"/calls/{call['id']}")
    assert (shown["disclosure"], shown["recording_consent"]) == (TOLD, NOTIFIED)


async def test_the_report_says_it_too_for_a_call_whose_events_were_lost(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    report = REPORT | {"call_id": call["id"], "disclosure": TOLD, "recording_consent": NOTIFIED}
    assert (await agent.client.put("/report", json=report)).status_code == 200
    shown = await stage.get(f"/calls/{call['id']}")
    assert (shown["disclosure"], shown["recording_consent"]) == (TOLD, NOTIFIED)


async def test_whoever_objects_to_the_recording_leaves_no_words_behind(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    await agent.says(EventKind.TURN, **TURN)
    await agent.says(EventKind.TOOL_CALLED, name="set_outcome", arguments="Grace", result="ok")
    await agent.says(EventKind.RECORDING, **REFUSED)
    async with stage.api.sessions() as session:
        events = (await session.scalars(select(CallEventRecord.data).where(CallEventRecord.kind.in_(("turn", "tool_called"))))).all()
        turns = (await session.scalars(select(CallTurn.text))).all()
    assert "Grace" not in f"{events} {turns}"
    assert (len(events), turns) == (2, ["[not stored]"])
    assert (await stage.get(f"/calls/{call['id']}"))["recording_consent"]["quote"] == "Don't record me."


@pytest.mark.parametrize(("kind", "data"), [("disclosed", {"text": "x"}), ("recording", NOTIFIED | {"decision": "perhaps"})])
async def test_an_event_that_does_not_fit_is_refused(stage: Stage, kind: str, data: dict[str, Any]) -> None:
    _, agent = await stage.dispatched()
    event = {"id": "1", "kind": kind, "at": "2026-11-21T09:00:00Z", "generation": 1, "data": data}
    answer = await agent.client.post("/events", json=[event])
    assert (answer.status_code, answer.json()["code"]) == (400, "contract_mismatch")
