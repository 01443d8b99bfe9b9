"""`campaign.yaml`: read as written and checked against its schema before anybody is asked."""

import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from control_plane.domain.errors import Invalid
from control_plane.domain.strict_yaml import read_strictly
from control_plane.remote.client import RemoteError

SCHEMA = "campaign.schema.json"


@dataclass(frozen=True, slots=True)
class CampaignFile:
    """What the file says. `assistant` is the name of one that is there, or what it is to be."""

    campaign: dict[str, Any]
    numbers: list[str]
    assistant: str | dict[str, Any]
    contacts: dict[str, Any]
    """`list`, and how `file` is to be read."""
    people: Path | None
    """Where the contacts' file lies; None: whoever is on the list."""
    is_started: bool


def schema() -> dict[str, Any]:
    """The JSON Schema of the file."""
    return json.loads(files("control_plane.remote").joinpath(SCHEMA).read_text(encoding="utf-8"))


def read(path: Path, within: Path | None = None) -> CampaignFile:
    """Raises `RemoteError` with a sentence that says where the file is wrong. No other file is looked at than one that lies `within`."""
    said = _yaml(path)
    wrong = best_match(Draft202012Validator(schema()).iter_errors(said))
    if wrong is not None:
        raise RemoteError(f"{path.name}: {_where(wrong)}{wrong.message[:300].rstrip('.')}.")
    contacts = said["contacts"]
    people = path.parent / contacts["file"] if "file" in contacts else None
    if people is not None and within is not None and not people.resolve().is_relative_to(within.resolve()):
        raise RemoteError(f"{path.name}: contacts.file: {contacts['file']!r} lies outside of the folder with campaign files.")
    if people is not None and not people.is_file():
        raise RemoteError(f"{path.name}: contacts.file: there is no file {contacts['file']!r} beside it.")
    campaign = dict(said["campaign"])
    if isinstance(campaign.get("budget"), int | float):
        campaign["budget"] = str(campaign["budget"])
    return CampaignFile(campaign, campaign.pop("numbers"), said["assistant"], contacts, people, said.get("start", False))


def _yaml(path: Path) -> Any:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RemoteError(f"{path} cannot be read: {error.strerror}.") from error
    try:
        return read_strictly(data, path.name)
    except Invalid as error:
        raise RemoteError(error.detail) from error


def _where(wrong: ValidationError) -> str:
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in wrong.absolute_path)
    return f"{steps.lstrip('.')}: " if steps else ""
