"""What the API takes and gives for schedules and their runs."""

import uuid
from datetime import date, datetime
from typing import Annotated, Any, Literal

from litestar.params import QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType, field

from control_plane.calls.schemas import Agenda, AwareTime, Mood, Prompt, WelcomeMessage
from control_plane.db.models import Call, Schedule, ScheduleRun
from control_plane.domain.call_state import CallState, status_of
from control_plane.domain.catching_up import CatchUp
from control_plane.domain.recurrence import MAX_EXCEPTIONS, MAX_EXPRESSION, MAX_INTERVAL, MAX_RUNS, IntervalUnit

Name = Annotated[str, Meta(min_length=1, max_length=200, examples=["Monday check-in"])]
PhoneNumber = Annotated[str, Meta(max_length=40, examples=["+12025550123"])]
Cron = Annotated[str, Meta(max_length=MAX_EXPRESSION, examples=["0 14 * * 1"], description="minute hour day-of-month month day-of-week")]
Zone = Annotated[str, Meta(min_length=1, max_length=100, examples=["Europe/Berlin"], description="IANA name")]
Interval = Annotated[int, Meta(ge=1, le=MAX_INTERVAL)]
Runs = Annotated[int, Meta(ge=1, le=MAX_RUNS)]
Exceptions = Annotated[list[date], Meta(max_length=MAX_EXCEPTIONS)]
Holidays = Annotated[str, Meta(max_length=8, examples=["US-LA"], description="A calendar of public holidays without runs")]
LatestStart = Annotated[int, Meta(ge=60, le=7 * 86400, description="Seconds after the planned time in which a run may still begin")]
Variables = Annotated[dict[str, str], Meta(max_length=100)]
Plain = dict[str, Any]
StateFilter = Annotated[Literal["active", "paused", "finished"] | None, QueryParameter(name="state")]
RunStateFilter = Annotated[
    Literal["due", "calling", "completed", "failed", "refused", "missed", "canceled"] | None, QueryParameter(name="state")
]

PLAN = ("time_zone", "cron", "run_at", "starts_on", "ends_on", "max_runs", "interval", "interval_unit", "exceptions", "holidays")
"""The fields that are a `Recurrence`."""
REQUEST = ("agenda", "welcome_message", "custom_prompt", "initial_mood", "user_id", "variables", "metadata")
"""The fields that every call is given."""


class NewSchedule(Struct, forbid_unknown_fields=True, kw_only=True):
    """`cron` or `run_at`; `contact_id` or `phone_number`."""

    name: Name
    assistant_id: uuid.UUID
    contact_id: uuid.UUID | None = None
    phone_number: PhoneNumber | None = None
    from_number_id: uuid.UUID | None = None
    cron: Cron | None = None
    run_at: AwareTime | None = None
    time_zone: Zone | None = None
    """Null: the workspace's."""
    starts_on: date | None = None
    ends_on: date | None = None
    """The last date with a run."""
    max_runs: Runs | None = None
    interval: Interval = 1
    """2 with weeks: of the days that `cron` names only those of every other week, counted from `starts_on`."""
    interval_unit: IntervalUnit = "weeks"
    exceptions: Exceptions = field(default_factory=list)
    holidays: Holidays | None = None
    catch_up: CatchUp = CatchUp.SKIP
    """What follows for runs that nobody could begin in time: none of them, or one for all."""
    latest_start_s: LatestStart = 3600
    attempts: Plain = field(default_factory=lambda: {"max_total": 1})
    """When a run's call is repeated; as a campaign's. One call for each run unless said."""
    agenda: Agenda | None = None
    welcome_message: WelcomeMessage | None = None
    custom_prompt: Prompt | None = None
    initial_mood: Mood | None = None
    user_id: Annotated[str, Meta(max_length=200)] | None = None
    variables: Variables = field(default_factory=dict)
    metadata: Plain = field(default_factory=dict)


