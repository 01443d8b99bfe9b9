"""What the documents tell people to type exists: commands and their options, endpoints, settings, files, scripts, campaign files."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer
import yaml
from jsonschema import Draft202012Validator
from litestar import Litestar
from litestar.routes import HTTPRoute

from control_plane.cli import app as command_line
from control_plane.remote.campaign_file import schema
from rehearsal.scripts import load_scripts, read_script
from tests.architecture.source import ROOT, tracked_files

DOCUMENTS = [path for path in tracked_files() if path.endswith(".md") and path.startswith(("docs/", "README", "deploy/"))]
# Decisions and the design tell of what was, or might have been.
GUIDES = [path for path in DOCUMENTS if not path.startswith("docs/adr/")]
SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)
COMMAND = re.compile(r"(?:docker compose exec \S+ |kubectl exec \S+ -- )?callwright (?P<rest>[a-z].*)")
METHODS = "GET|POST|PUT|PATCH|DELETE"
FOLDERS = "deploy|docs|rehearsal|sip_config|control_plane|agent_worker|scripts|benchmarks|clients"
MADE_BY_THE_READER = {"rehearsal/callees/asks-who-is-there.yaml"}
OF_TESTS = ("CALLWRIGHT_TRY_", "CALLWRIGHT_TWILIO_DESCRIPTIONS")
OF_THE_API_GUIDE = {"API", "KEY"}
OF_THE_READER = {"PATH", "PWD", "POSTGRES_PASSWORD"} | {
    *("DOMAIN", "SIP_USER", "SIP_PASSWORD", "API_KEY", "API_SECRET", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"),
}
"""What the shell and `.env` know, and what a reader has from the carrier."""


def _text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def _commands(path: str) -> Iterator[str]:
    """Every `callwright …` of the document, without what stands before it."""
    text = _text(path)
    for block in SHELL.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            if found := COMMAND.match(line.partition(" #")[0]):
                yield found["rest"]
    yield from re.findall(r"`callwright ([a-z][^`]*)`", text)


def _leaf(words: list[str]) -> tuple[Any, list[str]]:
    """The command that the words lead to, and the words that are left. Raises `LookupError` where there is none."""
    command: Any = typer.main.get_command(command_line)
    while hasattr(command, "get_command") and words and not words[0].startswith("-"):
        below = command.get_command(typer.Context(command), words[0])
        if below is None:
            raise LookupError(words[0])
        command, words = below, words[1:]
    return command, words


def _mistakes(line: str) -> list[str]:
    words = shlex.split(line.replace("…", ""))
    try:
        command, rest = _leaf(words)
    except LookupError as error:
        return [f"callwright {line}: there is no command {error}"]
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
    said = [word.partition("=")[0] for word in rest if word.startswith("-") and len(word) > 1]
    return [f"callwright {line}: there is no option {option}" for option in said if option not in known]


@pytest.mark.parametrize("path", GUIDES)
def test_every_command_exists_with_its_options(path: str) -> None:
    assert [mistake for line in _commands(path) for mistake in _mistakes(line)] == []


def test_commands_are_found_and_wrong_ones_are_seen() -> None:
    assert len([line for path in GUIDES for line in _commands(path)]) > 60
    assert _mistakes("calls explane 1") == ["callwright calls explane 1: there is no command explane"]
    assert _mistakes("calls list --campain x") == ["callwright calls list --campain x: there is no option --campain"]


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}|\$[A-Z]+", "{}", path.partition("?")[0].removeprefix("/api/v1").rstrip("/"))


def _pattern(route: str) -> str:
    """Documents may name an example in the place of an id."""
    return re.escape(route).replace(r"\{\}", "[^/ ]+")


@pytest.fixture(scope="module")
def routes(app: Litestar) -> set[str]:
    return {
        f"{method} {_shape(route.path_format)}"
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods
    }


@pytest.mark.parametrize("path", GUIDES)
def test_what_a_command_names_was_made_above_it(path: str) -> None:
    given, lacking = OF_THE_API_GUIDE | OF_THE_READER, []
    for line in "\n".join(SHELL.findall(_text(path))).splitlines():
        lacking += [f"${name} of: {line}" for name in re.findall(r"\$([A-Z_]+)", line) if name not in given]
        given |= set(re.findall(r"(?:^|\s)([A-Z_]+)=", line))
    assert lacking == []


@pytest.mark.parametrize("path", GUIDES)
def test_every_endpoint_exists(path: str, routes: set[str]) -> None:
    said = re.findall(rf"`({METHODS}) (/[^`\s]*)`", _text(path))
    named = {f"{method} {_shape(address)}" for method, address in said if "…" not in address and "," not in address}
    assert [each for each in sorted(named - routes) if not any(re.fullmatch(_pattern(route), each) for route in routes)] == []


@pytest.mark.parametrize("path", GUIDES)
def test_every_address_that_is_asked_exists(path: str, routes: set[str]) -> None:
    known = {route.partition(" ")[2] for route in routes}
    said = {_shape(address) for block in SHELL.findall(_text(path)) for address in re.findall(r'"\$API(/[^"]*)"', block)}
    assert sorted(said - known) == []


def test_every_setting_is_one_that_is_read() -> None:
    sources = [path for path in tracked_files() if path.endswith(".py")]
    code = "".join(_text(path) for path in sources if not path.startswith("tests/"))
    tests = "".join(_text(path) for path in sources if path.startswith(("tests/contract/", "tests/fakes/", "tests/integration/deploy/")))
    named = {name for path in GUIDES for name in re.findall(r"CALLWRIGHT_[A-Z_]+[A-Z]", _text(path))}
    assert sorted(name for name in named if name not in (tests if name.startswith(OF_TESTS) else code)) == []


@pytest.mark.parametrize("path", GUIDES)
def test_every_file_of_ours_that_is_named_is_there(path: str) -> None:
    named = re.findall(rf"`((?:{FOLDERS})/[\w./-]*\.\w+)`", _text(path))
    assert [name for name in named if not (ROOT / name).exists() and name not in MADE_BY_THE_READER] == []


def test_the_callee_script_of_the_guide_can_be_played() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", _text("docs/writing-callee-scripts.md"), re.DOTALL)
    script = read_script(block, "asks-who-is-there.yaml")
    assert script.numbers
    assert not set(script.numbers) & {number for other in load_scripts().scripts.values() for number in other.numbers}


def test_the_campaign_file_of_the_documents_is_one() -> None:
    (block,) = re.findall(r"```yaml\n(# yaml-language-server.*?)```", _text("docs/cli.md"), re.DOTALL)
    said = yaml.load(block, yaml.BaseLoader)
    said["start"], said["campaign"]["budget"] = False, 250
    assert [error.message for error in Draft202012Validator(schema()).iter_errors(said)] == []
