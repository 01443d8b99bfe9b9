"""`callwright appointments`: what people are reminded of."""

from typing import Any

import typer

from control_plane.remote.contacts import CONTACT
from control_plane.remote.resources import ASSISTANT, Find, Option, Resource
from control_plane.remote.terminal import Columns, instant

app = typer.Typer(help="What people are reminded of.", no_args_is_help=True, add_completion=False)


def _reminders(appointment: dict[str, Any]) -> str:
    return ", ".join(f"{instant(each['due_at'])} {each['state']}" for each in appointment["reminders"])


def _told(appointment: dict[str, Any]) -> str:
    at, reminders = instant(appointment["starts_at"]), _reminders(appointment) or "none"
    return f"The appointment at {at} is {appointment['status']}; reminders: {reminders}."


_COLUMNS: Columns = {
    "Id": "id",
    "Title": "title",
    "At": lambda each: instant(each["starts_at"]),
    "Place": "place",
    "Status": "status",
    "Reminders": _reminders,
    "Contact": "contact_id",
}
_ASSISTANT = Option("--assistant", "Who reminds, by name or id.", field="assistant_id", find=ASSISTANT)
_MORE = (
    Option("--place", "Where."),
    Option("--title", "What for."),
    Option("--zone", "Where it takes place, such as Europe/Berlin; the workspace's otherwise.", field="time_zone"),
    Option("--before", "Remind so many seconds before; may be said several times.", field="reminder_offsets_s", kind=list[int]),
)

_appointments = Resource(app, Find("/appointments", "appointment", has_name=False))
_appointments.listing(
    _COLUMNS,
    "There is no such appointment.",
    "Appointments, newest first.",
    Option("--contact", "Of this contact, by id, number or name.", field="contact_id", find=CONTACT),
    Option("--status", "scheduled, confirmed, reschedule_requested, canceled or wrong_person."),
)
_appointments.showing("One appointment, with its reminders.")
_appointments.making(
    _told,
    "Make an appointment; the person is called before it.",
    Option("--contact", "Whose, by id, number or name.", field="contact_id", find=CONTACT, is_needed=True),
    Option("--assistant", "Who reminds, by name or id.", field="assistant_id", find=ASSISTANT, is_needed=True),
    Option("--at", "When it begins, such as 2026-12-24T14:30:00+01:00.", field="starts_at", is_needed=True),
    *_MORE,
    Option("--external-id", "What your own calendar calls it."),
)
_appointments.changing(
    _told,
    "Move it, cancel it (--status canceled), or change what is said.",
    Option("--at", "A new time makes new reminders.", field="starts_at"),
    Option("--status", "canceled ends the reminders."),
    _ASSISTANT,
    *_MORE,
)
_appointments.deleting(
    lambda there: f"Delete the appointment at {instant(there['starts_at'])}?",
    lambda there: f"The appointment at {instant(there['starts_at'])} is deleted; nobody is reminded of it any more.",
    "Delete an appointment; nobody is reminded of it any more.",
)
