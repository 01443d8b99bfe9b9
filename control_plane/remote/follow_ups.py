"""`callwright follow-ups`: people who are to be looked after, by calls or by an operator."""

from typing import Any

import typer

from control_plane.remote.contacts import CONTACT
from control_plane.remote.resources import ASSISTANT, Find, Option, Resource
from control_plane.remote.terminal import Columns, instant

app = typer.Typer(help="People who are to be looked after.", no_args_is_help=True, add_completion=False)


def _next(follow_up: dict[str, Any]) -> str:
    return instant(next((step["due_at"] for step in follow_up["steps"] if step["state"] == "waiting"), None))


def _told(follow_up: dict[str, Any]) -> str:
    by = "an operator" if follow_up["for"] == "operator" else f"calls, next {_next(follow_up) or 'none'}"
    return f"Follow-up {follow_up['id']} is {follow_up['state']}, for {by}."


_COLUMNS: Columns = {
    "Id": "id",
    "Since": lambda each: instant(each["created_at"]),
    "Priority": "priority",
    "For": "for",
    "State": "state",
    "Next": _next,
    "Reason": "reason",
    "Contact": "contact_id",
}

_follow_ups = Resource(app, Find("/follow-ups", "follow-up", has_name=False))
_follow_ups.listing(
    _COLUMNS,
    "There is no such follow-up.",
    "Follow-ups, newest first.",
    Option("--contact", "Of this contact, by id, number or name.", field="contact_id", find=CONTACT),
    Option("--state", "open or closed."),
    Option("--for", "call or operator: who is to do it."),
)
_follow_ups.showing("One follow-up, with its steps.")
_follow_ups.making(
    _told,
    "Have somebody looked after: after two hours, a day and a week, unless said.",
    Option("--contact", "Whom, by id, number or name.", field="contact_id", find=CONTACT, is_needed=True),
    Option("--reason", "Why.", is_needed=True),
    Option("--assistant", "Who calls, by name or id; not needed for an operator.", field="assistant_id", find=ASSISTANT),
    Option("--agenda", "What the calls are about."),
    Option("--after", "A step so many seconds from now; may be said several times.", "steps", list[int], shape=lambda typed: _steps(typed)),
    Option("--priority", "crisis, before every other call, or normal."),
    Option("--for", "call, or operator."),
)
_follow_ups.leading(
    "close", lambda there, now: _told(now), "The person has been looked after.", Option("--reason", "What was found, for the record.")
)


def _steps(typed: list[int]) -> list[dict[str, int]]:
    return [{"after_s": seconds} for seconds in typed]
