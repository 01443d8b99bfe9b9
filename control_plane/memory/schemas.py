"""What the API says and accepts about memory."""

import uuid
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from control_plane.db.models import ContactFact


class FactIn(Struct, forbid_unknown_fields=True):
    text: Annotated[str, Meta(min_length=1, max_length=500, examples=["Prefers to be called in the morning."])]
    id: uuid.UUID | None = None
    """Of a fact that is there already; without one it is new."""


class MemoryIn(Struct, forbid_unknown_fields=True):
    """All that is to be remembered: what is left out is forgotten."""

    facts: Annotated[list[FactIn], Meta(max_length=100)]


class FactOut(Struct):
    id: uuid.UUID
    text: str
    source: str
    """call (the agent noted it), analysis (found in the transcript afterwards), person (written or changed by hand)."""
    call_id: uuid.UUID | None
    """The call in which it was learned; null for what a person wrote."""
    quote: str
    """The person's own words."""
    offset_s: float | None
    """Seconds from the answer."""
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: ContactFact) -> "FactOut":
        return cls(**{name: getattr(row, name) for name in cls.__struct_fields__})


class MemoryOut(Struct):
    contact_id: uuid.UUID
    facts: list[FactOut]
    """Oldest first. An assistant is told of what it has learned itself and of what people wrote."""
