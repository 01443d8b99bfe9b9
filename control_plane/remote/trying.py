"""`callwright try`: talk to an assistant in text, or have scenarios talk to it. Nobody is called, and nothing of it is stored."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from control_plane.remote import scenario as scenarios
from control_plane.remote.call import variables_of
from control_plane.remote.client import Remote, RemoteError
from control_plane.remote.scenario import Scenario
from control_plane.remote.terminal import DEFAULT_URL, EXIT_NOT_IN_ORDER, AsJson, Key, Url, asking, print_json, say

_HELP = "Say something, or /press 9, /silence, /beep, /bye."
_COMMANDS = {"/silence": "silence", "/beep": "beep", "/bye": "hang_up"}
_SHOWN = {
    "outcome_set": "outcome {label} {note}",
    "risk_flagged": "risk {kind} ({level}): {quote}",
    "promised": "promised: {what}",
    "remembered": "remembered: {text}",
    "activity": "{kind}: {what}",
    "failed": "failed: {error}",
    "booking_shown": "a call would have booked: {read_back}",
    "transfer_shown": "a call would have put you through to {destination}, {e164} ({mode}): {why}",
    "transfer_failed": "a call would not have put you through to {destination}: {why}",
}

app = typer.Typer()


class Trial:
    """One trial over the API. What comes is given to `events` as it comes."""

    def __init__(self, remote: Remote, assistant_id: str, request: dict[str, Any]) -> None:
        self._remote, self._path, self._request = remote, f"/assistants/{assistant_id}/try", request
        self._id: str | None = None
        self._next = 0
        self.is_over = False
        self.result: dict[str, Any] = {}

    def take(self, *steps: dict[str, str]) -> Iterator[dict[str, Any]]:
        """Do this and give what follows of it; the first time, with no steps, what the assistant says when it is answered."""
        body: dict[str, Any] = dict(self._request) if self._id is None else {"trial_id": self._id}
        body["steps"] = list(steps)
        is_settled = False
        while not is_settled:
            told = self._remote.post_once(self._path, body | {"after": self._next, "wait_for": "some"})
            self._id, self._next, is_settled = told["trial_id"], told["next"], told["is_settled"]
            self.is_over, self.result = told["is_over"], told["result"] or self.result
            yield from told["events"]
            if told["error"]:
                raise RemoteError(f"The trial broke off: {told['error']}")
            body = {"trial_id": self._id}


@app.command("try")
def try_assistant(
    assistant: Annotated[str, typer.Argument(help="Whom to talk to, by name or id.")] = "",
    scenario: Annotated[list[Path] | None, typer.Option(help="A file that talks and says what must come of it; again for more.")] = None,
    to: Annotated[str, typer.Option(help="A number where you would be: it decides which rules bind.")] = "",
    variable: Annotated[list[str] | None, typer.Option("--var", help="A value for a {variable}: name=value.")] = None,
    first_words: Annotated[str, typer.Option(help="What you say when you pick up.")] = "",
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Talk to an assistant in text: its own rules, models and tools, no phone, no effects. Ends with 5 when a scenario does not hold."""
    if not assistant and not scenario:
        raise typer.BadParameter("Say whom to talk to, or give a --scenario.")
    with asking(url, key) as remote:
        if scenario:
            _all(remote, assistant, scenario, as_json=as_json)
            return
        wanted = {"to": to, "first_words": first_words, "variables": variables_of(variable or [])}
        found = remote.named("/assistants", "assistant", assistant)
        _talk(Trial(remote, found["id"], {name: value for name, value in wanted.items() if value}), found["name"], as_json=as_json)


