"""When people are reminded of an appointment, what they are asked, and what their answer makes of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from control_plane.domain.spoken_clock import said
from control_plane.domain.spoken_dates import spelled
from sip_config.contract import plain_label

Status = Literal["scheduled", "confirmed", "reschedule_requested", "canceled", "wrong_person"]
LAST_CALL = timedelta(minutes=5)
"""Nobody is reminded later than this before the beginning."""
STATUS_OF_LABEL: Mapping[str, Status] = {
    "confirmed": "confirmed",
    "reschedule": "reschedule_requested",
    "cancel": "canceled",
    "wrong_person": "wrong_person",
    "wrong_number": "wrong_person",
}
"""What an outcome of a reminder says of the appointment; any other leaves it as it is."""
LABELS = tuple(STATUS_OF_LABEL)
_OF_ONE = ("confirmed", "reschedule", "cancel")
REMINDED: frozenset[str] = frozenset({"scheduled", "confirmed"})
"""In any other status nobody is to be reminded of that time any more."""


@dataclass(frozen=True, slots=True)
class Planned:
    offset_s: int
    due_at: datetime
    skipped_because: str = ""


def plan(starts_at: datetime, offsets_s: Sequence[int], now: datetime) -> list[Planned]:
    """One reminder for each offset; those whose time is over already are not made up for."""
    planned = [Planned(offset, starts_at - timedelta(seconds=offset)) for offset in sorted(set(offsets_s), reverse=True)]
    late = "The appointment was made, or moved, later than this reminder would have been."
    return [each if each.due_at > now else Planned(each.offset_s, each.due_at, late) for each in planned]


def agenda(name: str, title: str, starts_at: datetime, time_zone: str, place: str) -> str:
    """What the call is about, for the assistant."""
    who, what = name or "the person", f" ({title})" if title else ""
    where = f" Place: {place}." if place else ""
    return (
        f"Remind {who} of the appointment{what} on {time_of(starts_at, time_zone)}.{where} First make sure that you speak to {who};"
        " tell nobody else what it is about. Ask whether they will come. Record what they say as the outcome: confirmed when they will"
        " come; reschedule when they need another time, with the time they would like in the note; cancel when they will not come;"
        " wrong_person when this is somebody else's phone. Do not promise another time yourself: say that the change will be passed on."
    )


def labels_of(places: Sequence[int]) -> tuple[str, ...]:
    """The outcomes of a call that reminds of appointments at these places of its agenda: of all of them, or of one by its place."""
    return (*LABELS, *(f"{label}_{place}" for place in places for label in _OF_ONE)) if len(places) > 1 else LABELS


def how_to_record(places: Sequence[int]) -> str:
    """For the assistant, where there are several."""
    listed = ", ".join(str(place) for place in places)
    return (
        f"The appointments are those with the numbers {listed}. Ask of each, and record an outcome for each, with its number behind it:"
        f" confirmed_{places[-1]}, reschedule_{places[-1]} or cancel_{places[-1]} is that of number {places[-1]}. Without a number it is"
        " that of all of them."
    )


def label_at(place: int, recorded: Sequence[str]) -> str:
    """The outcome for the appointment at this place of the agenda, of those that were recorded in the call, in their order; empty for
    none. An opt-out after a cancellation takes nothing of it back."""
    own = {f"{label}_{place}" for label in _OF_ONE}
    return next((plain_label(label) for label in reversed(recorded) if label in own or label in STATUS_OF_LABEL), "")


def time_of(starts_at: datetime, time_zone: str) -> str:
    """Monday, November 30, 2026 at 2:30 PM, as the clock there shows it."""
    local = starts_at.astimezone(ZoneInfo(time_zone))
    return f"{spelled(local.date())} at {said(local.time())}"
