"""`callwright call`: one call, followed to its end."""

import time
from typing import Annotated, Any

import typer

from control_plane.remote.calls import show_turns
from control_plane.remote.client import Remote
from control_plane.remote.terminal import DEFAULT_URL, AsJson, Key, Url, asking, completing, print_json, say

EXIT_UNANSWERED = 3
_LOOK_EVERY_S = 1.0
_SAY_WHY_AFTER = 5
"""Looks at a call that waits. A free agent takes it sooner; what lasts longer is a closed window, or nobody to hold the conversation."""
_OVER = {"ended", "released", "lost"}

app = typer.Typer()


@app.command()
def call(
    to: Annotated[str, typer.Argument(help="The number, in E.164: +12025550123.")],
    assistant: Annotated[str, typer.Option(help="Who calls, by name or id.", autocompletion=completing("/assistants"))],
    agenda: Annotated[str, typer.Option(help="What the call is to cover, for the prompt.")] = "",
    welcome_message: Annotated[str, typer.Option(help="The first sentence, instead of the assistant's.")] = "",
    custom_prompt: Annotated[str, typer.Option(help="What the model is told beside the assistant's prompt.")] = "",
    variable: Annotated[list[str] | None, typer.Option("--var", help="A value for a {variable}: name=value.")] = None,
    wait: Annotated[bool, typer.Option(help="Follow the call to its end and show what was said.")] = True,
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Place one call. Ends with 3 when nobody answered, with 1 when the call may not be made."""
    wanted = {"to": to, "agenda": agenda, "welcome_message": welcome_message, "custom_prompt": custom_prompt}
    body: dict[str, Any] = {name: value for name, value in wanted.items() if value}
    if variable:
        body["variables"] = variables_of(variable)
    with asking(url, key) as remote:
        body["assistant_id"] = remote.named("/assistants", "assistant", assistant)["id"]
        made = remote.post("/calls", body)
        if wait:
            made = _followed(remote, made, is_quiet=as_json)
        if as_json:
            print_json(made)
        elif wait:
            _show(remote, made)
        else:
            say(f"Call {made['id']} is {made['state']}, due {made['due_at']}.")
    if wait and made["answered_at"] is None:
        raise typer.Exit(EXIT_UNANSWERED)


def variables_of(given: list[str]) -> dict[str, str]:
    """Values by name. Raises `BadParameter` for what is not name=value."""
    pairs = [each.partition("=") for each in given]
    wrong = [name for name, equals, _ in pairs if not equals]
    if wrong:
        raise typer.BadParameter(f"{wrong[0]!r} is not name=value.", param_hint="--var")
    return {name: value for name, _, value in pairs}


def _followed(remote: Remote, made: dict[str, Any], *, is_quiet: bool) -> dict[str, Any]:
    shown, looks = "", 0
    while True:
        if made["state"] != shown and not is_quiet:
            say(f"{made['state']:<12} {made['to']}" if shown else f"{made['state']:<12} {made['to']}  call {made['id']}")
        shown = made["state"]
        if shown in _OVER:
            return made
        looks += 1
        if looks == _SAY_WHY_AFTER and shown == "queued" and not is_quiet:
            told = remote.get(f"/calls/{made['id']}/explain")
            say(f"{told['summary']} Ctrl-C leaves it waiting.")
        time.sleep(_LOOK_EVERY_S)
        made = remote.get(f"/calls/{made['id']}")


def _show(remote: Remote, made: dict[str, Any]) -> None:
    if made["answered_at"] is None:
        say(remote.get(f"/calls/{made['id']}/explain")["what_happened"])
        return
    show_turns(remote.get(f"/calls/{made['id']}/transcript")["turns"])
    figures = [f"outcome {made['outcome'] or 'unknown'}", f"{made['duration_s'] or 0:.0f} s"]
    if made["cost"] is not None:
        figures.append(f"{made['cost']} {made['currency']}")
    say(", ".join(figures))
