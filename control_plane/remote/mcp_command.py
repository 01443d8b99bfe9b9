"""`callwright mcp`: the verbs of the command line for an assistant of the campaign manager's own, over standard input and output."""

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from control_plane.remote.terminal import DEFAULT_URL, Key, Url, asking

app = typer.Typer()
HERE = Path()


@app.command("mcp")
def mcp(
    allow_writes: Annotated[bool, typer.Option("--allow-writes", help="Offer what changes something or makes a phone ring, too.")] = False,
    folder: Annotated[Path, typer.Option(help="Where campaign files lie; no other file is read.", file_okay=False, exists=True)] = HERE,
    url: Url = DEFAULT_URL,
    key: Key = "",
) -> None:
    """Serve the Model Context Protocol. Reads only, unless --allow-writes is said."""
    with asking(url, key) as remote:
        try:
            # Not part of every installation, and slow to load.
            tools = import_module("control_plane.remote.mcp_tools")
        except ModuleNotFoundError as error:
            if error.name is None or error.name.partition(".")[0] != "mcp":
                raise
            typer.echo("callwright: the package `mcp` is not installed; in a clone `make tools` brings it.", err=True)
            raise typer.Exit(1) from error
        tools.server(remote, folder, may_write=allow_writes).run()
