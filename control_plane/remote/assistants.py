"""`callwright assistants`: who calls."""

from typing import Annotated

import typer

from control_plane.remote.terminal import (
    DEFAULT_LIMIT,
    DEFAULT_URL,
    AsJson,
    Key,
    Limit,
    Url,
    asking,
    completing,
    instant,
    print_done,
    print_fields,
    print_items,
)

_PATH, _WHAT = "/assistants", "assistant"

app = typer.Typer(help="Look at assistants and publish them.", no_args_is_help=True, add_completion=False)
Which = Annotated[str, typer.Argument(help="The assistant, by name or id.", metavar="ASSISTANT", autocompletion=completing(_PATH))]


@app.command("list")
def list_assistants(url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False, limit: Limit = DEFAULT_LIMIT) -> None:
    """All assistants, newest first."""
    with asking(url, key) as remote:
        found = remote.first(_PATH, limit)
    columns = {
        "Id": "id",
        "Name": "name",
        "Language": lambda each: each.get("language"),
        "Active": lambda each: "yes" if each["is_active"] else "no",
        "Published": lambda each: each["published_version"] or "never",
        "Draft": lambda each: "changed" if each["has_unpublished_changes"] else "",
    }
    print_items(found, columns, "There is no assistant yet; POST /assistants or a campaign file makes one.", as_json=as_json)


@app.command()
def show(assistant: Which, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """One assistant as it is edited."""
    with asking(url, key) as remote:
        found = remote.named(_PATH, _WHAT, assistant)
    print_fields(found, as_json=as_json)


@app.command()
def versions(assistant: Which, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False, limit: Limit = DEFAULT_LIMIT) -> None:
    """What was published, newest first; a running campaign keeps the version with which it began."""
    with asking(url, key) as remote:
        there = remote.named(_PATH, _WHAT, assistant)
        found = remote.first(f"{_PATH}/{there['id']}/versions", limit)
    columns = {"Id": "id", "Number": "number", "Name": "name", "Published": lambda each: instant(each["created_at"])}
    print_items(found, columns, f"{there['name']} was never published.", as_json=as_json)


@app.command()
def publish(assistant: Which, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """Make what was edited the version that calls and campaigns begin with."""
    with asking(url, key) as remote:
        there = remote.named(_PATH, _WHAT, assistant)
        made = remote.post(f"{_PATH}/{there['id']}/publish")
    print_done(made, f"{made['name']} is published as version {made['number']}.", as_json=as_json)
