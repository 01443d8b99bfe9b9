"""`callwright lists`: contact lists and who stands on them."""

from typing import Annotated, Any

import typer

from control_plane.remote.terminal import (
    DEFAULT_LIMIT,
    DEFAULT_URL,
    AsJson,
    Key,
    Limit,
    Url,
    Yes,
    asking,
    completing,
    confirm,
    print_done,
    print_items,
)

_PATH, _WHAT = "/contact-lists", "contact list"

app = typer.Typer(help="Look at contact lists.", no_args_is_help=True, add_completion=False)
Which = Annotated[str, typer.Argument(help="The list, by name or id.", metavar="LIST", autocompletion=completing(_PATH))]


@app.command("list")
def list_lists(url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False, limit: Limit = DEFAULT_LIMIT) -> None:
    """All contact lists, newest first."""
    with asking(url, key) as remote:
        found = remote.first(_PATH, limit)
    columns = {"Id": "id", "Name": "name", "Contacts": "size"}
    print_items(found, columns, "There is no contact list yet; `callwright import` makes one.", as_json=as_json)


@app.command()
def show(contact_list: Which, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False, limit: Limit = DEFAULT_LIMIT) -> None:
    """Who stands on a list."""
    with asking(url, key) as remote:
        there = remote.named(_PATH, _WHAT, contact_list)
        found = remote.first("/contacts", limit, contact_list_id=there["id"])
    columns = {"Id": "id", "Name": "name", "Numbers": _numbers, "Language": "language", "Status": "lead_status"}
    print_items(found, columns, f"Nobody is on {there['name']}.", as_json=as_json)


@app.command()
def delete(contact_list: Which, yes: Yes = False, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """Delete a list; its contacts stay."""
    with asking(url, key) as remote:
        there = remote.named(_PATH, _WHAT, contact_list)
        confirm(f"Delete the list {there['name']} of {there['size']} contacts?", is_sure=yes)
        remote.delete(f"{_PATH}/{there['id']}")
    print_done(there, f"The list {there['name']} is deleted; its contacts are still there.", as_json=as_json)


def _numbers(contact: dict[str, Any]) -> str:
    return ", ".join(phone["e164"] or "erased" for phone in contact["phones"])
