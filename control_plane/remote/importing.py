"""`callwright import`: a file of contacts into a list, with its progress and what was refused."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from control_plane.domain.counted import counted
from control_plane.remote.client import Remote, RemoteError
from control_plane.remote.progress import taken_in
from control_plane.remote.terminal import DEFAULT_URL, AsJson, Key, Url, asking, completing, print_json, say

_REFUSED_SHOWN = 5

app = typer.Typer()
_LIST = "The list by id or name; a name that is new makes one."
IntoList = Annotated[str, typer.Option("--list", help=_LIST, autocompletion=completing("/contact-lists"))]


@app.command("import")
def import_contacts(
    file: Annotated[Path, typer.Argument(help="A CSV file, as spreadsheets write it.", exists=True, dir_okay=False, readable=True)],
    contact_list: IntoList,
    country: Annotated[str, typer.Option(help="Country of numbers without a prefix, such as US.")] = "",
    encoding: Annotated[str, typer.Option(help="Where it is not recognised, such as windows-1251.")] = "",
    mapped: Annotated[list[str] | None, typer.Option("--map", help="What a column is: 'Kunde=name'.")] = None,
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Import contacts. Ends with 1 when the file could not be read; refused rows are shown and leave the others alone."""
    given = {"default_country": country, "encoding": encoding, "mapping": _mapping(mapped or [])}
    with asking(url, key) as remote:
        list_id = _list(remote, contact_list)
        begun = remote.upload(f"/contact-lists/{list_id}/imports", file, {name: value for name, value in given.items() if value})
        done = taken_in(remote, begun, "/imports", "Importing", is_quiet=as_json)
        if as_json:
            print_json(done)
        else:
            _show(remote, done)
    if done["state"] == "failed":
        raise typer.Exit(1)


def _mapping(given: list[str]) -> str:
    pairs = [each.rpartition("=") for each in given]
    wrong = [target for header, equals, target in pairs if not equals or not header]
    if wrong:
        raise typer.BadParameter(f"{wrong[0]!r} is not column=target.", param_hint="--map")
    return json.dumps({header: target for header, _, target in pairs}) if pairs else ""


def _list(remote: Remote, name_or_id: str) -> str:
    try:
        return remote.named("/contact-lists", "contact list", name_or_id)["id"]
    except RemoteError:
        # Of two lists with one name none is meant; a name that nobody has is a new one.
        if any(item["name"] == name_or_id for item in remote.items("/contact-lists")):
            raise
        return remote.post("/contact-lists", {"name": name_or_id})["id"]


def _show(remote: Remote, done: dict[str, Any]) -> None:
    if done["state"] == "failed":
        say(f"callwright: {done['error']}", err=True)
        return
    counts = ", ".join(f"{done[name]} {name}" for name in ("created", "updated", "duplicates", "rejected"))
    say(f"{counted(done['rows'], 'row')}: {counts}.")
    if done["rejected"]:
        refused = remote.text(f"/imports/{done['id']}/errors.csv").splitlines()
        for line in refused[: _REFUSED_SHOWN + 1]:
            say(f"  {line}")
        if done["rejected"] > _REFUSED_SHOWN:
            say(f"  … all of them: GET /imports/{done['id']}/errors.csv")
