"""`callwright campaign`: what a campaign manager does from a terminal."""

import time
from typing import Annotated, Any

import typer
from rich.live import Live
from rich.table import Table

from control_plane.domain.counted import counted
from control_plane.remote.client import Remote
from control_plane.remote.progress import working
from control_plane.remote.resources import CAMPAIGN, Resource
from control_plane.remote.terminal import DEFAULT_URL, AsJson, Key, Url, asking, completing, console, print_json, print_table, say

_LOOK_EVERY_S = 1.0
_AT_REST = {"completed", "stopped", "archived"}

app = typer.Typer(help="Look at campaigns and lead them.", no_args_is_help=True, add_completion=False)
Which = Annotated[str, typer.Argument(help="The campaign, by name or id.", metavar="CAMPAIGN", autocompletion=completing("/campaigns"))]


_campaigns = Resource(app, CAMPAIGN)
_campaigns.listing(
    {"Id": "id", "Name": "name", "Status": "execution_status"},
    "There is no campaign yet; POST /campaigns makes one.",
    "Campaigns, newest first.",
)
_campaigns.leading("start", lambda there, _: f"{there['name']} is running.", "Begin to call, or refuse with what is missing.")
_campaigns.leading("pause", lambda there, _: f"{there['name']} is paused; live calls go on.", "Dial nobody more; live calls go on.")
_campaigns.leading(
    "resume", lambda there, _: f"{there['name']} is running.", "Go on after a pause or an error; nobody who is done is called again."
)
_campaigns.leading("stop", lambda there, _: f"{there['name']} is stopped for good.", "End it for good; live calls go on.")


@app.command()
def status(
    campaign: Which,
    follow: Annotated[bool, typer.Option(help="Stay and show every change until the campaign is over.")] = False,
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Where a campaign stands."""
    with asking(url, key) as remote:
        found = CAMPAIGN(remote, campaign)
        now = remote.get(f"/campaigns/{found['id']}/status")
        if follow and not as_json:
            now = _follow(remote, found, now)
        elif not as_json:
            console.print(_board(found["name"], now))
    if as_json:
        print_json(now)


@app.command()
def preview(
    campaign: Which,
    calls_per_minute: Annotated[float | None, typer.Option(help="The pace to reckon with.", min=0.01)] = None,
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Ask the gate about everybody before a phone rings: who now, who later, who never and why, how long and at what cost."""
    with asking(url, key) as remote:
        found = CAMPAIGN(remote, campaign)
        with working("Asking the gate about everybody", is_quiet=as_json):
            told = remote.post(f"/campaigns/{found['id']}/preview", {"calls_per_minute": calls_per_minute} if calls_per_minute else {})
    if as_json:
        print_json(told)
    else:
        show_preview(told)


def _board(name: str, now: dict[str, Any]) -> Table:
    board = Table(box=None, show_header=False, pad_edge=False)
    board.add_row(name, f"{now['execution_status']}{': ' + now['status_reason'] if now['status_reason'] else ''}")
    for state, count in now["enrollments"].items():
        board.add_row(f"  {state}", str(count))
    board.add_row("live calls", str(now["live_calls"]))
    budget = f" of {now['budget']}" if now["budget"] is not None else ""
    board.add_row("spent", f"{now['spent']}{budget} {now['currency']}")
    return board


def _follow(remote: Remote, found: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    with Live(_board(found["name"], now), console=console, auto_refresh=False) as live:
        while now["execution_status"] not in _AT_REST:
            time.sleep(_LOOK_EVERY_S)
            now = remote.get(f"/campaigns/{found['id']}/status")
            live.update(_board(found["name"], now), refresh=True)
    return now


def show_preview(told: dict[str, Any]) -> None:
    """What the gate says to everybody, how long it takes and what it costs."""
    counts = ", ".join(f"{told[name]} {name.replace('_', ' ')}" for name in ("now", "later_today", "later", "never"))
    say(f"{counted(told['contacts'], 'contact')}: {counts}.")
    rows = [
        (each["contacts"], each["decision"], each["examples"][0]["sentence"] if each["examples"] else each["code"])
        for each in told["reasons"]
    ]
    if rows:
        print_table(("Contacts", "Decision", "For example"), rows, "")
    for name, count in told["variables"]["by_variable"].items():
        say(f"{counted(count, 'contact has', 'contacts have')} no value for {{{name}}}.")
    forecast, cost = told["forecast"], told["cost"]
    say(f"About {counted(forecast['calls'], 'call')} in {forecast['hours']} hours of calling, limited by {forecast['limited_by']}.")
    say(f"Expected cost {cost['expected']} {cost['currency']} ({cost['price_list']}).")
    for obstacle in told["obstacles"]:
        say(f"! {obstacle}")
