"""What the commands beside the database print for programs; those over the API print what the API answers (`remote/terminal.py`)."""

import json
from typing import Annotated, Any

import typer

from control_plane.domain.plain_text import visible_json

AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]


def print_json(found: Any) -> None:
    """Ids and times as text."""
    typer.echo(visible_json(json.dumps(found, indent=2, ensure_ascii=False, default=str)))


def print_done(answer: Any, sentence: str, *, as_json: bool) -> None:
    """The answer for a program, the sentence for a person."""
    if as_json:
        print_json(answer)
    else:
        typer.echo(sentence)
