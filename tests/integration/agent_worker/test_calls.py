"""Whole calls: real livekit-server, the real worker in its own processes, stand-in models, a callee of the rehearsal carrier.

Two calls at a time, so that a slow machine plays them as a fast one does. How soon the agent speaks is measured end to end
(tests/e2e) and by the benchmarks; here only the order of things counts.
"""

import asyncio
import io

import av
import pytest
import pytest_asyncio
from livekit import api

from agent_worker.care.words import first_words
from rehearsal.leg import Leg, Seat
from rehearsal.scripts import After, Answer, Behaviour, Script, ScriptBook, Step
from sip_config.contract import (
    AnsweredBy,
    CallReport,
    EndCause,
    EventKind,
    Outcome,
    RiskLevel,
    Speaker,
    VoicemailMode,
    VoicemailOrder,
    VoiceOrder,
)
from sip_config.naming import SIP_CALL_STATUS
from tests.integration.agent_worker.conftest import Drained
from tests.integration.agent_worker.control_plane import Kept
from tests.integration.agent_worker.harness import OPENING, Heard, Stage

MESSAGE = "This is Ada from the library. Please call us back. Goodbye."
HELLO = Step(say="Hello?", after=After.ANSWER, delay_s=0.3)


def behaviour(script: Script, *steps: Step) -> Behaviour:
    return Behaviour(script.attempts[0].expect, answer=Answer((0.5,)), steps=steps)


def spoken_by_agent(report: CallReport) -> list[str]:
    return [turn.text for turn in report.turns if turn.speaker is Speaker.AGENT]


def begins_after_the_callee(heard: Heard) -> bool:
    """Never before the answer, and not over the callee's first words or into their silence."""
    return heard.agent[0].started_at > heard.answered_at and heard.first_audio_after_due_s >= -0.1


WAVES = (
    ("answers-and-talks", "hangs-up-early"),
    ("silent", "stop-calling"),
    ("voicemail", "answers-in-spanish"),
    ("callback", "answers-late"),
)


@pytest_asyncio.fixture(scope="module")
async def played(calls: Stage, book: ScriptBook) -> dict[str, tuple[Kept, Heard]]:
    """One call with each of these callees."""
    ends = {}
    for names in WAVES:
        ends |= dict(zip(names, await asyncio.gather(*(calls.call(book.scripts[name]) for name in names)), strict=True))
    return ends


@pytest.mark.parametrize("name", [name for names in WAVES for name in names])
async def test_a_call_ends_as_declared_and_begins_after_the_callee(played: dict[str, tuple[Kept, Heard]], book: ScriptBook, name: str):
    (kept, heard), expected = played[name], book.scripts[name].behaviour(1).expect
    report = kept.report
    assert report is not None
    assert (report.answered_by, report.outcome, report.end_cause) == (expected.answered_by, expected.outcome, expected.end_cause)
    assert report.errors == ()
    assert spoken_by_agent(report).count(OPENING) <= 1
    assert name == "voicemail" or begins_after_the_callee(heard), heard.first_audio_after_due_s


async def test_a_conversation_is_reported_in_order_and_recorded(played: dict[str, tuple[Kept, Heard]]):
    kept, _ = played["answers-and-talks"]
    report, kinds = kept.report, [kind for kind in kept.kinds() if kind is not EventKind.HEARTBEAT]
    assert report is not None
    assert kinds[:3] == [EventKind.READY, EventKind.RINGING, EventKind.ANSWERED]
    assert EventKind.HEARTBEAT in kept.kinds()
    assert [turn.text for turn in report.turns][:3] == ["Hello?", OPENING, "Yes, that sounds good."]
    assert report.recording == "stored"
    with av.open(io.BytesIO(kept.recording)) as recording:
        stream = recording.streams.audio[0]
        assert (stream.codec_context.name, stream.codec_context.layout.name) == ("opus", "stereo")
        assert recording.duration is not None
        assert recording.duration / av.time_base > 10


async def test_an_opt_out_is_committed_before_it_is_confirmed(calls: Stage, book: ScriptBook):
    script = book.scripts["stop-calling"]
    said_first = behaviour(script, Step(say="Please stop calling me.", after=After.ANSWER, delay_s=0.3))
    pressed = behaviour(script, HELLO, Step(press="9", after=After.AGENT_SPEAKS, delay_s=1.5))
    for kept, _heard in await asyncio.gather(calls.call(script), calls.call(script, said_first), calls.call(script, pressed)):
        report = kept.report
        assert report is not None
        assert (report.outcome, report.end_cause) == (Outcome.DO_NOT_CALL, EndCause.OPT_OUT)
        assert len(kept.opt_outs) == 1
        confirmed = next(event for event in kept.events if event.kind is EventKind.TURN and "not call you again" in event.data["text"])
        wish = next(event for event in kept.events if event.kind is EventKind.OUTCOME_SET)
        assert report.answered_at is not None
        # The control plane of these tests takes 0.3 s to commit, after the wish has reached it.
        assert confirmed.data["started_at_s"] >= (wish.at - report.answered_at).total_seconds() + 0.3


