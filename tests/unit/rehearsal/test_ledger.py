"""The ledger's arithmetic: when an agent owed its first word and how late it came."""

from pathlib import Path
from typing import Any

import pytest

from rehearsal.ledger import CallLabel, Ledger, first_audio, read

LABEL = CallLabel("SCL_1", "call-1", "+12025550101", 1, "answers-and-talks", "room")


def records(*events: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"event": event, "sip_call_id": "SCL_1", "call_id": "c", "script": "s", **facts} for event, facts in events]


@pytest.mark.parametrize(
    ("words", "audio_at", "spoke", "due_at", "delay_s"),
    [
        ((100.3, 100.8), 101.5, True, 100.8, 0.7),
        ((100.3, 103.0), 103.25, True, 103.0, 0.25),
        ((100.3, 100.8), 100.2, True, 100.8, 0.0),
        (None, 101.75, False, 101.5, 0.25),
        (None, 100.2, False, 101.5, 0.0),
        ((104.0, 105.0), 103.5, False, 101.5, 2.0),
        ((100.3, 100.8), None, True, 100.8, None),
    ],
    ids=["words", "long words", "agent first", "silent", "silent, early agent", "late words", "no agent"],
)
def test_first_audio_is_due_after_the_first_words_or_a_moment_after_a_silent_answer(
    words: tuple[float, float] | None, audio_at: float | None, spoke: bool, due_at: float, delay_s: float | None
) -> None:
    events: list[tuple[str, dict[str, Any]]] = [("dialed", {"at": 99.0}), ("answered", {"at": 100.0})]
    events += [("callee_spoke", {"at": words[1], "started_at": words[0], "ended_at": words[1]})] if words else []
    # A later utterance is written first: the earliest counts, not the first line.
    events += [("agent_audio", {"at": 110.0, "started_at": t}) for t in (120.0, audio_at) if audio_at]
    (entry,) = first_audio(records(*events))
    assert (entry.spoke, entry.due_at, entry.audio_at) == (spoke, due_at, audio_at)
    assert entry.delay_s == (None if delay_s is None else pytest.approx(delay_s))


def test_calls_that_nobody_answered_owe_no_audio() -> None:
    assert first_audio(records(("dialed", {"at": 1.0}), ("ended", {"at": 2.0, "cause": "refused"}))) == []


def test_records_carry_their_call_and_a_half_written_line_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    first, second = Ledger(path), Ledger(path)
    first.write("dialed", LABEL)
    second.write("ended", LABEL, cause="refused", code=486)
    path.write_text(path.read_text() + '{"event": "ha')
    written = read(path)
    assert [(r["event"], r["call_id"], r["sip_call_id"], r["attempt"]) for r in written] == [
        ("dialed", "call-1", "SCL_1", 1),
        ("ended", "call-1", "SCL_1", 1),
    ]
    assert written[0]["at"] <= written[1]["at"]
    first.close()
    second.close()


def test_a_ledger_that_does_not_exist_yet_has_no_records(tmp_path: Path) -> None:
    assert read(tmp_path / "none.jsonl") == []
