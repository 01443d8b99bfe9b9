"""Turns are offset from the answer and say who spoke, when, and how quickly."""

from typing import cast

from livekit.agents import llm

from agent_worker.call_log import CallLog
from agent_worker.transcript import Transcript
from sip_config.codec import from_plain
from sip_config.contract import EventKind, Speaker, Turn

ANSWER = 1_000.0


class Log:
    def __init__(self) -> None:
        self.turns: list[Turn] = []

    def note(self, kind: EventKind, data: dict, *, at: float | None = None) -> None:
        self.turns.append(from_plain(Turn, data))


def started() -> tuple[Transcript, list[Turn]]:
    log = Log()
    transcript = Transcript(cast(CallLog, log))
    transcript.begin(ANSWER)
    return transcript, log.turns


def test_an_utterance_has_the_times_of_its_speech_not_of_its_transcript():
    transcript, turns = started()
    transcript.callee_began(ANSWER + 0.3)
    transcript.callee_ended(ANSWER + 0.8)
    assert transcript.callee_said("Hello?", ANSWER + 1.4) == ANSWER + 0.3
    assert (turns[0].speaker, turns[0].started_at_s, turns[0].ended_at_s) == (Speaker.CALLEE, 0.3, 0.8)


def test_a_reply_carries_its_own_latency_and_that_of_the_turn_it_answers():
    transcript, turns = started()
    transcript.message(llm.ChatMessage(role="user", content=["Yes"], metrics={"transcription_delay": 0.2, "end_of_turn_delay": 0.4}))
    said = llm.ChatMessage(
        role="assistant", content=["Good."], metrics={"started_speaking_at": ANSWER + 5, "e2e_latency": 0.6, "llm_node_ttft": 0.1}
    )
    transcript.message(said)
    assert turns[0].latency == {"transcription_delay": 0.2, "end_of_turn_delay": 0.4, "e2e_latency": 0.6, "llm_node_ttft": 0.1}
    assert turns[0].started_at_s == 5.0


def test_what_was_cut_off_is_marked():
    transcript, turns = started()
    transcript.message(llm.ChatMessage(role="assistant", content=["Hello, this"], interrupted=True, created_at=ANSWER + 1))
    assert turns[0].interrupted


def test_nothing_is_offset_before_the_answer():
    transcript, turns = started()
    transcript.callee_began(ANSWER - 1)
    transcript.callee_ended(ANSWER - 0.5)
    transcript.callee_said("Yes?", ANSWER + 0.1)
    assert turns[0].started_at_s == 0.0
