"""`callwright schedules`: calls that come back."""

from typing import Annotated, Any

import typer

from control_plane.remote.terminal import (
    DEFAULT_LIMIT,
    DEFAULT_URL,
    AsJson,
    Columns,
    Key,
    Limit,
    Url,
    Yes,
    asking,
    completing,
    confirm,
    given,
    instant,
    print_done,
    print_fields,
    print_items,
)

_PATH, _WHAT = "/schedules", "schedule"

app = typer.Typer(help="Calls that come back: look at them and lead them.", no_args_is_help=True, add_completion=False)
Which = Annotated[str, typer.Argument(help="The schedule, by name or id.", metavar="SCHEDULE", autocompletion=completing(_PATH))]

_COLUMNS: Columns = {
    "Id": "id",
    "Name": "name",
    "State": "state",
    "When": "in_words",
    "Zone": "time_zone",
    "Next": lambda each: instant(each["next_run_at"]),
    "Made": "runs_made",
}
_RUNS: Columns = {
    "Id": "id",
    "Planned": lambda run: instant(run["planned_at"]),
    "By": "trigger",
    "State": "state",
    "Calls": lambda run: len(run["calls"]),
    "Outcome": lambda run: ", ".join(filter(None, (call["outcome"] or call["network_result"] or call["failure"] for call in run["calls"]))),
    "Why": lambda run: " ".join(map(str, run["reasons"])),
}


@app.command("list")
def list_schedules(
    state: Annotated[str, typer.Option(help="active, paused or finished.")] = "",
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
    limit: Limit = DEFAULT_LIMIT,
) -> None:
    """Schedules, newest first."""
    with asking(url, key) as remote:
        found = remote.first(_PATH, limit, **given(state=state))
    print_items(found, _COLUMNS, "There is no such schedule; `callwright schedules create` makes one.", as_json=as_json)


@app.command()
def show(schedule: Which, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """One schedule, with its next runs."""
    with asking(url, key) as remote:
        found = remote.named(_PATH, _WHAT, schedule)
    print_fields(found, as_json=as_json)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    assistant: Annotated[str, typer.Option(help="Who calls, by name or id.", autocompletion=completing("/assistants"))],
    to: Annotated[str, typer.Option(help="The number, in E.164; or --contact.")] = "",
    contact: Annotated[str, typer.Option(help="The contact's id.")] = "",
    cron: Annotated[str, typer.Option(help="When, as five fields: '0 14 * * 1' is Mondays at 14:00.")] = "",
    at: Annotated[str, typer.Option(help="Once, such as 2026-12-01T14:00:00+01:00.")] = "",
    zone: Annotated[str, typer.Option(help="The cron's zone, such as Europe/Berlin; the workspace's otherwise.")] = "",
    agenda: Annotated[str, typer.Option(help="What the calls are to cover.")] = "",
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Make a schedule; it runs from now on."""
    body: dict[str, Any] = dict(
        given(name=name, phone_number=to, contact_id=contact, cron=cron, run_at=at, time_zone=zone, agenda=agenda),
    )
    with asking(url, key) as remote:
        body["assistant_id"] = remote.named("/assistants", "assistant", assistant)["id"]
        made = remote.post(_PATH, body)
    print_done(made, f"{made['name']} calls {made['in_words']}, next at {instant(made['next_run_at'])}.", as_json=as_json)


@app.command()
def runs(schedule: Which, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False, limit: Limit = DEFAULT_LIMIT) -> None:
    """What came of a schedule's runs, newest first."""
    with asking(url, key) as remote:
        there = remote.named(_PATH, _WHAT, schedule)
        found = remote.first(f"{_PATH}/{there['id']}/runs", limit)
    print_items(found, _RUNS, f"{there['name']} has not run yet.", as_json=as_json)


@app.command("run-now")
def run_now(schedule: Which, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """Run it once now, beside its plan; the gate decides as always."""
    with asking(url, key) as remote:
        there = remote.named(_PATH, _WHAT, schedule)
        made = remote.post(f"{_PATH}/{there['id']}/run-now")
    print_done(made, f"{there['name']} runs now: run {made['id']} is {made['state']}.", as_json=as_json)


@app.command()
def delete(schedule: Which, yes: Yes = False, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """Delete a schedule; what its calls were stays."""
    with asking(url, key) as remote:
        there = remote.named(_PATH, _WHAT, schedule)
        confirm(f"Delete the schedule {there['name']}?", is_sure=yes)
        remote.delete(f"{_PATH}/{there['id']}")
    print_done(there, f"The schedule {there['name']} is deleted.", as_json=as_json)


def _lead(action: str, said: str, about: str) -> None:
    def command(schedule: Which, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
        with asking(url, key) as remote:
            there = remote.named(_PATH, _WHAT, schedule)
            now = remote.post(f"{_PATH}/{there['id']}/{action}")
        print_done(now, f"{there['name']} {said}.", as_json=as_json)

    command.__doc__ = about
    app.command(action)(command)


_lead("pause", "makes no calls until it is resumed", "Make no calls until it is resumed.")
_lead("resume", "is active", "Go on with the next planned run.")
