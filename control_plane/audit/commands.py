"""`callwright audit verify`: does the audit log still say what was written?"""

import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

import typer

from control_plane.audit.repository import AuditRepository, Broken, Head
from control_plane.db.unit import Unit
from control_plane.kit.printing import AsJson, print_done

Run = Callable[[Callable[[Unit], Awaitable[Any]]], Any]
"""Runs work in one transaction of the installation's database."""
Workspace = Annotated[uuid.UUID | None, typer.Option("--workspace", help="Only this workspace; default all")]
Links = Annotated[list[str] | None, typer.Option("--expect", help="A link noted earlier, WORKSPACE:SEQ:HASH; may be given again")]


def audit_app(run: Run) -> typer.Typer:
    """The sub-commands of `audit`."""
    app = typer.Typer(help="The append-only audit log.", no_args_is_help=True)

    @app.callback()
    def audit() -> None:
        """The append-only audit log."""

    @app.command()
    def verify(workspace: Workspace = None, expect: Links = None, as_json: AsJson = False) -> None:
        """Recompute every hash; name each entry that was changed, removed or added, and exit with 1 if there is one."""
        expected = [_link(words) for words in expect or ()]
        problems, heads = run(lambda unit: examine(unit, workspace, expected))
        _show(problems, heads, as_json=as_json)
        raise typer.Exit(1 if problems else 0)

    return app


def _show(problems: Sequence[str], heads: Sequence[Head], *, as_json: bool) -> None:
    links = [f"{head.workspace_id}:{head.seq}:{head.hash}" for head in heads]
    # Where there is nothing yet, nothing is said, as always.
    if as_json or problems or links:
        print_done({"problems": problems, "links": links}, "\n".join([*problems, *links]), as_json=as_json)


async def examine(unit: Unit, workspace_id: uuid.UUID | None, expected: list[Head]) -> tuple[list[str], list[Head]]:
    """What is wrong, one sentence each, and where each chain ends now."""
    rows = AuditRepository(unit.session)
    problems = [_sentence(broken) for broken in await rows.broken(workspace_id)]
    problems += [
        f"workspace {link.workspace_id}: the entry {link.seq} noted earlier is gone or was changed"
        for link in expected
        if not await rows.has_link(link)
    ]
    return problems, await rows.heads(workspace_id)


def _sentence(broken: Broken) -> str:
    return f"workspace {broken.workspace_id}: entry {broken.seq} ({broken.id}, {broken.action}, {broken.at.isoformat()}): {broken.problem}"


def _link(words: str) -> Head:
    try:
        workspace_id, seq, digest = words.split(":")
        return Head(uuid.UUID(workspace_id), int(seq), digest)
    except ValueError as error:
        raise typer.BadParameter("a link is WORKSPACE:SEQ:HASH, as this command prints it") from error
