"""What leaves the worker of a call's sound and words, under each recording policy: real calls, and the stored audio decoded."""

import io
from functools import partial

import av
import numpy as np
import pytest_asyncio

from agent_worker.recording_consent import NOT_STORED
from rehearsal.scripts import After, Script, ScriptBook, Step
from sip_config.contract import CallReport, ConsentDecision, EventKind, Outcome, RecordingPolicy, Speaker
from tests.integration.agent_worker.control_plane import Kept
from tests.integration.agent_worker.harness import LINE, Played, Stage, two_at_a_time
from tests.integration.agent_worker.test_calls import HELLO, behaviour

RATE = 48_000
LOUD = 0.01
AI = "You are speaking with an AI assistant."


def agreeing(script: Script):
    yes = Step(say="Yes, that sounds good.", after=After.AGENT_STOPS, delay_s=0.2)
    return behaviour(script, HELLO, yes, yes, Step(say="Thank you, goodbye.", after=After.AGENT_STOPS, delay_s=0.2))


@pytest_asyncio.fixture(scope="module")
async def played(calls: Stage, book: ScriptBook) -> dict[str, Played]:
    """One call under each policy, and one with a callee who refuses."""
    talks, refuses = book.scripts["answers-and-talks"], book.scripts["refuses-recording"]
    asking = RecordingPolicy.NOTIFY_AND_AFFIRM
    return await two_at_a_time(
        {
            "affirmed": partial(calls.call, talks, agreeing(talks), recording_policy=asking),
            "refused": partial(calls.call, refuses, recording_policy=asking),
            "notified": partial(calls.call, talks, recording_policy=RecordingPolicy.NOTIFY),
            "off": partial(calls.call, talks, recording_policy=RecordingPolicy.OFF),
            "objected": partial(calls.call, refuses, recording_policy=RecordingPolicy.NOTIFY),
        }
    )


def report_of(played: dict[str, Played], name: str) -> CallReport:
    report = played[name][0].report
    assert report is not None
    assert report.errors == ()
    return report


def channels(recording: bytes) -> np.ndarray:
    """Callee and agent, as floats."""
    with av.open(io.BytesIO(recording)) as container:
        return np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)


def loudness(sound: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(sound)))) if sound.size else 0.0


def said_by_callee(kept: Kept) -> set[str]:
    """Every text of the callee's that has left the worker, in events and report."""
    assert kept.report is not None
    live = {event.data["text"] for event in kept.events if event.kind is EventKind.TURN and event.data["speaker"] == Speaker.CALLEE}
    return live | {turn.text for turn in kept.report.turns if turn.speaker is Speaker.CALLEE}


def test_every_opening_says_who_calls_and_that_it_is_an_ai(played: dict[str, Played]):
    for name in played:
        told = report_of(played, name).disclosure
        assert told is not None
        assert told.text == AI
        assert told.quote.startswith(AI)
        assert told.offset_s > 0


def test_off_keeps_neither_sound_nor_words_and_the_call_goes_its_way(played: dict[str, Played]):
    kept, report = played["off"][0], report_of(played, "off")
    assert (kept.recording, report.recording) == (b"", "")
    assert {turn.text for turn in report.turns} == said_by_callee(kept) == {NOT_STORED}
    assert report.outcome is Outcome.SUCCESS


def test_a_notice_is_spoken_and_the_recording_begins_with_it(played: dict[str, Played]):
    kept, report = played["notified"][0], report_of(played, "notified")
    consent, disclosure = report.recording_consent, report.disclosure
    assert consent is not None
    assert disclosure is not None
    assert (consent.decision, report.recording) == (ConsentDecision.NOTIFIED, "stored")
    assert consent.kept_from_s is not None
    assert consent.kept_from_s > disclosure.offset_s
    assert report.answered_at is not None
    assert report.ended_at is not None
    sound = channels(kept.recording)
    expected_s = (report.ended_at - report.answered_at).total_seconds() - consent.kept_from_s
    assert abs(sound.shape[1] / RATE - expected_s) < 3.0
    # The agent speaks the notice; the callee's "Hello?", said before it, is not there.
    assert loudness(sound[1, : RATE // 2]) > LOUD
    assert loudness(sound[0, :RATE]) < LOUD
    assert "Hello?" in said_by_callee(kept)


def test_asked_first_nothing_is_kept_before_the_yes_and_everything_after_it(played: dict[str, Played]):
    kept, report = played["affirmed"][0], report_of(played, "affirmed")
    consent = report.recording_consent
    assert consent is not None
    assert (consent.decision, consent.quote, report.recording) == (ConsentDecision.AFFIRMED, "Yes, that sounds good.", "stored")
    texts = [turn.text for turn in report.turns]
    yes = texts.index("Yes, that sounds good.")
    assert set(texts[:yes]) == {NOT_STORED}
    assert texts[yes + 1] == LINE
    assert NOT_STORED not in texts[yes:]
    assert said_by_callee(kept) - {NOT_STORED} == {"Yes, that sounds good.", "Thank you, goodbye."}
    sound = channels(kept.recording)
    # The yes itself, and then the agent's line: the question is not there.
    assert loudness(sound[0, :RATE]) > LOUD
    assert loudness(sound[1, : RATE // 2]) < LOUD
    assert loudness(sound[1]) > LOUD


def test_a_no_leaves_neither_sound_nor_words_and_the_call_goes_on(played: dict[str, Played]):
    kept, report = played["refused"][0], report_of(played, "refused")
    consent = report.recording_consent
    assert consent is not None
    assert (consent.decision, consent.kept_from_s, consent.quote) == (ConsentDecision.REFUSED, None, "No, please don't record this.")
    assert kept.recording == b""
    assert report.recording.startswith("not kept")
    assert {turn.text for turn in report.turns} == said_by_callee(kept) == {NOT_STORED}
    assert report.outcome is Outcome.SUCCESS


def test_an_objection_after_the_notice_leaves_neither(played: dict[str, Played]):
    kept, report = played["objected"][0], report_of(played, "objected")
    consent = report.recording_consent
    assert consent is not None
    assert consent.decision is ConsentDecision.REFUSED
    assert kept.recording == b""
    assert {turn.text for turn in report.turns} == {NOT_STORED}
    # What was said before the objection was covered by the notice when it left; the control plane forgets it on this event.
    assert any(event.kind is EventKind.RECORDING and event.data["decision"] == "refused" for event in kept.events)
    assert said_by_callee(kept) <= {"Hello?", NOT_STORED}
