"""`callwright secrets rotate`: from a former encryption key to the present one."""

import asyncio
from collections.abc import Callable

import typer

from control_plane.db.session import create_engine, create_sessions
from control_plane.domain.errors import Conflict
from control_plane.kit.clock import SystemClock
from control_plane.kit.number_hash import derived_key
from control_plane.kit.printing import AsJson, print_done
from control_plane.kit.secrets import SecretBox
from control_plane.settings import Settings
from control_plane.workspaces.rotation import Rotated
from control_plane.workspaces.rotation import rotate as rotate_all


def secrets_app(settings: Callable[[], Settings]) -> typer.Typer:
    """The sub-commands of `secrets`."""
    app = typer.Typer(help="Secrets at rest.", no_args_is_help=True)

    @app.callback()
    def secrets() -> None:
        """Secrets at rest."""

    @app.command()
    def rotate(as_json: AsJson = False) -> None:
        """Encrypt every stored secret with CALLWRIGHT_ENCRYPTION_KEY; CALLWRIGHT_FORMER_ENCRYPTION_KEYS opens what is there."""
        given = settings()
        try:
            done = asyncio.run(_rotate(given))
        except Conflict as error:
            typer.echo(f"callwright: {error}", err=True)
            raise typer.Exit(1) from error
        to_do = still_to_do(done, given)
        answer = {"resealed": done.resealed, "unreadable": done.unreadable, "to_do": to_do}
        print_done(answer, "\n".join([*told(done), *to_do]), as_json=as_json)
        raise typer.Exit(1 if done.unreadable else 0)

    return app


def told(done: Rotated) -> list[str]:
    """What was done, and what could not be."""
    lines = [f"{count:>7}  {place}" for place, count in done.resealed.items()]
    return [*lines, *(f"No key that was given opens {each}." for each in done.unreadable)]


def still_to_do(done: Rotated, settings: Settings) -> list[str]:
    """By whoever looks after the installation, a sentence each."""
    if done.unreadable:
        return ["Keep all former keys, find the missing one, name it in CALLWRIGHT_FORMER_ENCRYPTION_KEYS and run this again."]
    lines = []
    if settings.former_encryption_keys and not settings.number_hash_key:
        key = derived_key(settings.number_secret)
        lines.append(f"Set CALLWRIGHT_NUMBER_HASH_KEY={key} for API and task workers, for ever: people who were erased are known by it.")
    if settings.former_encryption_keys:
        lines.append("Then take CALLWRIGHT_FORMER_ENCRYPTION_KEYS away; backups from before today still need those keys.")
    return lines


async def _rotate(settings: Settings) -> Rotated:
    engine = create_engine(settings.sqlalchemy_url, pool_size=1)
    try:
        sessions = create_sessions(engine, settings.number_secret)
        return await rotate_all(sessions, SecretBox(*settings.encryption_keys), settings.number_secret, SystemClock())
    finally:
        await engine.dispose()
