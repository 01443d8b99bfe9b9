"""`callwright calls`: what became of calls. `callwright call` places one."""

from pathlib import Path
from typing import Annotated, Any

import typer

from control_plane.remote.client import Remote
from control_plane.remote.terminal import (
    DEFAULT_LIMIT,
    DEFAULT_URL,
    AsJson,
    Columns,
    Key,
    Limit,
    Url,
    asking,
    completing,
    given,
    instant,
    minutes,
    print_done,
    print_fields,
    print_items,
    print_json,
    say,
)

app = typer.Typer(help="Look at calls and end them.", no_args_is_help=True, add_completion=False)
Which = Annotated[str, typer.Argument(help="The call's id.", metavar="CALL")]
OfCampaign = Annotated[str, typer.Option(help="Of this campaign, by name or id.", autocompletion=completing("/campaigns"))]
OfAssistant = Annotated[str, typer.Option(help="By this assistant, by name or id.", autocompletion=completing("/assistants"))]

_COLUMNS: Columns = {
    "Id": "id",
    "When": lambda call: instant(call["started_at"] or call["due_at"]),
    "To": "to",
    "State": "state",
    "Result": "network_result",
    "Answered by": "answered_by",
    "Outcome": lambda call: call["outcome_label"] or call["outcome"],
    "Length": lambda call: minutes(call["duration_s"]),
    "Cost": "cost",
}


@app.command("list")
def list_calls(
    campaign: OfCampaign = "",
    assistant: OfAssistant = "",
    to: Annotated[str, typer.Option(help="To this number, in E.164.")] = "",
    state: Annotated[str, typer.Option(help="In this state: queued, in_progress, ended …")] = "",
    result: Annotated[str, typer.Option(help="With this word of the network: answered, busy, no_answer …")] = "",
    outcome: Annotated[str, typer.Option(help="With this outcome: success, not_interested …")] = "",
    since: Annotated[str, typer.Option(help="Due since, such as 2026-11-01T00:00:00Z.")] = "",
    until: Annotated[str, typer.Option(help="Due before.")] = "",
    active: Annotated[bool, typer.Option("--active", help="Under way now; the other filters do not count.")] = False,
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
    limit: Limit = DEFAULT_LIMIT,
) -> None:
    """Calls, newest first."""
    with asking(url, key) as remote:
        if active:
            found = remote.get("/calls/active")["items"]
        else:
            asked = given(to=to, state=state, network_result=result, outcome=outcome, since=since, until=until)
            found = remote.first("/calls", limit, **asked, **_named(remote, campaign, assistant))
    print_items(found, _COLUMNS, "There is no such call.", as_json=as_json)


def _named(remote: Remote, campaign: str, assistant: str) -> dict[str, str]:
    asked = {}
    if campaign:
        asked["campaign_id"] = remote.named("/campaigns", "campaign", campaign)["id"]
    if assistant:
        asked["assistant_id"] = remote.named("/assistants", "assistant", assistant)["id"]
    return asked


@app.command()
def show(call: Which, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """One call."""
    with asking(url, key) as remote:
        found = remote.get(f"/calls/{remote.id(call, 'call')}")
    print_fields(found, as_json=as_json)


@app.command()
def explain(call: Which, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """Why a call was allowed or refused, what came of it and what follows."""
    with asking(url, key) as remote:
        told = remote.get(f"/calls/{remote.id(call, 'call')}/explain")
    if as_json:
        print_json(told)
        return
    # Reasons, what happened and what follows are in it.
    say(told["summary"])
    if told["next_possible_at"]:
        say(f"Next possible at {instant(told['next_possible_at'])}.")


@app.command()
def transcript(call: Which, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """What was said, turn by turn."""
    with asking(url, key) as remote:
        told = remote.get(f"/calls/{remote.id(call, 'call')}/transcript")
    if as_json:
        print_json(told)
    elif not told["turns"]:
        typer.echo("Nothing was said.")
    else:
        show_turns(told["turns"])


def show_turns(turns: list[dict[str, Any]]) -> None:
    for turn in turns:
        say(f"[{turn['started_at_s']:6.1f} s] {turn['speaker']}: {turn['text']}{' …' if turn['interrupted'] else ''}")


@app.command()
def recording(
    call: Which,
    file: Annotated[Path, typer.Argument(help="Where to write it, Ogg Opus; a file that is there is replaced.", dir_okay=False)],
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Fetch the recording."""
    with asking(url, key) as remote:
        written = remote.save(f"/calls/{remote.id(call, 'call')}/recording", file)
    print_done({"file": str(file), "bytes": written}, f"{written} bytes are in {file}.", as_json=as_json)


@app.command()
def end(call: Which, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """Hang up a call, or take back one that has not been dialled."""
    with asking(url, key) as remote:
        now = remote.post(f"/calls/{remote.id(call, 'call')}/end")
    print_done(now, f"The call to {now['to']} is {now['state']}.", as_json=as_json)
