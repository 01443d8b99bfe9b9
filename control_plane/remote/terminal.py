"""What the commands over the API have in common: where to ask, and how to show it."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from control_plane.remote.client import Remote, RemoteError

Url = Annotated[str, typer.Option("--api", envvar="CALLWRIGHT_API_URL", help="Where the API is.")]
Key = Annotated[str, typer.Option("--key", envvar="CALLWRIGHT_API_KEY", help="An API key (cw_…).", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print what the API answers, for programs.")]
DEFAULT_URL = "http://127.0.0.1:8000"

console = Console(highlight=False)


@contextmanager
def asking(url: str, key: str) -> Iterator[Remote]:
    """The API; whatever it refuses is said in its sentence, and the command ends with 1."""
    if not key:
        typer.echo("callwright: give an API key by --key or CALLWRIGHT_API_KEY; `callwright keys create` makes one.", err=True)
        raise typer.Exit(2)
    try:
        with Remote(url, key) as remote:
            yield remote
    except RemoteError as error:
        typer.echo(f"callwright: {error}", err=True)
        raise typer.Exit(1) from error


def print_json(found: Any) -> None:
    typer.echo(json.dumps(found, indent=2, ensure_ascii=False))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], empty: str) -> None:
    """A table, or the sentence `empty` where there is nothing to show."""
    if not rows:
        typer.echo(empty)
        return
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console.print(table)
