"""`callwright doctor`."""

from typing import Annotated

import typer

from control_plane.commands.ready import misconfigured
from control_plane.health.doctor import as_lines, ask_api, examine
from control_plane.health.readiness import Readiness
from control_plane.settings import Settings, SettingsError

app = typer.Typer()
DEFAULT_URL = "http://127.0.0.1:8000"


@app.command()
def doctor(
    url: Annotated[str, typer.Option(help="Ask the API at this address; default: what the environment names, else the API of `up`.")] = "",
) -> None:
    """Say of each dependency whether it can be used, and whether it is real or a stand-in."""
    try:
        readiness = ask_api(url) if url else examine(Settings.from_environment())
    except SettingsError as error:
        readiness = _running_api(error)
    typer.echo(as_lines(readiness))
    raise typer.Exit(0 if readiness.ready else 1)


def _running_api(unset: SettingsError) -> Readiness:
    """What a running `callwright up` says, when this shell's environment says nothing."""
    try:
        return ask_api(DEFAULT_URL)
    except SettingsError:
        raise misconfigured(unset) from unset
