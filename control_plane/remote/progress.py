"""What a terminal shows while something takes its time. Programs and pipes see nothing of it."""

import time
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from control_plane.remote.client import Remote
from control_plane.remote.terminal import console

_LOOK_EVERY_S = 0.5
_OVER = {"completed", "failed"}


def taken_in(remote: Remote, row: dict[str, Any], path: str, title: str, *, is_quiet: bool) -> dict[str, Any]:
    """The import once it is over; `path` is that of imports."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rows]} rows"))
    with Progress(*columns, console=console, disable=is_quiet or not console.is_terminal, transient=True) as progress:
        # How many rows a file has nobody knows before its end.
        task = progress.add_task(title, total=None, rows=row["rows"])
        while row["state"] not in _OVER:
            time.sleep(_LOOK_EVERY_S)
            row = remote.get(f"{path}/{row['id']}")
            progress.update(task, rows=row["rows"])
    return row


def working(title: str, *, is_quiet: bool) -> AbstractContextManager[object]:
    """While the API thinks: of a hundred thousand contacts it needs some seconds."""
    return nullcontext() if is_quiet or not console.is_terminal else console.status(title)
