"""What takes the floor from the agent, and what does not."""

from dataclasses import fields

import pytest
from livekit.agents.voice.agent_activity import AgentActivity, _PausedSpeechInfo

from agent_worker.floor import is_back_channel


@pytest.mark.parametrize("text", ["Mhm.", "Uh-huh.", "Mm-hmm", "Hm?", "Ah, aha!", "Ajá.", "Hum hum", "Ähm …", "हम्म", "हूँ।".rstrip("।")])
def test_a_sound_of_listening_is_no_turn(text: str) -> None:
    assert is_back_channel(text)


@pytest.mark.parametrize(
    "text", ["", "Yes.", "No!", "Okay.", "Right.", "Stop.", "Mhm, yes.", "Um.", "Sí.", "Oui.", "Ja.", "É.", "हाँ", "Ah, stop calling me."]
)
def test_whatever_may_be_an_answer_is_one(text: str) -> None:
    assert not is_back_channel(text)


def test_the_time_after_which_a_pause_ends_is_where_it_is_set() -> None:
    assert "timeout" in {field.name for field in fields(_PausedSpeechInfo)}
    assert "_paused_speech" in AgentActivity.__init__.__code__.co_names
