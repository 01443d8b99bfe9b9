"""The command line: every process of the control plane starts here, and so do the people who look after it."""

import asyncio
import sys
import uuid
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated, Any

import typer
from cryptography.fernet import Fernet
from granian.constants import Interfaces
from granian.server import Server

from control_plane import worker
from control_plane.audit.commands import audit_app
from control_plane.calls.control import CallControl, halt_installation
from control_plane.calls.control_schemas import Halt
from control_plane.db.migrate import migrate as migrate_database
from control_plane.db.session import create_engine, create_sessions
from control_plane.db.unit import Unit, open_unit
from control_plane.domain.errors import NotFound
from control_plane.health.doctor import as_lines, ask_api, examine
from control_plane.health.readiness import Readiness
from control_plane.health.start import require_database, require_dependencies
from control_plane.kit.clock import SystemClock
from control_plane.kit.logs import configure
from control_plane.kit.queue import RememberingQueue
from control_plane.kit.secrets import new_api_key
from control_plane.local.commands import register
from control_plane.rules.commands import app as rules
from control_plane.settings import EXIT_MISCONFIGURED, Settings, SettingsError
from control_plane.workspaces.bootstrap import create_key as make_key
from control_plane.workspaces.installation import Installations
from control_plane.workspaces.secret_commands import secrets_app

app = typer.Typer(name="callwright", help="Outbound AI phone calls on LiveKit.", no_args_is_help=True, pretty_exceptions_enable=False)
keys = typer.Typer(help="Make keys.", no_args_is_help=True)
app.add_typer(keys, name="keys")
app.add_typer(rules, name="rules")
register(app)

DEFAULT_URL = "http://127.0.0.1:8000"


class RoleChoice(StrEnum):
    OWNER = "owner"
    MANAGER = "manager"
    VIEWER = "viewer"
    AGENT = "agent"


Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)]


@app.command()
def api(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve the HTTP API."""
    _ready()
    Server(
        "control_plane.app:from_environment", address=host, port=port, interface=Interfaces.ASGI, factory=True, log_enabled=False
    ).serve()


@app.command("task-worker")
def task_worker() -> None:
    """Run the tasks that place and look after calls."""
    settings = _ready()
    try:
        worker.run(settings)
    except SettingsError as error:
        typer.echo(f"callwright: {error}", err=True)
        raise typer.Exit(EXIT_MISCONFIGURED) from error


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    migrate_database(_ready(require_database).sqlalchemy_url)


@keys.command("new")
def new_key() -> None:
    """Print a fresh API key, for CALLWRIGHT_BOOTSTRAP_API_KEY or CALLWRIGHT_AGENT_KEY."""
    typer.echo(new_api_key())


@keys.command("encryption")
def encryption_key() -> None:
    """Print a fresh key for CALLWRIGHT_ENCRYPTION_KEY."""
    typer.echo(Fernet.generate_key().decode())


@keys.command("create")
def create_key(
    role: Annotated[RoleChoice, typer.Option(help="What the key may do.")] = RoleChoice.MANAGER,
    name: Annotated[str, typer.Option(help="To tell the keys apart.")] = "Command line",
) -> None:
    """Make an API key of the first workspace and print it; it is shown once."""
    typer.echo(asyncio.run(_create_key(_ready(require_database), role, name)))


Reason = Annotated[str, typer.Option(help="Why, for the audit trail.", prompt="Why")]
OneWorkspace = Annotated[uuid.UUID | None, typer.Option("--workspace", help="Only this workspace, by its id; default: all of them.")]
HangUp = Annotated[bool, typer.Option("--end-live-calls", help="Hang up on calls under way too.")]


@app.command()
def halt(reason: Reason, workspace: OneWorkspace = None, end_live_calls: HangUp = False) -> None:
    """Stop all dialling of this installation, or of one workspace, at once."""
    _carry_out(lambda unit: _halt(unit, workspace, Halt(reason, end_live_calls)))
    typer.echo("Nothing more is dialled; live calls are being ended." if end_live_calls else "Nothing more is dialled; live calls go on.")


@app.command()
def resume(reason: Reason, workspace: OneWorkspace = None) -> None:
    """Let the dialling go on after a halt of the same kind: of this installation, or of one workspace."""
    _carry_out(lambda unit: _resume(unit, workspace, reason))
    typer.echo("Dialling goes on.")


async def _halt(unit: Unit, workspace: uuid.UUID | None, wanted: Halt) -> None:
    if workspace is None:
        await halt_installation(unit, wanted.reason, end_live_calls=wanted.end_live_calls)
    else:
        await CallControl(unit, workspace).halt(wanted)


async def _resume(unit: Unit, workspace: uuid.UUID | None, reason: str) -> None:
    if workspace is None:
        await Installations(unit).switch(is_halted=False, reason=reason)
    else:
        await CallControl(unit, workspace).resume(reason)


def _carry_out(work: Callable[[Unit], Awaitable[None]]) -> None:
    """Do it in one transaction; what cannot be done is one sentence and exit 1."""
    settings = _ready(require_database)
    try:
        asyncio.run(in_unit(settings, work))
    except NotFound as error:
        typer.echo(f"callwright: {error}", err=True)
        raise typer.Exit(1) from error


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


app.add_typer(audit_app(lambda work: asyncio.run(in_unit(_ready(require_database), work))), name="audit")


app.add_typer(secrets_app(lambda: _ready(require_database)), name="secrets")


async def in_unit(settings: Settings, work: Callable[[Unit], Awaitable[Any]]) -> Any:
    """What `work` returns after its transaction. Its nudges are dropped: the sweeps find what was changed."""
    engine = create_engine(settings.sqlalchemy_url, pool_size=1)
    try:
        async with open_unit(
            create_sessions(engine, settings.number_secret), RememberingQueue(), SystemClock(), actor="command line"
        ) as unit:
            return await work(unit)
    finally:
        await engine.dispose()


def _running_api(unset: SettingsError) -> Readiness:
    """What a running `callwright up` says, when this shell's environment says nothing."""
    try:
        return ask_api(DEFAULT_URL)
    except SettingsError:
        typer.echo(f"callwright: {unset}", err=True)
        raise typer.Exit(EXIT_MISCONFIGURED) from unset


async def _create_key(settings: Settings, role: RoleChoice, name: str) -> str:
    engine = create_engine(settings.sqlalchemy_url, pool_size=1)
    try:
        return await make_key(create_sessions(engine, settings.number_secret), role.value, name)
    finally:
        await engine.dispose()


def _settings() -> Settings:
    """The settings, or one sentence and exit 78."""
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        typer.echo(f"callwright: {error}", err=True)
        raise typer.Exit(EXIT_MISCONFIGURED) from error
    configure(settings.log_level)
    return settings


def _ready(require: Callable[[Settings], None] = require_dependencies) -> Settings:
    """The settings, with what `require` asks for within reach; else one sentence and exit 78."""
    settings = _settings()
    try:
        require(settings)
    except SettingsError as error:
        typer.echo(f"callwright: {error}", err=True)
        raise typer.Exit(EXIT_MISCONFIGURED) from error
    return settings


def main() -> None:
    app()


if __name__ == "__main__":
    sys.exit(main())
