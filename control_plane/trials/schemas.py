"""What the API takes and gives for trying an assistant."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from control_plane.kit.api_schemas import PHONE

ToolAnswers = Annotated[dict[str, Annotated[str, Meta(max_length=4000)]], Meta(max_length=50)]
MOST_STEPS = 40


class TryStep(Struct, forbid_unknown_fields=True):
    """What whoever answered does: say or press `text`; be silent for longer than the assistant waits; beep as a mailbox does; hang up."""

    kind: Literal["say", "press", "silence", "beep", "hang_up"]
    text: Annotated[str, Meta(max_length=1000, examples=["Yes, that suits me."])] = ""


class TryIn(Struct, forbid_unknown_fields=True):
    """Without `trial_id` a trial begins; with it, it goes on, and only `steps`, `after` and `wait_for` count."""

    trial_id: Annotated[uuid.UUID | None, Meta(examples=[None])] = None
    steps: Annotated[list[TryStep], Meta(max_length=MOST_STEPS)] = field(default_factory=list)
    after: Annotated[int, Meta(ge=0, le=100_000)] = 0
    """`next` of the answer before: what was told already."""
    wait_for: Literal["all", "some"] = "all"
    """The answer to every step, or the first news of it: who asks for some asks again, with no steps, until `is_settled`."""
    to: Annotated[str, Meta(max_length=32, examples=["+12025550101"], extra_json_schema=PHONE)] | None = None
    """Where whoever answers is: it decides which rules bind. Nobody is called."""
    contact_id: Annotated[uuid.UUID | None, Meta(examples=[None])] = None
    """Whose name, language and attributes fill the texts."""
    variables: Annotated[dict[str, Any], Meta(max_length=50, examples=[{"first_name": "Sam"}])] = field(default_factory=dict)
    agenda: Annotated[str, Meta(max_length=2000)] = ""
    custom_prompt: Annotated[str, Meta(max_length=2000)] = ""
    first_words: Annotated[str, Meta(max_length=1000, examples=["Hello?"])] = ""
    """Of whoever answers; empty: they wait for the assistant's."""
    tool_answers: Annotated[ToolAnswers, Meta(examples=[{"weather": "sunny"}])] = field(default_factory=dict)
    """What tools of the workspace answer, by their names. No tool is carried out; documents are looked up, unless this says what
    look_up_knowledge finds."""


class TryEvent(Struct):
    """What the assistant has noted, as `GET /calls/{id}/events` shows it of a call: `turn` for what was said, `tool_called` …; and what a
    call would have done: `booking_proposed`, `booking_shown`, `transfer_shown`, `transfer_failed`."""

    kind: str
    at: datetime
    data: dict[str, Any]


class TryResult(Struct):
    """What a call's report would say."""

    answered_by: str
    outcome: str
    outcome_label: str
    outcome_note: str
    end_cause: str
    errors: list[str]


class TryOut(Struct):
    trial_id: uuid.UUID
    events: list[TryEvent]
    """Since `after`."""
    next: int
    is_settled: bool
    """Whether every step has had its answer."""
    is_over: bool
    """Whether somebody has hung up."""
    result: TryResult | None
    error: str
    """Why it broke off, in a sentence; empty otherwise."""
