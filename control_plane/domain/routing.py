"""What becomes of a call that comes in on a number: who takes it, by the hour and by the caller's choice. Pure.

Somebody who calls back must always be able to say that they want no more calls. So a number outside of its hours still answers: it says
that nobody is there, or another assistant takes the call, and key 9 is heard either way. Therefore 9 is no choice of a menu.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from msgspec import Meta, Struct, field

from control_plane.domain.calling_window import Window
from control_plane.domain.errors import FieldError, Invalid
from control_plane.domain.variables import ALWAYS_KNOWN, required

Key = Annotated[str, Meta(pattern="^[0-8]$")]
Keys = Annotated[dict[Key, uuid.UUID], Meta(min_length=1, max_length=9, examples=[{"1": "01a1fd7b-e956-71dd-b74a-bb272d0d4ed4"}])]
Said = Annotated[str, Meta(max_length=1000)]
Greeting = Annotated[str, Meta(max_length=500, examples=["How can I help you?"])]
Zone = Annotated[str, Meta(max_length=64, examples=["Europe/Berlin"])]
Hours = Annotated[dict[str, Any], Meta(examples=[{"weekly": [{"days": ["mon", "tue"], "start": "09:00", "end": "17:00"}]}])]


class Outside(Struct, forbid_unknown_fields=True, kw_only=True):
    """What is done outside of the hours."""

    assistant_id: uuid.UUID | None = None
    """Takes the call; null: the message is said and the call is ended."""
    message: Said = ""
    """Said after who was reached; empty: that nobody is there now."""


class KeyMenu(Struct, forbid_unknown_fields=True, kw_only=True):
    """The caller chooses by a key. Who presses none within a few seconds is taken by the number's assistant."""

    prompt: Annotated[str, Meta(min_length=1, max_length=1000, examples=["For orders press 1, for complaints press 2."])]
    keys: Keys
    """Assistants by key, 0 to 8; 9 ends all calls."""


class Routing(Struct, forbid_unknown_fields=True, kw_only=True):
    """What is done with calls that come in on a number."""

    greeting: Greeting = ""
    """Said after who was reached and that it is an AI; may name `{variables}`. Empty: how one can help."""
    time_zone: Zone | None = None
    """Of the hours; null: the workspace's."""
    hours: Hours | None = None
    """When the number's assistant takes calls, in the form of a campaign's window; null: always."""
    outside: Outside = field(default_factory=Outside)
    menu: KeyMenu | None = None
    fallback: Annotated[str, Meta(max_length=200, examples=["Front desk"])] = ""
    """A person for callers whom no assistant takes: the name of an operator, or of a destination of an assistant. They are put through
    outside of the hours, after the message, unless another assistant takes the call then, and when none gets ready to talk."""
    returns_to_caller: bool = False
    """Whether somebody who was called from this number in the last 30 days reaches the assistant that called them."""
    most_at_once: Annotated[int, Meta(ge=1, le=1000)] = 10
    """Further callers are turned away."""

    def assistants(self) -> Iterator[tuple[str, uuid.UUID]]:
        """Those that are named, by field."""
        if self.outside.assistant_id is not None:
            yield "outside.assistant_id", self.outside.assistant_id
        for key, assistant_id in (self.menu.keys if self.menu else {}).items():
            yield f"menu.keys.{key}", assistant_id


@dataclass(frozen=True, slots=True)
class Route:
    """Who takes a call. `assistant_id` also speaks what else is said."""

    assistant_id: uuid.UUID
    is_open: bool = True
    only_says: str | None = None
    """Not None: this is said, and the call is ended; empty for that nobody is there."""
    menu: KeyMenu | None = None


def check(routing: Routing) -> None:
    """Raises `Invalid` naming the field."""
    if routing.time_zone is not None and routing.time_zone not in available_timezones():
        raise Invalid.field("time_zone", f"There is no time zone called {routing.time_zone!r}; use a name like America/New_York.")
    if routing.hours is not None:
        _check_hours(routing.hours)
    open_ones = sorted(required(routing.greeting) - ALWAYS_KNOWN)
    if open_ones:
        name = open_ones[0]
        raise Invalid.field("greeting", f"Of somebody unknown nobody knows {{{name}}}; say what else is said, like {{{name}|there}}.")


def _check_hours(hours: Mapping[str, Any]) -> None:
    if "time_zone_policy" in hours:
        raise Invalid.field("hours.time_zone_policy", "The hours are those of the number; its zone is `time_zone`.")
    try:
        Window.from_plain(hours)
    except Invalid as error:
        wrong = [FieldError(each.field.replace("window", "hours", 1), each.message) for each in error.errors]
        raise Invalid(error.detail, *wrong) from error


def route(routing: Routing, own: uuid.UUID, now: datetime, time_zone: str, called_by: uuid.UUID | None = None) -> Route:
    """Who takes a call at `now` on a number of the assistant `own`. `time_zone` is the workspace's, `called_by` the assistant that has
    lately called this caller from the number."""
    zone = ZoneInfo(routing.time_zone or time_zone)
    if not is_open(routing.hours, now, zone):
        other = routing.outside.assistant_id
        return Route(other, is_open=False) if other is not None else Route(own, is_open=False, only_says=routing.outside.message)
    if routing.returns_to_caller and called_by is not None:
        return Route(called_by)
    return Route(own, menu=routing.menu)


def is_open(hours: Mapping[str, Any] | None, now: datetime, zone: ZoneInfo) -> bool:
    if hours is None:
        return True
    return Window.from_plain(hours).with_public_holidays(now.astimezone(zone).date()).is_open(now, [zone])
