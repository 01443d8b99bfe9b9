"""`callwright consents`: who has agreed to be called."""

from typing import Any

import typer

from control_plane.remote.resources import Find, Option, Resource
from control_plane.remote.terminal import Columns, instant

app = typer.Typer(help="Who has agreed to be called.", no_args_is_help=True, add_completion=False)


def _number(consent: dict[str, Any]) -> str:
    return consent["e164"] or "erased"


_COLUMNS: Columns = {
    "Id": "id",
    "Number": _number,
    "Purpose": "purpose",
    "Basis": "basis",
    "Given": lambda each: instant(each["granted_at"]),
    "Revoked": lambda each: instant(each["revoked_at"]),
    "Source": "source",
}
_PURPOSE = "informational, telemarketing, care, survey, political, charity or debt."

_consents = Resource(app, Find("/consents", "consent", has_name=False))
_consents.listing(
    _COLUMNS,
    "There is no such consent.",
    "Consents, newest first.",
    Option("--number", "For this number, in E.164.", field="e164"),
    Option("--purpose", f"For this purpose: {_PURPOSE}"),
    Option("--revoked", "yes: only revoked ones; no: only those that stand.", field="is_revoked", shape=lambda said: _yes_or_no(said)),
)
_consents.showing("One consent, with its text and evidence.")
_consents.making(
    lambda made: f"{_number(made)} may be called for the purpose {made['purpose']}: consent {made['id']}.",
    "Write down that somebody has agreed.",
    Option("--number", "The number, in E.164.", field="e164", is_needed=True),
    Option("--purpose", _PURPOSE, is_needed=True),
    Option("--basis", "written, oral, implied or existing_customer.", is_needed=True),
    Option("--at", "When, such as 2026-03-01T12:00:00Z.", field="granted_at", is_needed=True),
    Option("--text", "What was agreed to, in its words."),
    Option("--source", "Where it is from: web form, branch office …"),
    Option("--evidence", "What shows it."),
    name="add",
)
_consents.leading(
    "revoke",
    lambda there, _: f"No further call to {_number(there)} rests on this consent.",
    "Take a consent back; no further call rests on it.",
    Option("--reason", "Why, for the record."),
)


def _yes_or_no(said: str) -> str:
    if said not in ("yes", "no"):
        raise typer.BadParameter("Say yes or no.", param_hint="--revoked")
    return "true" if said == "yes" else "false"
