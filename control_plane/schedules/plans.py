"""A schedule's plan between its row, its fields in the API, and the value that decides."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from msgspec import UNSET, convert, json, structs, to_builtins

from control_plane.db.models import Schedule
from control_plane.domain.errors import Invalid
from control_plane.domain.recurrence import Recurrence, check, next_run, next_runs
from control_plane.domain.recurrence_words import in_words
from control_plane.schedules.schemas import PLAN, NewSchedule, ScheduleOut

SHOWN = 5


def plan_of(plain: Mapping[str, Any]) -> Recurrence:
    """From the column `plan`."""
    return convert(plain, Recurrence)


@lru_cache(maxsize=10_000)
def plan_read(text: str) -> Recurrence:
    """From the column `plan` as text, for who reads thousands: many schedules have the same plan."""
    return json.decode(text, type=Recurrence)


def plain_plan(plan: Recurrence) -> dict[str, Any]:
    """For the column `plan`."""
    return to_builtins(plan)


def plan_asked(data: NewSchedule, time_zone: str) -> Recurrence:
    """Raises `Invalid`. `time_zone` is the workspace's, for who said none."""
    fields = {name: getattr(data, name) for name in PLAN} | {"time_zone": data.time_zone or time_zone}
    return _checked(fields)


def plan_changed(plan: Recurrence, changes: Mapping[str, Any]) -> Recurrence:
    """`changes` are fields that were sent. Saying cron takes run_at away, and the other way round. Raises `Invalid`."""
    said = {name: value for name, value in changes.items() if name in PLAN}
    for name, other in (("cron", "run_at"), ("run_at", "cron")):
        if said.get(name) is not None:
            said.setdefault(other, None)
    return _checked({name: getattr(plan, name) for name in PLAN} | said)


def first_run(plan: Recurrence, now: datetime, made: int = 0) -> datetime:
    """Raises `Invalid` for a plan without a run to come."""
    at = next_run(plan, now, made=made)
    if at is None:
        field = "cron" if plan.run_at is None else "run_at"
        raise Invalid.field(field, "By this plan there is no run to come." if plan.run_at is None else "The time lies in the past.")
    return at


def view_of(row: Schedule, callee: uuid.UUID | None = None) -> ScheduleOut:
    """`callee`: the contact who has the number of a schedule by number."""
    plan = plan_of(row.plan)
    shown: list[datetime] = []
    if row.next_run_at is not None:
        # The next one is about to be made, so that it counts for the limit of those after it.
        shown = [row.next_run_at, *next_runs(plan, row.next_run_at, SHOWN - 1, made=row.runs_made + 1)]
    fields = {name: getattr(plan, name) for name in PLAN} | {"exceptions": list(plan.exceptions)}
    return ScheduleOut.of(row, fields, in_words(plan), shown, row.contact_id or callee)


def sent(data: Any) -> dict[str, Any]:
    """The fields of a PATCH that were sent."""
    return {name: value for name, value in structs.asdict(data).items() if value is not UNSET}


def _checked(fields: dict[str, Any]) -> Recurrence:
    values: dict[str, Any] = {**fields, "exceptions": tuple(fields["exceptions"])}
    plan = Recurrence(**values)
    check(plan)
    return plan
