"""Words and state are told in a room where somebody can read them, and in no other."""

from types import SimpleNamespace

import pytest
from livekit import rtc
from livekit.agents.voice import AgentStateChangedEvent, io
from livekit.agents.voice.room_io import _output, room_io

from agent_worker import captions
from agent_worker.captions import Captions, has_reader, state_changed

PHONE, BROWSER = rtc.ParticipantKind.PARTICIPANT_KIND_SIP, rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD


class Kept(io.TextOutput):
    """What is after the room."""

    def __init__(self) -> None:
        super().__init__(label="kept", next_in_chain=None)
        self.words: list[str] = []

    async def capture_text(self, text: str) -> None:
        self.words.append(text)

    def flush(self) -> None:
        self.words.append(".")


def room_of(*kinds: int) -> rtc.Room:
    room = rtc.Room()
    room._remote_participants = {str(place): SimpleNamespace(kind=kind) for place, kind in enumerate(kinds)}  # type: ignore[assignment]
    return room


@pytest.mark.parametrize(("kinds", "is_read"), [((), False), ((PHONE,), False), ((PHONE, PHONE), False), ((PHONE, BROWSER), True)])
async def test_words_go_to_whoever_can_read(monkeypatch: pytest.MonkeyPatch, kinds: tuple[int, ...], is_read: bool) -> None:
    written: list[str] = []

    async def write(self: object, text: str) -> None:
        written.append(text)

    monkeypatch.setattr(_output._ParticipantStreamTranscriptionOutput, "capture_text", write)
    room, kept = room_of(*kinds), Kept()
    words = Captions(room=room, next_in_chain=kept)
    await words.capture_text("hello ")
    words.flush()
    assert has_reader(room) is is_read
    assert written == (["hello "] if is_read else [])
    assert kept.words == ["hello ", "."], "what comes after the room is told in any case"
    await words.aclose()


@pytest.mark.parametrize(("kinds", "is_read"), [((PHONE,), False), ((PHONE, BROWSER), True)])
async def test_the_state_is_told_to_whoever_can_read(monkeypatch: pytest.MonkeyPatch, kinds: tuple[int, ...], is_read: bool) -> None:
    told: list[str] = []
    monkeypatch.setattr(captions, "LIVEKITS_STATE_CHANGED", lambda _, event: told.append(event.new_state))
    event = AgentStateChangedEvent(old_state="listening", new_state="speaking")
    state_changed(SimpleNamespace(room=room_of(*kinds)), event)  # type: ignore[arg-type]
    assert told == (["speaking"] if is_read else [])


def test_it_stands_where_livekit_takes_its_own_from() -> None:
    """Another name there would mean that ours is not asked."""
    assert room_io._ParticipantTranscriptionOutput in (Captions, _output._ParticipantTranscriptionOutput)
