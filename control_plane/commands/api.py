"""`callwright api`."""

from typing import Annotated

import typer
from granian.constants import Interfaces
from granian.server import Server

from control_plane.commands.ready import ready
from control_plane.health.start import require_dependencies

CONNECTIONS = 8192
"""At once; the server's own 1024 would be used up by open streams (live/hub.Limits), and nobody else served."""
ANSWERS_MAY_FINISH_S = 30
"""After SIGTERM. Streams end by themselves at once; a client that does not read must not hold up the stop for ever."""

app = typer.Typer()
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)]


@app.command()
def api(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve the HTTP API."""
    ready(require_dependencies)
    Server(
        "control_plane.app:in_worker",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        factory=True,
        log_enabled=False,
        backpressure=CONNECTIONS,
        workers_kill_timeout=ANSWERS_MAY_FINISH_S,
    ).serve()
