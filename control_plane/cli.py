"""The command line: every process of the control plane starts here, and so do the people who look after it.

A command is imported when it is called: all of them together take seconds on a slow core, and `callwright up` starts several side by side.
"""

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

_IN = "control_plane."
COMMANDS = {
    "up": "local.commands:up",
    "demo": "local.commands:demo",
    "call": "remote.call:app",
    "try": "remote.trying:app",
    "import": "remote.importing:app",
    "campaign": "remote.campaigns:app",
    "calls": "remote.calls:app",
    "lists": "remote.lists:app",
    "contacts": "remote.contacts:app",
    "consents": "remote.consents:app",
    "assistants": "remote.assistants:app",
    "suppressions": "remote.suppressions:app",
    "schedules": "remote.schedules:app",
    "appointments": "remote.appointments:app",
    "checkups": "remote.checkups:app",
    "follow-ups": "remote.follow_ups:app",
    "trunks": "remote.trunks:app",
    "usage": "remote.usage:app",
    "webhooks": "remote.webhooks:app",
    "plan": "remote.campaign_as_code:plan_app",
    "apply": "remote.campaign_as_code:apply_app",
    "mcp": "remote.mcp_command:app",
    "api": "commands.api:app",
    "task-worker": "commands.task_worker:app",
    "agent-worker": "commands.agent_worker:app",
    "migrate": "commands.migrate:app",
    "halt": "commands.halts:halt",
    "resume": "commands.halts:resume",
    "doctor": "commands.doctor:app",
    "keys": "commands.keys:app",
    "rules": "rules.commands:app",
    "audit": "commands.audit:app",
    "secrets": "commands.secrets:app",
}
"""Each command's module and the `typer.Typer` in it."""
_OF_THE_WHOLE = {"install_completion", "show_completion"}


class ImportedWhenCalled(TyperGroup):
    """The commands of `COMMANDS`."""

    def list_commands(self, ctx: typer.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = typer.main.get_command(getattr(import_module(_IN + module), name))
        command.name = cmd_name
        # Shells complete `callwright`, not each of its commands.
        command.params = [each for each in command.params if each.name not in _OF_THE_WHOLE]
        return command


app = typer.Typer(name="callwright", cls=ImportedWhenCalled, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def callwright() -> None:
    """Outbound AI phone calls on LiveKit."""


def main() -> None:
    app()


if __name__ == "__main__":
    sys.exit(main())
