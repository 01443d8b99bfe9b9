"""What the API says and accepts about promises."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from control_plane.db.models import Promise

PromiseState = Literal["open", "kept", "dropped"]


class RemarkIn(Struct, forbid_unknown_fields=True):
    note: Annotated[str, Meta(max_length=2000, examples=["Sent by e-mail this morning."])] = ""


class PromiseOut(Struct):
    id: uuid.UUID
    call_id: uuid.UUID
    """The call in which it was promised."""
    contact_id: uuid.UUID | None
    what: str
    owner: str
    """assistant, or team: the people it calls for."""
    due_at: datetime | None
    """Null when no time was promised."""
    quote: str
    """The agent's own words."""
    is_callback: bool
    """A promise to call back, which is kept by a call."""
    state: str
    overdue_at: datetime | None
    """When it was told that the time had passed."""
    closed_at: datetime | None
    closed_by: str
    """call or person; empty while it is open."""
    kept_call_id: uuid.UUID | None
    note: str
    created_at: datetime

    @classmethod
    def of(cls, row: Promise) -> "PromiseOut":
        return cls(**{name: getattr(row, name) for name in cls.__struct_fields__})
