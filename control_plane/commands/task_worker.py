"""`callwright task-worker`."""

import typer

from control_plane import worker
from control_plane.commands.ready import misconfigured, ready
from control_plane.health.start import require_dependencies
from control_plane.settings import SettingsError

app = typer.Typer()


@app.command()
def task_worker() -> None:
    """Run the tasks that place and look after calls."""
    settings = ready(require_dependencies)
    try:
        worker.run(settings)
    except SettingsError as error:
        raise misconfigured(error) from error
