"""`callwright suppressions`: numbers never to be called."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from control_plane.domain.counted import counted
from control_plane.remote.client import Remote
from control_plane.remote.progress import taken_in
from control_plane.remote.terminal import (
    DEFAULT_LIMIT,
    DEFAULT_URL,
    EXIT_NOT_IN_ORDER,
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
    print_items,
    print_json,
    say,
)

_PATH = "/suppressions"

app = typer.Typer(help="Numbers never to be called.", no_args_is_help=True, add_completion=False)
Number = Annotated[str, typer.Argument(help="The number, in E.164: +12025550123.", metavar="NUMBER")]
OfCampaign = Annotated[str, typer.Option(help="Only for this campaign, by name or id.", autocompletion=completing("/campaigns"))]

_COLUMNS: Columns = {
    "Id": "id",
    "Number": lambda each: each["e164"] or "erased",
    "Scope": "scope",
    "Reason": "reason",
    "Source": lambda each: each["list_source"] or each["source"],
    "Since": lambda each: instant(each["created_at"]),
}


@app.command("list")
def list_suppressions(
    number: Annotated[str, typer.Option(help="Of this number only.")] = "",
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
    limit: Limit = DEFAULT_LIMIT,
) -> None:
    """Suppressed numbers, newest first."""
    with asking(url, key) as remote:
        found = remote.first(_PATH, limit, **given(e164=number))
    print_items(found, _COLUMNS, "No number is suppressed." if not number else f"{number} is not suppressed.", as_json=as_json)


@app.command()
def check(number: Number, campaign: OfCampaign = "", url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """Whether a number must not be called. Ends with 5 when it must not."""
    with asking(url, key) as remote:
        told = remote.get(f"{_PATH}/check", **given(e164=number, campaign_id=_campaign_id(remote, campaign)))
    if as_json:
        print_json(told)
    elif told["is_suppressed"]:
        say(f"{told['e164']} must not be called.")
        print_items(told["suppressions"], _COLUMNS, "", as_json=False)
    else:
        say(f"{told['e164']} is not suppressed.")
    if told["is_suppressed"]:
        raise typer.Exit(EXIT_NOT_IN_ORDER)


@app.command()
def add(
    number: Number,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    campaign: OfCampaign = "",
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Never call this number again."""
    with asking(url, key) as remote:
        body: dict[str, Any] = dict(given(e164=number, reason=reason))
        if campaign:
            body |= {"scope": "campaign", "campaign_id": _campaign_id(remote, campaign)}
        made = remote.post(_PATH, body)
    print_done(made, f"{made['e164']} is not called any more.", as_json=as_json)


@app.command()
def remove(
    suppression: Annotated[str, typer.Argument(help="Its id, from `list` or `check`.", metavar="ID")],
    yes: Yes = False,
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Lift one suppression; the number can be called again where no other holds."""
    with asking(url, key) as remote:
        path = f"{_PATH}/{remote.id(suppression, 'suppression')}"
        there = remote.get(path)
        confirm(f"Let {there['e164'] or 'an erased number'} be called again?", is_sure=yes)
        remote.delete(path)
    print_done(there, "The suppression is lifted.", as_json=as_json)


@app.command("import")
def import_numbers(
    file: Annotated[Path, typer.Argument(help="A CSV file with a column of numbers.", exists=True, dir_okay=False, readable=True)],
    source: Annotated[str, typer.Option(help="Which list it is: us_national, uk_tps …")],
    obtained: Annotated[datetime, typer.Option("--date", formats=["%Y-%m-%d"], help="When it was obtained from its keeper.")],
    replace: Annotated[bool, typer.Option("--replace", help="Whoever of this list is not in the file is lifted.")] = False,
    country: Annotated[str, typer.Option(help="Country of numbers without a prefix, such as US.")] = "",
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Take in a do-not-call list. Ends with 1 when the file could not be read."""
    asked = given(source=source, list_date=obtained.date().isoformat(), mode="replace" if replace else "add", default_country=country)
    with asking(url, key) as remote:
        row = remote.upload(f"{_PATH}/imports", file, {name: str(value) for name, value in asked.items()})
        row = taken_in(remote, row, f"{_PATH}/imports", "Taking in", is_quiet=as_json)
    if row["state"] == "failed":
        say(f"callwright: {row['error']}", err=True)
        raise typer.Exit(1)
    counts = ", ".join(f"{row[name]} {name}" for name in ("added", "duplicates", "rejected", "removed"))
    print_done(row, f"{counted(row['rows'], 'row')}: {counts}.", as_json=as_json)


def _campaign_id(remote: Remote, campaign: str) -> str:
    return remote.named("/campaigns", "campaign", campaign)["id"] if campaign else ""
