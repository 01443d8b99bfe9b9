"""`callwright halt` and `callwright resume`: the kill switch of the installation and of a workspace."""

import uuid
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer

from control_plane.calls.control import CallControl, halt_installation
from control_plane.calls.control_schemas import Halt
from control_plane.commands.ready import in_unit, ready
from control_plane.db.unit import Unit
from control_plane.domain.errors import NotFound
from control_plane.kit.printing import AsJson, print_done
from control_plane.workspaces.installation import Installations

halt, resume = typer.Typer(), typer.Typer()

Reason = Annotated[str, typer.Option(help="Why, for the audit trail.", prompt="Why")]
OneWorkspace = Annotated[uuid.UUID | None, typer.Option("--workspace", help="Only this workspace, by its id; default: all of them.")]
HangUp = Annotated[bool, typer.Option("--end-live-calls", help="Hang up on calls under way too.")]


@halt.command()
def halt_dialling(reason: Reason, workspace: OneWorkspace = None, end_live_calls: HangUp = False, as_json: AsJson = False) -> None:
    """Stop all dialling of this installation, or of one workspace, at once."""
    _carry_out(lambda unit: _halt(unit, workspace, Halt(reason, end_live_calls)))
    said = "Nothing more is dialled; live calls are being ended." if end_live_calls else "Nothing more is dialled; live calls go on."
    print_done(_switched(workspace, reason, is_halted=True) | {"end_live_calls": end_live_calls}, said, as_json=as_json)


@resume.command()
def resume_dialling(reason: Reason, workspace: OneWorkspace = None, as_json: AsJson = False) -> None:
    """Let the dialling go on after a halt of the same kind: of this installation, or of one workspace."""
    _carry_out(lambda unit: _resume(unit, workspace, reason))
    print_done(_switched(workspace, reason, is_halted=False), "Dialling goes on.", as_json=as_json)


def _switched(workspace: uuid.UUID | None, reason: str, *, is_halted: bool) -> dict[str, Any]:
    """No workspace: the installation."""
    return {"workspace_id": workspace, "is_halted": is_halted, "reason": reason}


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
    settings = ready()
    try:
        in_unit(settings, work)
    except NotFound as error:
        typer.echo(f"callwright: {error}", err=True)
        raise typer.Exit(1) from error
