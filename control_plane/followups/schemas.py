"""What the API says and accepts about follow-ups."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from control_plane.db.models import FollowUp, FollowUpStep
from control_plane.domain.follow_up import STEPS

FollowUpFor = Literal["call", "operator"]
FollowUpState = Literal["open", "closed"]
Priority = Literal["crisis", "normal"]
Reason = Annotated[str, Meta(min_length=1, max_length=2000, examples=["Said that nothing matters any more."])]
Agenda = Annotated[str, Meta(max_length=2000, description="What its calls are about; empty for the words of the protocol.")]
AfterS = Annotated[int, Meta(ge=0, le=366 * 24 * 3600, description="Seconds from now.", examples=[7200])]


class FollowUpStepIn(Struct, forbid_unknown_fields=True):
    after_s: AfterS


def _protocol() -> list[FollowUpStepIn]:
    return [FollowUpStepIn(int(after.total_seconds())) for after in STEPS]


class FollowUpIn(Struct, forbid_unknown_fields=True):
    contact_id: uuid.UUID
    reason: Reason
    assistant_id: uuid.UUID | None = None
    """Who calls; needed unless an operator is to do it."""
    agenda: Agenda = ""
    steps: Annotated[list[FollowUpStepIn], Meta(min_length=1, max_length=20)] = field(default_factory=_protocol)
    """Without them: two hours, a day and a week from now."""
    priority: Priority = "crisis"
    """crisis goes before every other call; never past the rules."""
    made_for: FollowUpFor = field(name="for", default="call")


class ClosingIn(Struct, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(max_length=2000)] = ""


class FollowUpStepOut(Struct):
    place: int
    after_s: int
    due_at: datetime
    state: str
    """waiting, calling, reached, missed or dropped."""
    call_id: uuid.UUID | None
    note: str

    @classmethod
    def of(cls, row: FollowUpStep) -> "FollowUpStepOut":
        return cls(**{name: getattr(row, name) for name in cls.__struct_fields__})


class FollowUpOut(Struct):
    id: uuid.UUID
    contact_id: uuid.UUID | None
    """Null for somebody who was called by number and is no contact."""
    call_id: uuid.UUID | None
    """The call in which the risk was flagged; null when somebody asked for it."""
    assistant_id: uuid.UUID | None
    reason: str
    agenda: str
    priority: str
    made_for: str = field(name="for")
    handed_over_because: str
    """Why an operator has it instead of calls."""
    state: str
    closed_at: datetime | None
    closed_by: str | None
    """operator or protocol."""
    closed_reason: str
    steps: list[FollowUpStepOut]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: FollowUp) -> "FollowUpOut":
        plain = {name: getattr(row, name) for name in cls.__struct_fields__ if name != "steps"}
        return cls(**plain, steps=[FollowUpStepOut.of(step) for step in row.steps])
