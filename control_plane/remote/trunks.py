"""`callwright trunks`: the lines that calls go out on, and how they do."""

from typing import Annotated, Any

import typer

from control_plane.remote.terminal import (
    DEFAULT_LIMIT,
    DEFAULT_URL,
    EXIT_NOT_IN_ORDER,
    AsJson,
    Columns,
    Key,
    Limit,
    Url,
    asking,
    completing,
    print_done,
    print_fields,
    print_items,
)

_PATH, _WHAT = "/trunks", "trunk"

app = typer.Typer(help="Lines that calls go out on, and how they do.", no_args_is_help=True, add_completion=False)
_HELP = "The trunk, by name or id."
Which = Annotated[str, typer.Argument(help=_HELP, metavar="TRUNK", autocompletion=completing(_PATH))]
OneOrAll = Annotated[str, typer.Argument(help=f"{_HELP} All unless said.", metavar="[TRUNK]", autocompletion=completing(_PATH))]

_COLUMNS: Columns = {
    "Id": "id",
    "Name": "name",
    "Provider": "provider",
    "Address": "address",
    "Calls per second": "calls_per_second_now",
    "At once": "max_concurrent_calls",
    "LiveKit": "sync_state",
    "Paused": "paused_reason",
}
_HEALTH: Columns = {
    "Trunk": lambda each: each["trunk"]["name"],
    "Status": "status",
    "Live": "live_calls",
    "Last hour": "calls_last_hour",
    "Faults": lambda each: ", ".join(fault["kind"] for fault in each["faults"]),
    "Detail": "detail",
}
_NUMBERS: Columns = {
    "Number": "e164",
    "Trunk": lambda each: each["trunk"],
    "Answers": lambda each: each["assistant"],
    "Health": "health",
    "Cap": "daily_cap",
    "Why": "health_reason",
}


@app.command("list")
def list_trunks(url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False, limit: Limit = DEFAULT_LIMIT) -> None:
    """All trunks, newest first."""
    with asking(url, key) as remote:
        found = remote.first(_PATH, limit)
    print_items(found, _COLUMNS, "There is no trunk yet; POST /trunks makes one.", as_json=as_json)


@app.command()
def show(trunk: Which, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """One trunk; its password is never shown."""
    with asking(url, key) as remote:
        found = remote.named(_PATH, _WHAT, trunk)
    print_fields(found, as_json=as_json)


@app.command()
def health(
    trunk: Annotated[
        str, typer.Argument(help=f"{_HELP} All of them unless said.", metavar="[TRUNK]", autocompletion=completing(_PATH))
    ] = "",
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """How trunks do: wrong password, dead host, missing codec, refused number. Ends with 5 when one is failing."""
    with asking(url, key) as remote:
        asked = [remote.named(_PATH, _WHAT, trunk)] if trunk else list(remote.items(_PATH))
        found = [{"trunk": {"id": each["id"], "name": each["name"]}, **remote.get(f"{_PATH}/{each['id']}/health")} for each in asked]
    print_items(found, _HEALTH, "There is no trunk yet; POST /trunks makes one.", as_json=as_json)
    if any(each["status"] == "failing" for each in found):
        raise typer.Exit(EXIT_NOT_IN_ORDER)


@app.command()
def sync(trunk: Which, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """Tell LiveKit of a trunk again, and put right what was changed there."""
    with asking(url, key) as remote:
        there = remote.named(_PATH, _WHAT, trunk)
        now = remote.post(f"{_PATH}/{there['id']}/sync")
    said = f": {now['sync_error']}" if now["sync_error"] else ""
    print_done(now, f"{now['name']} is {now['sync_state']} at LiveKit{said}.", as_json=as_json)


@app.command()
def numbers(url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False, limit: Limit = DEFAULT_LIMIT) -> None:
    """The numbers that calls go out from, and who answers them."""
    with asking(url, key) as remote:
        found = remote.first("/numbers", limit)
        trunks = {each["id"]: each["name"] for each in remote.items(_PATH)}
        assistants = {each["id"]: each["name"] for each in remote.items("/assistants")}
    shown = found if as_json else [_named(each, trunks, assistants) for each in found]
    print_items(shown, _NUMBERS, "There is no number yet; POST /numbers adds one.", as_json=as_json)


def _named(number: dict[str, Any], trunks: dict[str, str], assistants: dict[str, str]) -> dict[str, Any]:
    return {**number, "trunk": trunks.get(number["trunk_id"]), "assistant": assistants.get(number["assistant_id"])}