async def test_nobody_in_danger_is_hung_up_on_by_their_wish_or_by_the_longest_duration(calls: Stage, book: ScriptBook):
    script, limit_s = book.scripts["in-danger-and-wants-no-calls"], 12.0
    kept, _heard = await calls.call(script, country="US", max_duration_s=limit_s, voice=VoiceOrder(speed=1.6))
    report, expected = kept.report, script.behaviour(1).expect
    assert report is not None
    assert (report.outcome, report.end_cause) == (expected.outcome, expected.end_cause)
    assert [(risk.kind, risk.level) for risk in report.risks] == [("self_harm", RiskLevel.CRISIS)]
    assert first_words("en", "US", "self_harm") in spoken_by_agent(report)
    assert len(kept.opt_outs) == 1
    assert EventKind.HANGING_UP not in kept.kinds()
    assert report.ended_at is not None
    assert report.answered_at is not None
    assert (report.ended_at - report.answered_at).total_seconds() > limit_s
    assert all(turn.mood for turn in report.turns if turn.speaker is Speaker.CALLEE)


async def test_a_pressed_one_acknowledges_where_the_order_asks_for_it_and_ends_the_call(calls: Stage, book: ScriptBook):
    script = book.scripts["stop-calling"]
    pressed = behaviour(script, HELLO, Step(press="1", after=After.AGENT_SPEAKS, delay_s=1.5))
    kept, _heard = await calls.call(script, pressed, outcome_labels=("acknowledged", "declined"))
    report = kept.report
    assert report is not None
    assert (report.outcome_label, report.outcome, report.end_cause) == ("acknowledged", Outcome.SUCCESS, EndCause.AGENT_HANGUP)
    assert kept.opt_outs == []


async def test_a_message_is_left_once_after_the_beep_and_nothing_is_said_over_the_greeting(calls: Stage, book: ScriptBook):
    order = VoicemailOrder(VoicemailMode.LEAVE_MESSAGE, MESSAGE)
    kept, heard = await calls.call(book.scripts["voicemail"], voicemail=order)
    report = kept.report
    assert report is not None
    assert (report.answered_by, report.end_cause) == (AnsweredBy.VOICEMAIL, EndCause.AGENT_HANGUP)
    assert spoken_by_agent(report) == [f"You are speaking with an AI assistant. {MESSAGE}"]
    assert heard.agent[-1].started_at > heard.callee[-1]["ended_at"]


async def test_a_second_hello_does_not_cut_the_opening_and_real_words_do(calls: Stage, book: ScriptBook):
    script = book.scripts["answers-and-talks"]
    again = behaviour(
        script, HELLO, Step(say="Hello?", delay_s=0.45), Step(say="Thank you, goodbye.", after=After.AGENT_STOPS, delay_s=0.2)
    )
    barge = behaviour(
        script,
        HELLO,
        # Nothing interrupts before who calls has been said, which takes some three seconds.
        Step(say="Yes, that sounds good.", after=After.AGENT_SPEAKS, delay_s=3.8),
        Step(say="Thank you, goodbye.", after=After.AGENT_STOPS, delay_s=0.2),
    )
    patient, _ = await calls.call(script, again)
    cut, _ = await calls.call(script, barge, record_audio=False)
    assert patient.report is not None
    assert cut.report is not None
    assert OPENING in spoken_by_agent(patient.report)
    opening = next(turn for turn in cut.report.turns if turn.speaker is Speaker.AGENT)
    assert opening.interrupted
    assert cut.report.recording == ""
    assert cut.recording == b""


async def test_a_call_ends_when_its_time_is_over(calls: Stage, book: ScriptBook):
    kept, heard = await calls.call(book.scripts["silent"], max_duration_s=3.0)
    assert kept.report is not None
    assert kept.report.end_cause is EndCause.MAX_DURATION
    assert heard.gone is not None


async def test_a_call_that_nobody_answers_is_reported_and_left(calls: Stage):
    kept = await calls.dispatch(calls.order())
    leg = Leg(Seat(kept.order.room_name, kept.order.callee_identity, "", "", {SIP_CALL_STATUS: "dialing"}), calls.api, lambda _: None)
    await leg.join(calls.livekit.url, calls.livekit.key, calls.livekit.secret)
    await leg.set_status("ringing")
    await asyncio.wait_for(calls.plane.until(lambda: EventKind.RINGING in kept.kinds()), 60)
    await leg.leave(11)
    await asyncio.wait_for(kept.reported.wait(), 60)
    assert kept.report is not None
    assert (kept.report.answered, kept.report.outcome, kept.report.end_cause) == (False, Outcome.NO_CONVERSATION, EndCause.NONE)
    left = next(event for event in kept.events if event.kind is EventKind.CALLEE_LEFT)
    assert left.data["last_status"] == "ringing"


async def test_an_agent_of_an_older_generation_leaves_without_report_and_without_touching_the_room(calls: Stage):
    kept = await calls.dispatch(calls.order())
    kept.current_generation = 2
    await asyncio.wait_for(calls.plane.until(lambda: kept.order.call_id not in calls.plane.beats[-1].calls), 60)
    assert kept.report is None
    assert await _room_exists(calls, kept.order.room_name)


def test_a_full_worker_takes_no_more_and_a_draining_one_finishes_its_calls(drained: Drained):
    report = drained.call.report
    assert report is not None
    assert report.outcome is Outcome.NOT_INTERESTED
    assert drained.status == 0
    assert drained.refused.events == []
    assert max(len(beat.calls) for beat in drained.beats) == 1


async def _room_exists(calls: Stage, name: str) -> bool:
    rooms = await calls.api.room.list_rooms(api.ListRoomsRequest(names=[name]))
    return bool(rooms.rooms)
