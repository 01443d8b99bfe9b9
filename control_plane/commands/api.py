"""`callwright api`."""

from typing import Annotated

import typer
from granian.constants import Interfaces
from granian.server import Server

from control_plane.commands.ready import ready
from control_plane.health.start import require_dependencies

app = typer.Typer()
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)]


@app.command()
def api(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve the HTTP API."""
    ready(require_dependencies)
    Server(
        "control_plane.app:from_environment", address=host, port=port, interface=Interfaces.ASGI, factory=True, log_enabled=False
    ).serve()