class SchedulePatch(Struct, forbid_unknown_fields=True, kw_only=True):
    name: Name | UnsetType = UNSET
    assistant_id: uuid.UUID | UnsetType = UNSET
    contact_id: uuid.UUID | UnsetType | None = UNSET
    phone_number: PhoneNumber | UnsetType | None = UNSET
    from_number_id: uuid.UUID | UnsetType | None = UNSET
    cron: Cron | UnsetType | None = UNSET
    run_at: AwareTime | UnsetType | None = UNSET
    time_zone: Zone | UnsetType = UNSET
    starts_on: date | UnsetType | None = UNSET
    ends_on: date | UnsetType | None = UNSET
    max_runs: Runs | UnsetType | None = UNSET
    interval: Interval | UnsetType = UNSET
    interval_unit: IntervalUnit | UnsetType = UNSET
    exceptions: Exceptions | UnsetType = UNSET
    holidays: Holidays | UnsetType | None = UNSET
    catch_up: CatchUp | UnsetType = UNSET
    latest_start_s: LatestStart | UnsetType = UNSET
    attempts: Plain | UnsetType = UNSET
    agenda: Agenda | UnsetType | None = UNSET
    welcome_message: WelcomeMessage | UnsetType | None = UNSET
    custom_prompt: Prompt | UnsetType | None = UNSET
    initial_mood: Mood | UnsetType | None = UNSET
    user_id: Annotated[str, Meta(max_length=200)] | UnsetType | None = UNSET
    variables: Variables | UnsetType = UNSET
    metadata: Plain | UnsetType = UNSET


class ScheduleOut(Struct, kw_only=True):
    id: uuid.UUID
    name: str
    assistant_id: uuid.UUID
    contact_id: uuid.UUID | None
    phone_number: str | None
    callee_contact_id: uuid.UUID | None
    """Whose caps and quiet times hold: the contact, or the only one who has the number today."""
    from_number_id: uuid.UUID | None
    cron: str | None
    run_at: datetime | None
    time_zone: str
    starts_on: date | None
    ends_on: date | None
    max_runs: int | None
    interval: int
    interval_unit: str
    exceptions: list[date]
    holidays: str | None
    in_words: str
    """The plan in plain English."""
    catch_up: str
    latest_start_s: int
    attempts: Plain
    agenda: str | None
    welcome_message: str | None
    custom_prompt: str | None
    initial_mood: str | None
    user_id: str | None
    variables: dict[str, str]
    metadata: Plain
    state: str
    next_run_at: datetime | None
    next_runs: list[datetime]
    """Up to five, the next one first; none while it is paused."""
    runs_made: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Schedule, plan: Plain, in_words: str, next_runs: list[datetime], callee: uuid.UUID | None) -> "ScheduleOut":
        """`plan` holds the values of the fields in `PLAN`."""
        request: Plain = dict.fromkeys(REQUEST) | {"variables": {}, "metadata": {}} | row.request
        given = plan | request | {"in_words": in_words, "next_runs": next_runs, "callee_contact_id": callee}
        return cls(**given, **{name: getattr(row, name) for name in cls.__struct_fields__ if name not in given})


class RunCall(Struct):
    """One call of a run; all of it at /calls/{id}."""

    id: uuid.UUID
    attempt: int
    state: str
    status: str
    due_at: datetime
    network_result: str | None
    answered_by: str | None
    outcome: str | None
    failure: str

    @classmethod
    def of(cls, call: Call) -> "RunCall":
        status = status_of(CallState(call.state), was_answered=call.answered_at is not None)
        results = (call.network_result, call.answered_by, call.outcome, call.failure)
        return cls(call.id, call.attempt, call.state, status, call.due_at, *results)


class RunOut(Struct, kw_only=True):
    id: uuid.UUID
    schedule_id: uuid.UUID
    planned_at: datetime
    trigger: str
    """plan, or person for a run that somebody started."""
    state: str
    due_at: datetime | None
    """When its next call is to be made; null when none is."""
    start_by: datetime
    missed: int
    """Planned runs that this one stands for, when its state is missed."""
    reasons: list[str]
    """Why it waits, was moved, refused or missed."""
    calls: list[RunCall]
    merged_into: uuid.UUID | None
    """The call of something else in which it is made; the last of `calls`."""
    closed_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, row: ScheduleRun, calls: list[Call]) -> "RunOut":
        given = {"calls": [RunCall.of(call) for call in calls], "due_at": row.due_at if row.state == "due" else None}
        return cls(**given, **{name: getattr(row, name) for name in cls.__struct_fields__ if name not in given})
