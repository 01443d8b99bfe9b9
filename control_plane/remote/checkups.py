"""`callwright checkups`: people who are called regularly, and whom else to call when they cannot be reached."""

from typing import Any

import typer

from control_plane.remote.client import Remote
from control_plane.remote.contacts import CONTACT
from control_plane.remote.resources import ASSISTANT, Find, Option, Resource
from control_plane.remote.terminal import Columns, instant

app = typer.Typer(help="People who are called regularly, to know how they are.", no_args_is_help=True, add_completion=False)


def _kept(checkup: dict[str, Any]) -> str:
    return f"{checkup['kept']} of {checkup['kept'] + checkup['missed']}"


def _told(checkup: dict[str, Any]) -> str:
    following = instant(checkup["next_at"]) or "never"
    return f"Check-up {checkup['id']} is {checkup['state']}: {checkup['in_words']}, next {following}."


def _safety_contacts(remote: Remote, typed: list[str]) -> list[dict[str, str]]:
    """In the order given. Raises `typer.BadParameter` without the words of consent, and what finding a contact raises."""
    found = []
    for each in typed:
        who, _, consent = (part.strip() for part in each.partition("="))
        if not who or not consent:
            raise typer.BadParameter(f"{each!r}: write who it is and how they agreed, as in '+12025550172=Agreed on the phone on 3 May.'")
        found.append({"contact_id": CONTACT(remote, who)["id"], "consent": consent})
    return found


_COLUMNS: Columns = {
    "Id": "id",
    "Type": "checkup_type",
    "State": "state",
    "When": "in_words",
    "Next": lambda each: instant(each["next_at"]),
    "Kept": _kept,
    "Contact": "contact_id",
}
_ESCALATIONS: Columns = {
    "Id": "id",
    "At": lambda each: instant(each["created_at"]),
    "State": "state",
    "Acknowledged by": "acknowledged_by",
    "Notes": lambda each: " ".join(each["notes"]),
}
_WHEN = (
    Option("--type", "wellness, safety, medication, crisis_follow_up, appointment or other.", field="checkup_type"),
    Option("--frequency", "daily, weekly, biweekly or monthly."),
    Option("--day", "Of the week, for weekly and biweekly ones: mon, tue …"),
    Option("--time-of-day", "morning, afternoon or evening, in the person's zone."),
    Option("--agenda", "What the calls are about."),
    Option("--tries", "How often it is tried before it is missed.", kind=int),
    Option("--every", "Seconds between tries.", field="try_every_s", kind=int),
    Option(
        "--safety-contact",
        "Whom to call when the person cannot be reached, and how they agreed: NUMBER=WORDS, or a name or id; again for the next. Those"
        " that are given take the place of those from before.",
        field="safety_contacts",
        kind=list[str],
        ask=_safety_contacts,
    ),
)

_checkups = Resource(app, Find("/checkups", "check-up", has_name=False))
_checkups.listing(
    _COLUMNS,
    "There is no such check-up.",
    "Check-ups, newest first.",
    Option("--contact", "Of this contact, by id, number or name.", field="contact_id", find=CONTACT),
)
_checkups.showing("One check-up, with its safety network.")
_checkups.making(
    _told,
    "Call a person regularly, and others when the person cannot be reached.",
    Option("--contact", "Whom, by id, number or name.", field="contact_id", find=CONTACT, is_needed=True),
    Option("--assistant", "Who calls, by name or id.", field="assistant_id", find=ASSISTANT, is_needed=True),
    *_WHEN,
)
_checkups.changing(
    _told,
    "Change what is said, pause it (--state paused) or go on (--state active).",
    Option("--assistant", "Who calls, by name or id.", field="assistant_id", find=ASSISTANT),
    *_WHEN,
    Option("--state", "active or paused."),
)
_checkups.listing(_ESCALATIONS, "It was never missed.", "What followed when it was missed.", of_one="escalations", name="escalations")
_checkups.deleting(
    lambda there: f"Check no more on the contact {there['contact_id']}?",
    lambda there: f"The contact {there['contact_id']} is checked on no more; the calls are kept.",
    "Check no more; the calls are kept.",
)
