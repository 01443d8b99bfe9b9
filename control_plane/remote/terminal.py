"""What the commands over the API have in common: where to ask, and how to show it."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from control_plane.domain.plain_text import visible, visible_json
from control_plane.remote.client import Remote, RemoteError

Url = Annotated[str, typer.Option("--api", envvar="CALLWRIGHT_API_URL", help="Where the API is.")]
Key = Annotated[str, typer.Option("--key", envvar="CALLWRIGHT_API_KEY", help="An API key (cw_…).", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print what the API answers, for programs.")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="How many to show, newest first.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DEFAULT_URL = "http://127.0.0.1:8000"
DEFAULT_LIMIT = 50
EXIT_NOT_IN_ORDER = 5
"""What was asked about is not as one would have it: a trunk fails, a number is suppressed."""

console = Console(highlight=False)
_PIPE_WIDTH = 1000

Columns = Mapping[str, str | Callable[[dict[str, Any]], Any]]
"""Each column's title, and the field that it shows or what makes its text."""


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
        say(f"callwright: {error}", err=True)
        raise typer.Exit(1) from error


def say(line: str, *, err: bool = False) -> None:
    """A line whose text may come from anywhere."""
    typer.echo(visible(line), err=err)


def print_json(found: Any) -> None:
    typer.echo(visible_json(json.dumps(found, indent=2, ensure_ascii=False)))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], empty: str) -> None:
    """A table, or the sentence `empty` where there is nothing to show. Its first column is never broken: it is what is copied."""
    if not rows:
        typer.echo(empty)
        return
    table = Table(box=None, pad_edge=False)
    for number, title in enumerate(columns):
        table.add_column(title, no_wrap=number == 0, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else visible(str(cell))) for cell in row))
    # Nobody reads a pipe by its width.
    (console if console.is_terminal else Console(highlight=False, width=_PIPE_WIDTH)).print(table)


def print_items(items: Sequence[dict[str, Any]], columns: Columns, empty: str, *, as_json: bool) -> None:
    """What a list of the API gave: as it is, or as a table."""
    if as_json:
        print_json(items)
        return
    rows = [[item[shown] if isinstance(shown, str) else shown(item) for shown in columns.values()] for item in items]
    print_table(tuple(columns), rows, empty)


def print_fields(thing: dict[str, Any], *, as_json: bool) -> None:
    """One thing of the API, a field on a line; what is empty is left out."""
    if as_json:
        print_json(thing)
        return
    shown = {name: value for name, value in thing.items() if value not in (None, "", [], {})}
    width = max(map(len, shown))
    for name, value in shown.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        say(f"{name:<{width}}  {text}")


def print_done(answer: Any, sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
    else:
        say(sentence)


def confirm(question: str, *, is_sure: bool) -> None:
    """Asks the person at the terminal; where nobody can answer, only --yes does. Leaves the command otherwise."""
    if is_sure:
        return
    if not sys.stdin.isatty():
        typer.echo("callwright: nobody is here to be asked; say --yes.", err=True)
        raise typer.Exit(2)
    typer.confirm(visible(question), abort=True)


def given(**filters: str | int | None) -> dict[str, str | int]:
    """The filters that were said."""
    return {name: value for name, value in filters.items() if value not in (None, "")}


def minutes(seconds: float | None) -> str:
    """3:07; empty for nothing."""
    return "" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def instant(text: str | None) -> str:
    """A time of the API without its fractions: 2026-11-23 15:00:00Z."""
    if not text:
        return ""
    return f"{text[:10]} {text[11:19]}Z" if text.endswith("Z") else text


def completing(path: str) -> Callable[[typer.Context, str], list[tuple[str, str]]]:
    """Shell completion by what the API lists: names, and ids where a name would not be one word of the shell."""

    def complete(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
        url, key = ctx.params.get("url") or DEFAULT_URL, ctx.params.get("key")
        if not key:
            return []
        try:
            with Remote(url, key, patience_s=_COMPLETION_S) as remote:
                found = remote.get(path, limit=_COMPLETED)["items"]
        except RemoteError:
            return []
        words = [(item["name"], item["id"]) if _is_word(item["name"]) else (item["id"], item["name"]) for item in found]
        return [(word, visible(told)) for word, told in words if word.startswith(incomplete)]

    return complete


def _is_word(name: str) -> bool:
    return bool(name) and all(letter.isalnum() or letter in "-_.+" for letter in name)


_COMPLETION_S = 2.0
_COMPLETED = 200
