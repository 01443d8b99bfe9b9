"""After an answered call: what was said becomes values with evidence, once, and what follows from them is done."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update

from control_plane.analysis.tasks import analyze_calls
from control_plane.analytics.tasks import count_changed_hours
from control_plane.calls.analysis_asking import WITHOUT_REPORT, ask_for_analysis
from control_plane.db.models import Call, CallTurn
from control_plane.db.unit import open_unit
from sip_config.contract import AnsweredBy, ConsentDecision, EventKind, Outcome, RecordingConsent, RecordingPolicy
from tests.integration.analysis.conftest import Desk, talk
from tests.integration.calls.conftest import CALLEE, checked

OFFER = ("agent", "Would you like to book the visit on Friday?")
YES = ("callee", "Yes, please. How much does it cost?")
STOP = ("callee", "Take me off your list and stop calling me.")


async def test_a_call_is_analysed_once_with_words_and_seconds_and_told_of_without_words(desk: Desk) -> None:
    call, found = await desk.analyzed(OFFER, YES)
    assert (found["state"], found["version"], found["is_current"], found["engine"], found["cause"]) == ("done", 1, True, "rules", "call")
    assert found["outcome"] == {"value": "success", "confidence": 0.75, "quote": YES[1], "offset_s": 4.0}
    assert [(topic["value"], topic["quote"]) for topic in found["topics"]] == [("price", YES[1])]
    assert found["talk"] == {"agent_s": 3.0, "callee_s": 3.0, "ratio": 0.5, "agent_turns": 1, "callee_turns": 1}
    assert (found["lead_score"], found["opt_out"]["value"], found["lead_status"]) == (100, "unknown", "qualified")
    (told,) = await desk.told("call.analyzed")
    assert (told["id"], told["analysis_url"]) == (call["id"], f"/api/v1/calls/{call['id']}/analysis")
    assert YES[1] not in str(told)
    await desk.work()
    assert [row.version for row in await desk.rows(call)] == [1]
    read = await desk.stage.get(f"/calls/{call['id']}")
    assert (read["outcome"], read["summary"]) == ("success", found["summary"]["value"])


async def test_an_outcome_that_the_agent_or_a_person_set_stands_and_nobody_succeeds_without_words(desk: Desk) -> None:
    call, found = await desk.analyzed(OFFER, ("callee", "Hm, hold on."), outcome=Outcome.SUCCESS, outcome_label="booked")
    assert (found["outcome"]["value"], found["outcome"]["quote"], found["lead_status"]) == ("unknown", "", "contacted")
    assert (await desk.stage.get(f"/calls/{call['id']}"))["outcome_label"] == "booked"
    refused, found = await desk.analyzed(OFFER, ("callee", "I am not interested."), outcome=Outcome.SUCCESS, outcome_label="booked")
    assert (found["outcome"]["value"], found["lead_status"]) == ("not_interested", "lost")
    assert (await desk.stage.get(f"/calls/{refused['id']}"))["outcome"] == "success"


async def test_an_opt_out_that_the_agent_missed_is_committed_and_a_lifted_one_is_not_made_again(desk: Desk) -> None:
    call, found = await desk.analyzed(OFFER, ("callee", "Yes, sounds good."), STOP, outcome=Outcome.SUCCESS)
    assert (found["outcome"]["value"], found["opt_out"]["value"], found["lead_score"]) == ("do_not_call", True, 0)
    (suppression,) = (await desk.stage.get("/suppressions"))["items"]
    assert (suppression["e164"], suppression["call_id"]) == (CALLEE, call["id"])
    assert (await desk.stage.get(f"/calls/{call['id']}"))["outcome"] == "do_not_call"
    assert (await desk.stage.get("/contacts"))["items"] == []
    answer = await desk.stage.api.manager.delete(f"/suppressions/{suppression['id']}")
    assert answer.status_code == 204
    await again(desk, call)
    await desk.work()
    assert (await desk.stage.get("/suppressions"))["items"] == []


async def again(desk: Desk, call: Any, status: int = 202) -> Any:
    return await desk.stage.post(f"/calls/{call['id']}/analyses", status=status)


async def test_a_number_that_belongs_to_nobody_becomes_one_contact_and_its_lead_only_moves_on(desk: Desk) -> None:
    first, _ = await desk.analyzed(OFFER, YES)
    second, _ = await desk.analyzed(OFFER, ("callee", "Call me back tomorrow."))
    (contact,) = (await desk.stage.get("/contacts"))["items"]
    assert ([number["e164"] for number in contact["phones"]], contact["lead_status"]) == ([CALLEE], "qualified")
    assert {(await desk.stage.get(f"/calls/{call['id']}"))["contact_id"] for call in (first, second)} == {contact["id"]}
    (created,) = await desk.told("contact.created")
    assert created["contact_id"] == contact["id"]
    kinds = [(e["kind"], e["state"], e["call_id"]) for e in (await desk.stage.get(f"/contacts/{contact['id']}/timeline"))["items"]]
    assert ("analysis", "qualified", first["id"]) in kinds
    changed = checked(await desk.stage.api.manager.patch(f"/contacts/{contact['id']}", json={"lead_status": "converted"}), 200)
    assert changed["lead_status"] == "converted"


async def test_whoever_was_not_spoken_to_is_no_contact_and_a_machine_decides_nothing(desk: Desk) -> None:
    machine = ("callee", "I'm interested. Sign me up. Press nine, stop calling me.")
    _, found = await desk.analyzed(OFFER, machine, answered_by=AnsweredBy.VOICEMAIL, outcome=Outcome.NO_CONVERSATION)
    assert {found[name]["value"] for name in ("summary", "outcome", "opt_out", "sentiment")} == {"unknown"}
    assert (found["lead_score"], (await desk.stage.get("/contacts"))["items"]) == (None, [])
    _, found = await desk.analyzed(OFFER, ("callee", "You have the wrong number."))
    assert (found["outcome"]["value"], (await desk.stage.get("/contacts"))["items"]) == ("wrong_number", [])


async def test_topics_are_counted_with_the_hour_of_the_call_again_when_they_change_and_no_more_after_a_refusal(desk: Desk) -> None:
    async def counted() -> list[list[str]]:
        """As it is read from the calls and, once they are counted, from the hours."""
        told = []
        for _ in range(2):
            told.append([topic["value"] for topic in (await desk.stage.get("/analytics/topics"))["topics"]])
            await count_changed_hours(desk.ctx)
        return told

    call, agent = await desk.called(OFFER, YES)
    assert await counted() == [[], []]
    await desk.work()
    assert await counted() == [["price"], ["price"]]
    async with desk.stage.api.sessions.begin() as session:
        await session.execute(update(CallTurn).where(CallTurn.speaker == "callee").values(text="Can I pay by card?"))
    await again(desk, call)
    await desk.work()
    assert await counted() == [["payment"], ["payment"]]
    refused = {"policy": "notify", "decision": "refused", "notice_at_s": 1.0, "kept_from_s": None, "quote": "Don't."}
    await agent.says(EventKind.RECORDING, **refused)
    assert await counted() == [[], []]


async def test_of_somebody_who_refused_to_be_recorded_nothing_is_read(desk: Desk) -> None:
    refused = RecordingConsent(RecordingPolicy.NOTIFY, ConsentDecision.REFUSED)
    _, found = await desk.analyzed(OFFER, YES, recording_consent=refused)
    assert (found["outcome"]["value"], found["talk"]["callee_turns"]) == ("unknown", 0)


async def test_a_call_whose_agent_died_is_analysed_from_what_it_sent_and_again_when_the_report_comes(desk: Desk) -> None:
    call, agent = await desk.stage.in_progress()
    await agent.says(EventKind.TURN, seq=0, speaker="callee", text="I am not interested.", started_at_s=1.0)
    await agent.says(EventKind.CALLEE_LEFT, last_status="hangup", disconnect_reason="CLIENT_INITIATED")
    async with open_unit(desk.stage.api.sessions, desk.stage.api.queue, desk.clock, actor="system") as unit:
        await ask_for_analysis(unit, await unit.session.get_one(Call, UUID(call["id"])))
    await desk.work()
    assert [row.state for row in await desk.rows(call)] == ["pending"]
    await desk.work(WITHOUT_REPORT)
    assert (await desk.of(call))["outcome"]["value"] == "not_interested"
    await agent.reports(outcome=Outcome.UNKNOWN, turns=talk(OFFER, YES))
    await desk.work()
    current = await desk.of(call)
    assert (current["version"], current["cause"]) == (2, "call")


async def test_asked_again_a_call_gets_one_more_version_and_the_newest_is_current(desk: Desk) -> None:
    call, _ = await desk.analyzed(OFFER, ("callee", "My household is 4 people, well, put 4."))
    schema = {"type": "object", "properties": {"household": {"type": "integer", "description": "people in the household"}}}
    patch = await desk.stage.api.manager.patch(f"/assistants/{desk.stage.assistant_id}", json={"extraction_schema": schema})
    checked(patch, 200)
    await desk.stage.post(f"/assistants/{desk.stage.assistant_id}/publish")
    asked, twice = await again(desk, call), await again(desk, call)
    assert (asked["id"], asked["state"], asked["version"]) == (twice["id"], "pending", 2)
    assert "call.analysis_requested" in str(checked(await desk.stage.api.owner.get("/audit"), 200)["items"])
    assert (await desk.of(call))["version"] == 1
    await asyncio.gather(*(analyze_calls(desk.ctx) for _ in range(3)))
    current = await desk.of(call)
    assert (current["version"], current["cause"], set(current["extraction"])) == (2, "request", {"household"})
    listed = (await desk.stage.get(f"/calls/{call['id']}/analyses"))["items"]
    assert [(each["version"], each["is_current"]) for each in listed] == [(2, True), (1, False)]
    assert len(await desk.told("call.analyzed")) == 2


async def test_stored_calls_of_a_time_span_are_analysed_again(desk: Desk) -> None:
    calls = [(await desk.analyzed(OFFER, YES))[0] for _ in range(2)]
    span = {"since": (desk.now - timedelta(days=1)).isoformat(), "until": (desk.now + timedelta(days=1)).isoformat()}
    assert await desk.stage.post("/analyses", span | {"assistant_id": desk.stage.assistant_id}, 202) == {"calls": 2, "next": None}
    await desk.work()
    assert [[row.version for row in await desk.rows(call)] for call in calls] == [[1, 2], [1, 2]]
    await desk.stage.post("/analyses", span | {"until": span["since"]}, 400)


async def test_a_call_that_nobody_answered_has_nothing_to_analyse(desk: Desk) -> None:
    call = await desk.stage.call()
    assert (await again(desk, call, 409))["code"] == "nothing_to_analyze"
    await desk.stage.get(f"/calls/{call['id']}/analysis", status=404)


async def test_an_analysis_whose_words_are_gone_meanwhile_stores_none_of_them(desk: Desk) -> None:
    call, _ = await desk.called(OFFER, YES)
    checked(await desk.stage.api.manager.post("/erasures", json={"e164": CALLEE}), 202)
    await desk.work()
    assert await desk.rows(call) == []
    await desk.stage.get(f"/calls/{call['id']}/analysis", status=404)
