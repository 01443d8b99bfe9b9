"""`callwright agent-worker`: the agent worker's program takes this process's place. The two packages never import each other."""

import os
import sys
from importlib.util import find_spec

import typer

app = typer.Typer()


@app.command()
def agent_worker() -> None:
    """Hold conversations until Ctrl-C, where the agent worker is installed."""
    if find_spec("agent_worker") is None or find_spec("livekit.agents") is None:
        typer.echo("callwright: the agent worker is not installed here; install `callwright[agent-worker]`.", err=True)
        raise typer.Exit(1)
    os.execv(sys.executable, (sys.executable, "-m", "agent_worker.server"))  # noqa: S606
