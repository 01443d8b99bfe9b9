"""`callwright lists`: contact lists and who stands on them."""

from typing import Annotated

import typer

from control_plane.domain.counted import counted
from control_plane.remote.contacts import numbers
from control_plane.remote.resources import CONTACT_LIST, Resource
from control_plane.remote.terminal import DEFAULT_LIMIT, DEFAULT_URL, AsJson, Columns, Key, Limit, Url, asking, completing, print_items

app = typer.Typer(help="Look at contact lists.", no_args_is_help=True, add_completion=False)
Which = Annotated[str, typer.Argument(help="The list, by name or id.", metavar="LIST", autocompletion=completing(CONTACT_LIST.path))]

_MEMBERS: Columns = {"Id": "id", "Name": "name", "Numbers": numbers, "Language": "language", "Status": "lead_status"}

_lists = Resource(app, CONTACT_LIST)
_lists.listing(
    {"Id": "id", "Name": "name", "Contacts": "size"},
    "There is no contact list yet; `callwright import` makes one.",
    "All contact lists, newest first.",
)
_lists.deleting(
    lambda there: f"Delete the list {there['name']} of {counted(there['size'], 'contact')}?",
    lambda there: f"The list {there['name']} is deleted; its contacts are still there.",
    "Delete a list; its contacts stay.",
)


@app.command()
def show(contact_list: Which, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False, limit: Limit = DEFAULT_LIMIT) -> None:
    """Who stands on a list."""
    with asking(url, key) as remote:
        there = CONTACT_LIST(remote, contact_list)
        found = remote.first("/contacts", limit, contact_list_id=there["id"])
    print_items(found, _MEMBERS, f"Nobody is on {there['name']}.", as_json=as_json)
