"""`callwright plan` and `callwright apply`: a campaign as a file under version control."""

from pathlib import Path
from typing import Annotated, Any

import typer

from control_plane.remote.campaign_apply import apply as carry_out
from control_plane.remote.campaign_file import read, schema
from control_plane.remote.campaign_plan import MOST_PREVIEWED, Change, Plan, make_plan
from control_plane.remote.campaigns import show_preview
from control_plane.remote.progress import working
from control_plane.remote.terminal import DEFAULT_URL, AsJson, Key, Url, Yes, asking, confirm, print_json, say

EXIT_CHANGES = 4
_PEOPLE_SHOWN = 10
_LONGEST = 100

plan_app = typer.Typer()
apply_app = typer.Typer()
File = Annotated[Path, typer.Argument(help="The campaign as YAML.", metavar="FILE")]
DEFAULT_FILE = Path("campaign.yaml")


@plan_app.command()
def plan(
    file: File = DEFAULT_FILE,
    check: Annotated[bool, typer.Option(help="End with 4 when there is something to do.")] = False,
    show_schema: Annotated[bool, typer.Option("--schema", help="Print the file's JSON Schema, for editors, and ask nobody.")] = False,
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Show what `apply` would do: what is made and changed, who comes and goes, what the gate says and what it costs. Changes nothing."""
    if show_schema:
        print_json(schema())
        return
    with asking(url, key) as remote, working("Comparing", is_quiet=as_json):
        made = make_plan(remote, read(file))
    print_json(made.as_json()) if as_json else show(made)
    if check and not made.is_empty:
        raise typer.Exit(EXIT_CHANGES)


@apply_app.command()
def apply(
    file: File = DEFAULT_FILE,
    yes: Yes = False,
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Do what `plan` shows. A second time there is nothing to do."""
    with asking(url, key) as remote:
        with working("Comparing", is_quiet=as_json):
            made = make_plan(remote, read(file))
        if not as_json:
            show(made)
        if not made.is_empty:
            confirm("Do this?", is_sure=yes)
            campaign = carry_out(remote, made, say=lambda line: None if as_json else say(line))
            made.campaign = campaign
    if as_json:
        print_json(made.as_json() | {"campaign_id": made.campaign["id"] if made.campaign else None, "stayed_on_list": made.stayed})


def show(made: Plan) -> None:
    """The plan as people read it: + is made, ~ is changed, - is taken away."""
    if made.is_empty:
        typer.echo("Nothing to do: everything is as the file says.")
    name = made.file.assistant if isinstance(made.file.assistant, str) else made.file.assistant["name"]
    _show_thing("assistant", name, made.assistant, made.assistant_changes)
    if made.publishes:
        typer.echo("    and is published")
        if made.campaign is not None and made.campaign["assistant_version_id"] is not None:
            typer.echo("    the campaign has begun and keeps the version with which it began")
    if made.contact_list is None:
        say(f"+ contact list {made.file.contacts['list']}")
    _show_people(made)
    _show_thing("campaign", made.file.campaign["name"], made.campaign, made.campaign_changes)
    if made.starts:
        typer.echo("    and is started")
    typer.echo("")
    show_preview(made.preview)


def _show_thing(what: str, name: str, before: dict[str, Any] | None, changes: list[Change]) -> None:
    if before is None:
        say(f"+ {what} {name}")
    elif changes:
        say(f"~ {what} {name}")
    for change in changes:
        if before is None:
            say(f"    {change.field}: {_short(change.after)}")
        else:
            say(f"    {change.field}: {_short(change.before)} → {_short(change.after)}")


def _show_people(made: Plan) -> None:
    if made.people is None:
        return
    people = made.people
    leaving = people["removed"] if made.leavers else 0
    if people["added"] or people["changed"] or people["consents"] or leaving:
        say(f"~ contacts of {made.file.contacts['list']}: {people['added']} come, {people['changed']} change, {leaving} go")
    for sign, some in (("+", people["newcomers"]), ("~", people["changes"]), ("-", made.leavers)):
        for person in some[:_PEOPLE_SHOWN]:
            number = person["e164"] if "e164" in person else person["numbers"][0]
            say(f"    {sign} {person['name'] or 'somebody without a name'} {number or 'without a number'}")
        if len(some) > _PEOPLE_SHOWN:
            say(f"    {sign} … and more")
    if people["consents"]:
        say(f"    {people['consents']} consents are stated that are not known yet; the figures below do not count on them")
    for row in people["rejections"]:
        say(f"    ! row {row['row']} is refused: {row['reason']}")
    if people["added"] + people["changed"] > MOST_PREVIEWED:
        say(f"    the figures below count the first {MOST_PREVIEWED} of them")


def _short(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
