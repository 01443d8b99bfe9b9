"""`callwright assistants`: who calls."""

import typer

from control_plane.remote.resources import ASSISTANT, Resource
from control_plane.remote.terminal import Columns, instant

app = typer.Typer(help="Look at assistants and publish them.", no_args_is_help=True, add_completion=False)

_COLUMNS: Columns = {
    "Id": "id",
    "Name": "name",
    "Language": lambda each: each.get("language"),
    "Active": lambda each: "yes" if each["is_active"] else "no",
    "Published": lambda each: each["published_version"] or "never",
    "Draft": lambda each: "changed" if each["has_unpublished_changes"] else "",
}
_VERSIONS: Columns = {"Id": "id", "Number": "number", "Name": "name", "Published": lambda each: instant(each["created_at"])}

_assistants = Resource(app, ASSISTANT)
_assistants.listing(_COLUMNS, "There is no assistant yet; POST /assistants or a campaign file makes one.", "All assistants, newest first.")
_assistants.showing("One assistant as it is edited.")
_assistants.listing(
    _VERSIONS,
    "It was never published.",
    "What was published, newest first; a running campaign keeps the version with which it began.",
    of_one="versions",
    name="versions",
)
_assistants.leading(
    "publish",
    lambda _, made: f"{made['name']} is published as version {made['number']}.",
    "Make what was edited the version that calls and campaigns begin with.",
)
