"""`callwright doctor`."""

from typing import Annotated

import msgspec
import typer

from control_plane.commands.ready import misconfigured
from control_plane.health.doctor import ask_api, examine
from control_plane.health.findings import Diagnosis, as_lines
from control_plane.kit.printing import AsJson
from control_plane.settings import Settings, SettingsError

app = typer.Typer()
DEFAULT_URL = "http://127.0.0.1:8000"


@app.command()
def doctor(
    url: Annotated[str, typer.Option(help="Ask the API at this address; default: what the environment names, else the API of `up`.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say of everything that calls need whether it is right, and what to do where it is not. Ends with 1 when something is a problem."""
    try:
        found = ask_api(url) if url else examine(Settings.from_environment())
    except SettingsError as error:
        if url:
            raise misconfigured(error) from error
        found = _running_api(error)
    typer.echo(msgspec.json.format(msgspec.json.encode(found)).decode() if as_json else as_lines(found))
    raise typer.Exit(0 if found.healthy else 1)


def _running_api(unset: SettingsError) -> Diagnosis:
    """What a running `callwright up` says, when this shell's environment says nothing."""
    try:
        return ask_api(DEFAULT_URL)
    except SettingsError:
        raise misconfigured(unset) from unset
