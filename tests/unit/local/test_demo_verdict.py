"""The demonstration's verdict: what counts as having ended as scripted."""

from pathlib import Path
from typing import Any

from control_plane.local.demo_verdict import first_audio_line, judge, report
from control_plane.local.demo_view import row_of

_BUSY = {"network_result": "busy", "answered_by": "none", "outcome": "no_conversation", "end_cause": "none"}
_TALKED = {"network_result": "answered", "answered_by": "human", "outcome": "success", "end_cause": "agent_hangup"}
_CALLEES = {"+12025550103": {"script": "busy-then-talks", "about": "", "enrollment": "done", "attempts": [_BUSY, _TALKED]}}


def _enrollment(**more: Any) -> dict[str, Any]:
    return {"id": "e", "contact_name": "Bea", "contact_number": "+12025550103", "state": "done", "attempts": 2, "last_call": None} | more


def _call(facts: dict[str, str | None], state: str = "ended") -> dict[str, Any]:
    return {"enrollment_id": "e", "state": state, **facts}


def test_calls_are_compared_with_their_attempts_in_order() -> None:
    (verdict,) = judge([_enrollment()], [_call(_BUSY), _call(_TALKED)], _CALLEES)
    assert verdict.is_as_scripted
    (verdict,) = judge([_enrollment()], [_call(_TALKED), _call(_BUSY)], _CALLEES)
    assert "call 1: network_result is answered, not busy" in verdict.differences


def test_a_released_call_never_rang_and_is_left_out() -> None:
    unsent = _call(dict.fromkeys(_BUSY), state="released")
    (verdict,) = judge([_enrollment()], [unsent, _call(_BUSY), _call(_TALKED)], _CALLEES)
    assert verdict.is_as_scripted


def test_a_missing_call_and_a_wrong_end_are_said() -> None:
    (verdict,) = judge([_enrollment(state="exhausted")], [_call(_BUSY)], _CALLEES)
    assert verdict.differences == ("1 of 2 calls were made", "the contact is exhausted, not done")


def test_a_repeated_attempt_meets_the_last_behaviour_again() -> None:
    (verdict,) = judge([_enrollment()], [_call(_BUSY), _call(_TALKED), _call(_TALKED)], _CALLEES)
    assert verdict.is_as_scripted


def test_facts_that_say_nothing_equal_none() -> None:
    (verdict,) = judge([_enrollment()], [_call({**_BUSY, "end_cause": None}), _call(_TALKED)], _CALLEES)
    assert verdict.is_as_scripted


def test_a_program_is_told_the_verdict_on_everybody() -> None:
    calls = [_call(_BUSY)]
    told = report(judge([_enrollment(state="exhausted")], calls, _CALLEES), calls, Path("/data/demo-1"))
    assert (told["is_as_scripted"], told["folder"], told["calls"]) == (False, "/data/demo-1", calls)
    (contact,) = told["contacts"]
    assert (contact["contact"], contact["is_as_scripted"], contact["differences"][0]) == ("Bea", False, "1 of 2 calls were made")


def test_first_audio_is_said_with_its_limit() -> None:
    figures = {"calls": 3, "unheard": 0, "p50_s": 0.15, "p95_s": 0.4, "worst_s": 0.4, "limit_s": 0.3, "is_within": False}
    assert first_audio_line("silent", figures | {"calls": 1}).startswith("silent: 1 call, p50")
    assert first_audio_line("silent", figures) == "silent: 3 calls, p50 150 ms, p95 400 ms, worst 400 ms (ABOVE the limit of 300 ms)"


def test_a_row_shows_the_live_call_and_then_the_enrollment() -> None:
    call = {"state": "ringing", **dict.fromkeys(_BUSY)}
    assert row_of(_enrollment(state="claimed", last_call=call))[2] == "ringing"
    assert row_of(_enrollment(last_call={**call, "state": "ended", **_TALKED}))[2:5] == ("done", "2", "answered")
