"""`callwright trunks`: the lines that calls go out on, and how they do."""

from typing import Annotated, Any

import typer

from control_plane.remote.resources import Find, Resource
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
    print_items,
)

TRUNK = Find("/trunks", "trunk")

app = typer.Typer(help="Lines that calls go out on, and how they do.", no_args_is_help=True, add_completion=False)
_HELP = "The trunk, by name or id."
OneOrAll = Annotated[str, typer.Argument(help=f"{_HELP} All unless said.", metavar="[TRUNK]", autocompletion=completing(TRUNK.path))]

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


_trunks = Resource(app, TRUNK)
_trunks.listing(_COLUMNS, "There is no trunk yet; POST /trunks makes one.", "All trunks, newest first.")
_trunks.showing("One trunk; its password is never shown.")
_trunks.leading("sync", lambda _, now: _synced(now), "Tell LiveKit of a trunk again, and put right what was changed there.")


@app.command()
def health(trunk: OneOrAll = "", url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """How trunks do: wrong password, dead host, missing codec, refused number. Ends with 5 when one is failing."""
    with asking(url, key) as remote:
        asked = [TRUNK(remote, trunk)] if trunk else list(remote.items(TRUNK.path))
        found = [{"trunk": {"id": each["id"], "name": each["name"]}, **remote.get(f"{TRUNK.path}/{each['id']}/health")} for each in asked]
    print_items(found, _HEALTH, "There is no trunk yet; POST /trunks makes one.", as_json=as_json)
    if any(each["status"] == "failing" for each in found):
        raise typer.Exit(EXIT_NOT_IN_ORDER)


@app.command()
def numbers(url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False, limit: Limit = DEFAULT_LIMIT) -> None:
    """The numbers that calls go out from, and who answers them."""
    with asking(url, key) as remote:
        found = remote.first("/numbers", limit)
        trunks = {each["id"]: each["name"] for each in remote.items(TRUNK.path)}
        assistants = {each["id"]: each["name"] for each in remote.items("/assistants")}
    shown = found if as_json else [_named(each, trunks, assistants) for each in found]
    print_items(shown, _NUMBERS, "There is no number yet; POST /numbers adds one.", as_json=as_json)


def _synced(now: dict[str, Any]) -> str:
    said = f": {now['sync_error']}" if now["sync_error"] else ""
    return f"{now['name']} is {now['sync_state']} at LiveKit{said}."


def _named(number: dict[str, Any], trunks: dict[str, str], assistants: dict[str, str]) -> dict[str, Any]:
    return {**number, "trunk": trunks.get(number["trunk_id"]), "assistant": assistants.get(number["assistant_id"])}
