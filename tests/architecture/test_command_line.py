"""Every command is for people and for programs."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from control_plane.cli import app as command_line

WITHOUT_JSON = {
    "up": "runs until Ctrl-C; what it does is asked of its API",
    "api": "runs until it is stopped; its logs are JSON",
    "task-worker": "runs until it is stopped; its logs are JSON",
    "agent-worker": "runs until it is stopped; its logs are JSON",
    "mcp": "speaks JSON-RPC and nothing else",
}


def _leaves(command: Any, *words: str) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "list_commands"):
        yield " ".join(words), command
        return
    context = typer.Context(command)
    for name in command.list_commands(context):
        yield from _leaves(command.get_command(context, name), *words, name)


LEAVES = dict(_leaves(typer.main.get_command(command_line)))


def test_commands_are_found_down_to_the_last() -> None:
    assert {"up", "calls list", "keys create", "audit verify"} <= LEAVES.keys()
    assert WITHOUT_JSON.keys() < LEAVES.keys()


@pytest.mark.parametrize("name", LEAVES)
def test_a_command_that_tells_something_tells_it_to_programs_too(name: str) -> None:
    options = {option for parameter in LEAVES[name].params for option in parameter.opts}
    assert ("--json" in options) == (name not in WITHOUT_JSON)


@pytest.mark.parametrize("name", LEAVES)
def test_a_command_says_what_it_does(name: str) -> None:
    assert LEAVES[name].help


@pytest.mark.parametrize("name", LEAVES)
def test_completion_is_installed_for_the_whole_and_not_for_a_command(name: str) -> None:
    assert "install_completion" in {parameter.name for parameter in typer.main.get_command(command_line).params}
    assert "install_completion" not in {parameter.name for parameter in LEAVES[name].params}
