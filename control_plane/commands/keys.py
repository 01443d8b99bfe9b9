"""`callwright keys`."""

import asyncio
from enum import StrEnum
from typing import Annotated

import typer
from cryptography.fernet import Fernet

from control_plane.commands.ready import ready
from control_plane.db.session import create_engine, create_sessions
from control_plane.kit.printing import AsJson, print_done
from control_plane.kit.secrets import new_api_key
from control_plane.settings import Settings
from control_plane.workspaces.bootstrap import create_key as make_key

app = typer.Typer(help="Make keys.", no_args_is_help=True)


class RoleChoice(StrEnum):
    OWNER = "owner"
    MANAGER = "manager"
    VIEWER = "viewer"
    AGENT = "agent"


@app.command("new")
def new_key(as_json: AsJson = False) -> None:
    """Print a fresh API key, for CALLWRIGHT_BOOTSTRAP_API_KEY or CALLWRIGHT_AGENT_KEY."""
    key = new_api_key()
    print_done({"key": key}, key, as_json=as_json)


@app.command("encryption")
def encryption_key(as_json: AsJson = False) -> None:
    """Print a fresh key for CALLWRIGHT_ENCRYPTION_KEY."""
    key = Fernet.generate_key().decode()
    print_done({"key": key}, key, as_json=as_json)


@app.command("create")
def create_key(
    role: Annotated[RoleChoice, typer.Option(help="What the key may do.")] = RoleChoice.MANAGER,
    name: Annotated[str, typer.Option(help="To tell the keys apart.")] = "Command line",
    as_json: AsJson = False,
) -> None:
    """Make an API key of the first workspace and print it; it is shown once."""
    key = asyncio.run(_create_key(ready(), role, name))
    print_done({"key": key, "role": role, "name": name}, key, as_json=as_json)


async def _create_key(settings: Settings, role: RoleChoice, name: str) -> str:
    engine = create_engine(settings.sqlalchemy_url, pool_size=1)
    try:
        return await make_key(create_sessions(engine, settings.number_secret), role.value, name)
    finally:
        await engine.dispose()
