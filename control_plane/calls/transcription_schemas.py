"""What the API says of transcriptions."""

import uuid
from datetime import datetime

from msgspec import Struct, convert

from control_plane.db.models import CallTranscription


class HeardTurnOut(Struct):
    """Seconds are from the answer."""

    speaker: str
    text: str
    started_at_s: float
    ended_at_s: float


class TranscriptionOut(Struct):
    """A stored recording, heard anew; `GET /calls/{id}/transcript` stays what the call's own agent has heard."""

    id: uuid.UUID
    call_id: uuid.UUID
    version: int
    state: str
    """pending, done or failed."""
    is_current: bool
    """The newest that is done, which analyses read."""
    provider: str
    model: str
    """Whose model has heard it; empty until it has begun."""
    language: str
    from_s: float
    """When the recording begins, in seconds from the answer: what was said before may not be kept as sound."""
    note: str
    """Why there is none, or none yet."""
    created_at: datetime
    finished_at: datetime | None
    turns: list[HeardTurnOut]

    @classmethod
    def of(cls, row: CallTranscription) -> "TranscriptionOut":
        plain = {name: getattr(row, name) for name in cls.__struct_fields__ if name != "turns"}
        return cls(turns=convert(row.turns or [], list[HeardTurnOut]), **plain)
