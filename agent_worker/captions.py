"""The words of both sides and the agent's state, told in the room to whoever is there to read them.

LiveKit writes each word into the room as it is spoken, and sets an attribute at each change of the agent's state. On a telephone nobody
reads: that would be a message each for the native library, the network and the server. How much of a sentence was heard is not counted
here but by the synchroniser before it, and the transcript goes to the control plane.
"""

from typing import Any

from livekit import rtc
from livekit.agents.voice import AgentStateChangedEvent
from livekit.agents.voice.room_io import _output, room_io

CANNOT_READ = frozenset({rtc.ParticipantKind.PARTICIPANT_KIND_SIP})

LIVEKITS_STATE_CHANGED = room_io.RoomIO._on_agent_state_changed


class Captions(_output._ParticipantTranscriptionOutput):
    """LiveKit's own while somebody in the room can read; else words are only passed on within the agent."""

    def __init__(self, *, room: rtc.Room, **options: Any) -> None:
        super().__init__(room=room, **options)
        self._room = room

    async def capture_text(self, text: str) -> None:
        if has_reader(self._room):
            await super().capture_text(text)
        elif self.next_in_chain:
            await self.next_in_chain.capture_text(text)


def state_changed(at: room_io.RoomIO, event: AgentStateChangedEvent) -> None:
    """In the place of `RoomIO._on_agent_state_changed`. Who comes later learns the state at its next change."""
    if has_reader(at.room):
        LIVEKITS_STATE_CHANGED(at, event)


def has_reader(room: rtc.Room) -> bool:
    """Whether anybody but telephones is in the room with us."""
    return any(participant.kind not in CANNOT_READ for participant in room.remote_participants.values())