def _talk(trial: Trial, name: str, *, as_json: bool) -> None:
    told = _shown(trial.take(), name, as_json=as_json)
    if not as_json:
        say(_HELP)
    for line in sys.stdin:
        if not (step := _step(line.strip())):
            continue
        told += _shown(trial.take(step), name, as_json=as_json)
        if trial.is_over:
            break
    if not trial.is_over:
        told += _shown(trial.take({"kind": "hang_up"}), name, as_json=as_json)
    if as_json:
        print_json({"events": told, "result": trial.result})
    else:
        say(", ".join(f"{each} {value}" for each, value in trial.result.items() if value))


def _step(line: str) -> dict[str, str] | None:
    if line.startswith("/press "):
        return {"kind": "press", "text": line.removeprefix("/press ").strip()}
    if line in _COMMANDS:
        return {"kind": _COMMANDS[line], "text": ""}
    return {"kind": "say", "text": line} if line else None


def _shown(events: Iterator[dict[str, Any]], name: str, *, as_json: bool) -> list[dict[str, Any]]:
    """Say what comes, at once."""
    told = []
    for event in events:
        told.append(event)
        if not as_json and (line := _line(event, name)):
            say(line)
    return told


def _line(event: dict[str, Any], name: str) -> str:
    data = event["data"]
    if event["kind"] == "turn":
        return f"{name}: {data['text']}" if data["speaker"] == "agent" else ""
    if event["kind"] == "tool_called":
        return f"  [{data['name']} {data['arguments']}]"
    if event["kind"] in _SHOWN:
        return f"  [{_SHOWN[event['kind']].format_map({'note': '', 'quote': ''} | data).strip()}]"
    return ""


def _all(remote: Remote, assistant: str, files: Sequence[Path], *, as_json: bool) -> None:
    played = [(file, read, _played(remote, assistant, read)) for file, read in ((file, scenarios.read(file)) for file in files)]
    if as_json:
        print_json([{"file": str(file), "name": read.name, "failures": failures} for file, read, failures in played])
    else:
        for file, read, failures in played:
            say(f"{'fails' if failures else 'holds'}  {file.name}: {read.name}")
            for failure in failures:
                say(f"       {failure}")
    if any(failures for _, _, failures in played):
        raise typer.Exit(EXIT_NOT_IN_ORDER)


def _played(remote: Remote, assistant: str, scenario: Scenario) -> list[str]:
    with _somebody(remote, assistant or scenario.assistant, scenario) as assistant_id:
        trial = Trial(remote, assistant_id, scenario.request)
        steps = [list(trial.take())]
        for turn in scenario.turns:
            if trial.is_over:
                break
            steps.append(list(trial.take(turn.step)))
        hung_up = trial.is_over and not any(turn.kind == "hang_up" for turn in scenario.turns[: len(steps) - 1])
        if not trial.is_over:
            steps[-1] += trial.take({"kind": "hang_up"})
        return scenarios.judge(scenario, steps, trial.result, is_over=hung_up)


@contextmanager
def _somebody(remote: Remote, wanted: str | dict[str, Any] | None, scenario: Scenario) -> Iterator[str]:
    """The assistant's id; one that the file describes, and its calendars, are made for as long as this lasts."""
    if wanted is None:
        raise RemoteError(f"The scenario {scenario.name!r} names no assistant; say whom to talk to.")
    if isinstance(wanted, str):
        yield remote.named("/assistants", "assistant", wanted)["id"]
        return
    with ExitStack() as stack:
        calendars = [stack.enter_context(_made(remote, "/calendars", "calendar", each)) for each in scenario.calendars]
        books = {"calendar_ids": calendars} if calendars else {}
        yield stack.enter_context(_made(remote, "/assistants", "assistant", {"is_active": False} | wanted | books))


@contextmanager
def _made(remote: Remote, path: str, word: str, wanted: str | dict[str, Any]) -> Iterator[str]:
    """The id of what has this name; or of what is described, for as long as this lasts."""
    if isinstance(wanted, str):
        yield remote.named(path, word, wanted)["id"]
        return
    made = remote.post(path, wanted)["id"]
    try:
        yield made
    finally:
        remote.delete(f"{path}/{made}")
