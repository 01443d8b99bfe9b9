"""What an agent promises is in the ledger, is kept by a call or by people, and is told when its time has passed."""

from datetime import timedelta
from typing import Any

import pytest

from control_plane.calls.promises import words_before
from control_plane.calls.repository import NOT_STORED
from sip_config.contract import (
    ConsentDecision,
    EventKind,
    Outcome,
    Promise,
    PromiseOwner,
    RecordingConsent,
    RecordingPolicy,
    Speaker,
    Turn,
)
from tests.integration.calls.conftest import CALLEE, Stage, checked
from tests.integration.promises.conftest import Ledger

HOUR = timedelta(hours=1)
WHAT, QUOTE = "Send the price list by e-mail.", "I will have it sent to you today."


async def said(stage: Stage, *promises: Promise, **report: Any) -> Any:
    """A call in which this was promised, over."""
    call, agent = await stage.in_progress()
    await agent.reports(promises=promises, **report)
    return call


async def close(ledger: Ledger, promise: Any, how: str, status: int = 200, **body: Any) -> Any:
    return checked(await ledger.stage.api.manager.post(f"/promises/{promise['id']}/{how}", json=body or None), status)


async def test_what_was_promised_stands_in_the_ledger_once_whether_said_at_once_or_in_the_report(ledger: Ledger) -> None:
    call, agent = await ledger.stage.in_progress()
    due_at = ledger.now + HOUR
    promised = {"seq": 1, "what": WHAT, "owner": "team", "quote": QUOTE, "due_at": due_at.isoformat()}
    await agent.says(EventKind.PROMISED, **promised)
    (promise,) = await ledger.all()
    await agent.reports(promises=(Promise(1, WHAT, PromiseOwner.TEAM, due_at, QUOTE), Promise(2, "Tell the nurse.")))
    first, second = await ledger.all()
    assert first == promise == await ledger.stage.get(f"/promises/{promise['id']}")
    assert (first["what"], first["owner"], first["quote"], first["state"], first["is_callback"]) == (WHAT, "team", QUOTE, "open", False)
    assert (first["call_id"], first["due_at"]) == (call["id"], due_at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert (second["what"], second["due_at"]) == ("Tell the nurse.", None)
    events = (await ledger.stage.get(f"/calls/{call['id']}/events"))["items"]
    assert QUOTE not in str(events)
    assert WHAT not in str(events)


async def test_words_of_somebody_who_does_not_want_to_be_recorded_are_not_kept(ledger: Ledger) -> None:
    refused = RecordingConsent(RecordingPolicy.NOTIFY, ConsentDecision.REFUSED)
    await said(ledger.stage, Promise(1, WHAT, quote=QUOTE), recording_consent=refused)
    (promise,) = await ledger.all()
    assert (promise["what"], promise["quote"]) == (WHAT, "")


async def test_a_time_that_nobody_can_have_meant_and_a_promise_of_nothing_are_not_taken(ledger: Ledger) -> None:
    far = ledger.now + timedelta(days=4000)
    await said(ledger.stage, Promise(1, WHAT, due_at=far), Promise(2, "  "), Promise(99, WHAT))
    assert [(promise["what"], promise["due_at"]) for promise in await ledger.all()] == [(WHAT, None)]


async def test_what_is_overdue_is_told_once_and_without_words(ledger: Ledger) -> None:
    await said(ledger.stage, Promise(1, WHAT, due_at=ledger.now + HOUR, quote=QUOTE), Promise(2, "No time was said."))
    await ledger.keep(HOUR / 2)
    assert (await ledger.told(), await ledger.all(is_overdue=True)) == ([], [])
    await ledger.keep(HOUR)
    await ledger.keep()
    (data,) = await ledger.told()
    (promise,) = await ledger.all(is_overdue=True)
    assert (data["promise_id"], data["owner"], data["is_callback"]) == (promise["id"], "team", False)
    assert WHAT not in str(data)


async def test_people_keep_or_drop_a_promise_once(ledger: Ledger) -> None:
    await said(ledger.stage, Promise(1, WHAT, due_at=ledger.now + HOUR), Promise(2, "Tell the nurse.", due_at=ledger.now + HOUR))
    first, second = await ledger.all()
    kept = await close(ledger, first, "keep", note="Sent.")
    assert (kept["state"], kept["closed_by"], kept["note"]) == ("kept", "person", "Sent.")
    assert (await close(ledger, second, "drop"))["state"] == "dropped"
    assert (await close(ledger, first, "drop", 409))["code"] == "promise_closed"
    await ledger.keep(2 * HOUR)
    assert await ledger.told() == []
    assert [promise["id"] for promise in await ledger.all(state="kept")] == [first["id"]]


async def test_a_promised_callback_of_a_single_call_is_made_once_and_kept_when_it_is_dialled(ledger: Ledger) -> None:
    promised = ledger.now + HOUR
    call = await said(ledger.stage, outcome=Outcome.CALLBACK, outcome_label="callback", callback_at=promised)
    (promise,) = await ledger.all()
    assert (promise["is_callback"], promise["owner"], promise["state"]) == (True, "assistant", "open")
    await ledger.keep(HOUR / 2)
    assert len(await ledger.stage.rows()) == 1
    await ledger.keep(HOUR / 2)
    await ledger.keep()
    first, second = await ledger.stage.rows()
    assert (second.to_e164, second.assistant_id, second.request["metadata"]) == (CALLEE, first.assistant_id, {"promise_id": promise["id"]})
    await ledger.stage.change({"id": str(second.id)}, dialing_at=ledger.now)
    await ledger.keep()
    (kept,) = await ledger.all()
    assert (kept["state"], kept["closed_by"], kept["kept_call_id"]) == ("kept", "call", str(second.id))
    assert kept["call_id"] == call["id"]
    await ledger.keep(2 * HOUR)
    assert (await ledger.told(), len(await ledger.stage.rows())) == ([], 2)


async def test_a_callback_that_was_given_up_undialled_is_made_again_unless_somebody_ended_it(ledger: Ledger) -> None:
    await said(ledger.stage, outcome=Outcome.CALLBACK, outcome_label="callback", callback_at=ledger.now + HOUR)
    await ledger.keep(HOUR)
    for later, ended_by_request, calls in ((0, False, 2), (1, False, 3), (1, True, 3)):
        newest = {"id": str((await ledger.stage.rows())[-1].id)}
        given_up = {"state": "released", "holds_number": False, "dialing_at": ledger.now, "ended_at": ledger.now}
        await ledger.stage.change(newest, ended_by_request=ended_by_request, **given_up)
        await ledger.keep(timedelta(minutes=later))
        assert len(await ledger.stage.rows()) == calls
    (promise,) = await ledger.all()
    assert promise["state"] == "open"


async def test_a_callback_that_may_not_be_made_says_why_and_is_told(ledger: Ledger) -> None:
    await said(ledger.stage, outcome=Outcome.CALLBACK, outcome_label="callback", callback_at=ledger.now + HOUR)
    await ledger.stage.post("/suppressions", {"e164": CALLEE, "reason": "asked"})
    await ledger.keep(HOUR)
    await ledger.keep(HOUR)
    (promise,) = await ledger.all()
    assert (promise["state"], len(await ledger.stage.rows())) == ("open", 1)
    assert promise["note"]
    assert [data["is_callback"] for data in await ledger.told()] == [True]


async def test_a_promised_callback_is_kept_with_the_agents_own_words(ledger: Ledger) -> None:
    call, agent = await ledger.stage.in_progress()
    at = (ledger.now + HOUR).isoformat()
    await agent.says(EventKind.OUTCOME_SET, label="callback", note="", callback_at=at, quote="I will call you at four.")
    (promise,) = await ledger.all()
    assert promise["quote"] == "I will call you at four."
    assert "at four" not in str((await ledger.stage.get(f"/calls/{call['id']}/events"))["items"])


async def test_a_callback_that_no_tool_quotes_has_the_words_that_the_agent_said_last(ledger: Ledger) -> None:
    turns = (
        _turn(1, "agent", "A good time?"),
        _turn(2, "callee", "Call me at four."),
        _turn(3, "agent", "I will call you at four."),
    )
    promised = {"outcome": Outcome.CALLBACK, "outcome_label": "callback", "callback_at": ledger.now + HOUR}
    await said(ledger.stage, turns=turns, **promised)
    assert [promise["quote"] for promise in await ledger.all()] == ["I will call you at four."]


async def test_words_of_a_callback_are_not_kept_of_somebody_who_does_not_want_to_be_recorded(ledger: Ledger) -> None:
    refused = RecordingConsent(RecordingPolicy.NOTIFY, ConsentDecision.REFUSED)
    promised = {"outcome": Outcome.CALLBACK, "outcome_label": "callback", "callback_at": ledger.now + HOUR, "callback_quote": QUOTE}
    await said(ledger.stage, recording_consent=refused, turns=(_turn(1, "agent", QUOTE),), **promised)
    assert [promise["quote"] for promise in await ledger.all()] == [""]


@pytest.mark.parametrize(
    ("at_s", "words"),
    [
        (None, "Goodbye."),
        (1.0, "Hello.\nI will call you at four."),
        (9.0, "I will call you at four.\nGoodbye."),
        (20.0, "Goodbye."),
        (-1.0, "Hello."),
    ],
)
def test_the_words_of_a_promise_are_those_before_and_after_it_was_noted(at_s: float | None, words: str) -> None:
    turns = [_turn(0, "agent", "Hello."), _turn(4, "callee", "At four."), _turn(8, "agent", "I will call you at four.")]
    assert words_before([*turns, _turn(10, "agent", NOT_STORED), _turn(12, "agent", "Goodbye.")], at_s) == words


def _turn(seq: int, speaker: str, text: str) -> Turn:
    return Turn(seq, Speaker(speaker), text, float(seq))


async def test_another_time_moves_the_callback_and_another_outcome_drops_it(ledger: Ledger) -> None:
    call = await said(ledger.stage, outcome=Outcome.CALLBACK, outcome_label="callback", callback_at=ledger.now + HOUR)
    later = (ledger.now + 5 * HOUR).strftime("%Y-%m-%dT%H:%M:%SZ")
    for outcome, state in (
        ({"outcome": "callback", "callback_at": later}, "open"),
        ({"outcome": "interested"}, "dropped"),
    ):
        checked(await ledger.stage.api.manager.put(f"/calls/{call['id']}/outcome", json=outcome), 200)
        (promise,) = await ledger.all()
        assert (promise["state"], promise["due_at"]) == (state, later)


async def test_whoever_is_erased_has_been_promised_nothing(ledger: Ledger) -> None:
    call = await said(ledger.stage, Promise(1, WHAT, quote=QUOTE))
    await ledger.stage.change(call, holds_number=False)
    await ledger.stage.post("/erasures", {"e164": CALLEE}, 202)
    assert await ledger.all() == []
