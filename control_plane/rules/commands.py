"""`callwright rules`: which rules bind calls, and whether a file of rules can be used."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from control_plane.domain.errors import Invalid
from control_plane.domain.rule_text import mistakes_of
from control_plane.kit.clock import SystemClock
from control_plane.kit.printing import AsJson, print_done, print_json
from control_plane.rules.plain import as_lines, details, summary
from control_plane.rules.registry import read_file, registry

app = typer.Typer(help="The rules that bind calls.", no_args_is_help=True)


@app.command("list")
def list_packs(
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="In force on this day; default today.")] = None,
    as_json: AsJson = False,
) -> None:
    """The rule packs in force."""
    packs = registry().in_force((day or SystemClock().now()).date())
    if as_json:
        typer.echo(json.dumps([summary(pack) for pack in packs], default=_text))
        return
    for pack in packs:
        typer.echo(f"{pack.label:<24} {pack.title:<40} {pack.certainty}{'  closed' if pack.closed else ''}")


@app.command()
def show(pack: Annotated[str, typer.Argument(help="Its name, such as us-fl.")], as_json: AsJson = False) -> None:
    """One rule pack in all its versions, with citations and how certain they are."""
    versions = registry().versions(pack)
    if not versions:
        typer.echo(f"There is no rule pack {pack!r}; `callwright rules list` shows all.", err=True)
        raise typer.Exit(1)
    if as_json:
        typer.echo(json.dumps([details(version) for version in versions], default=_text))
        return
    for version in versions:
        for line in as_lines(version):
            typer.echo(line)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A YAML file in the form of control_plane/rules/packs.")], as_json: AsJson = False
) -> None:
    """Read a file of rules and name every mistake in it."""
    try:
        packs = read_file(file)
    except Invalid as error:
        mistakes = mistakes_of(error)
        if as_json:
            print_json({"packs": [], "mistakes": mistakes})
        else:
            typer.echo("\n".join(mistakes), err=True)
        raise typer.Exit(1) from None
    labels = [pack.label for pack in packs]
    print_done({"packs": labels, "mistakes": []}, f"{file.name} can be used: {', '.join(labels)}.", as_json=as_json)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
