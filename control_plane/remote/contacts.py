"""`callwright contacts`: people and their numbers."""

import json
from typing import Any

import typer

from control_plane.remote.client import Remote, RemoteError, is_id
from control_plane.remote.resources import CONTACT_LIST, Find, Option, Resource
from control_plane.remote.terminal import Columns, instant

app = typer.Typer(help="People and their numbers.", no_args_is_help=True, add_completion=False)

_PATH, _WHAT, _SHOWN = "/contacts", "contact", 5


def by_number_or_name(remote: Remote, which: str) -> dict[str, Any]:
    """Of a million contacts the API finds the one; only what it found is read. Raises `RemoteError`."""
    if is_id(which):
        return remote.get(f"{_PATH}/{which}")
    if which.startswith("+"):
        found = remote.first(_PATH, _SHOWN, e164=which)
    else:
        found = [each for each in remote.items(_PATH, q=which) if each["name"] == which]
    if len(found) == 1:
        return found[0]
    if not found:
        raise RemoteError(f"There is no contact {which!r}.")
    ids = ", ".join(each["id"] for each in found[:_SHOWN])
    raise RemoteError(f"Several contacts are {which!r}; say which by its id: {ids}{' …' if len(found) > _SHOWN else ''}.")


CONTACT = Find(_PATH, _WHAT, by=by_number_or_name)
"""By id, number or name."""


def numbers(contact: dict[str, Any]) -> str:
    return ", ".join(phone["e164"] or "erased" for phone in contact["phones"])


def _called(contact: dict[str, Any]) -> str:
    return contact["name"] or numbers(contact)


def _phones(typed: list[str]) -> list[dict[str, str]]:
    return [{"e164": e164} for e164 in typed]


def _attributes(typed: list[str]) -> dict[str, Any]:
    """`visits=3` is a number, `note=three` a text: what is JSON is read as such."""
    pairs = [each.partition("=") for each in typed]
    wrong = next((name or each for each, (name, equals, _) in zip(typed, pairs, strict=True) if not (name and equals)), None)
    if wrong is not None:
        raise typer.BadParameter(f"{wrong!r} is not name=value.", param_hint="--attribute")
    return {name: _value(text) for name, _, text in pairs}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


_NAME = Option("--name", "What the person is called.")
_EMAIL = Option("--email", "Their e-mail address.")
_LANGUAGE = Option("--language", "In which they are spoken to, such as de.")
_ZONE = Option("--zone", "Their time zone, such as Europe/Berlin.", field="time_zone")
_HELP_ATTRIBUTE = "For prompts, as name=value; may be said several times."
_ATTRIBUTES = Option("--attribute", _HELP_ATTRIBUTE, "attributes", list[str], shape=_attributes)
_HELP_PHONE = "A number in E.164; may be said several times, the best first."

_COLUMNS: Columns = {"Id": "id", "Name": "name", "Numbers": numbers, "Language": "language", "Status": "lead_status"}
_TIMELINE: Columns = {
    "At": lambda entry: instant(entry["at"]),
    "What": "kind",
    "State": "state",
    "Outcome": "outcome",
    "Summary": "summary",
}

_contacts = Resource(app, CONTACT)
_contacts.listing(
    _COLUMNS,
    "There is no such contact; `callwright import` takes in a file of them.",
    "Contacts, newest first.",
    Option("--search", "Part of a name, an e-mail address or a number.", field="q"),
    Option("--number", "Who has this number, in E.164.", field="e164"),
    Option("--list", "Who stands on this list, by name or id.", field="contact_list_id", find=CONTACT_LIST),
)
_contacts.showing("One contact, by id, number or name.")
_contacts.making(
    lambda made: f"{_called(made)} is contact {made['id']}.",
    "Make a contact.",
    Option("--phone", _HELP_PHONE, "phones", list[str], is_needed=True, shape=_phones),
    *(_NAME, _EMAIL, _LANGUAGE, _ZONE, _ATTRIBUTES),
    Option("--list", "On this list, by name or id.", field="contact_list_ids", find=CONTACT_LIST, shape=lambda one: [one]),
)
_contacts.changing(
    lambda now: f"{_called(now)} is changed.",
    "Change what is said; numbers and attributes take the place of those that are there.",
    Option("--phone", _HELP_PHONE, "phones", list[str], shape=_phones),
    *(_NAME, _EMAIL, _LANGUAGE, _ZONE, _ATTRIBUTES),
    Option("--status", "new, contacted, engaged, qualified, converted, lost or do_not_call.", field="lead_status"),
)
_HAPPENED = "What happened with a contact, newest first."
_contacts.listing(_TIMELINE, "Nothing has happened yet.", _HAPPENED, of_one="timeline", name="timeline")
_contacts.deleting(
    lambda there: f"Delete {_called(there)}?",
    lambda there: f"{_called(there)} is deleted; the calls are kept.",
    "Delete a contact; the calls are kept. To forget a person: POST /contacts/{id}/erase.",
)
