"""`callwright schedules`: calls that come back."""

from typing import Annotated, Any

import typer

from control_plane.remote.resources import ASSISTANT, Find, Option, Resource
from control_plane.remote.terminal import DEFAULT_URL, AsJson, Columns, Key, Url, asking, completing, given, instant, print_done

SCHEDULE = Find("/schedules", "schedule")

app = typer.Typer(help="Calls that come back: look at them and lead them.", no_args_is_help=True, add_completion=False)

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


_schedules = Resource(app, SCHEDULE)
_schedules.listing(
    _COLUMNS,
    "There is no such schedule; `callwright schedules create` makes one.",
    "Schedules, newest first.",
    Option("--state", "active, paused or finished."),
)
_schedules.showing("One schedule, with its next runs.")
_schedules.listing(_RUNS, "It has not run yet.", "What came of a schedule's runs, newest first.", of_one="runs", name="runs")
_schedules.leading(
    "run-now",
    lambda there, run: f"{there['name']} runs now: run {run['id']} is {run['state']}.",
    "Run it once now, beside its plan; the gate decides as always.",
)
_schedules.leading("pause", lambda there, _: f"{there['name']} makes no calls until it is resumed.", "Make no calls until it is resumed.")
_schedules.leading("resume", lambda there, _: f"{there['name']} is active.", "Go on with the next planned run.")
_schedules.deleting(
    lambda there: f"Delete the schedule {there['name']}?",
    lambda there: f"The schedule {there['name']} is deleted.",
    "Delete a schedule; what its calls were stays.",
)


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
        body["assistant_id"] = ASSISTANT(remote, assistant)["id"]
        made = remote.post(SCHEDULE.path, body)
    print_done(made, f"{made['name']} calls {made['in_words']}, next at {instant(made['next_run_at'])}.", as_json=as_json)
