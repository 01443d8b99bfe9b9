"""`campaign.yaml`: read as written and checked against its schema before anybody is asked."""

import json
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from control_plane.remote.client import RemoteError

SCHEMA = "campaign.schema.json"
_MOST_BYTES = 1_000_000


class _Loader(yaml.SafeLoader):
    """08:00 is text and not 480 minutes, a day is text, NO is Norway: only true and false, numbers and null are something else."""

    yaml_implicit_resolvers = {}


for tag, pattern, first in (
    ("bool", r"true|false", "tf"),
    ("int", r"-?(?:0|[1-9][0-9]{0,17})", "-0123456789"),
    ("float", r"-?[0-9]{1,17}\.[0-9]{1,17}", "-0123456789"),
    ("null", r"~|null|", "~n\0"),
    ("merge", r"<<", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"(?:{pattern})$"), list(first))


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
    if len(data) > _MOST_BYTES:
        raise RemoteError(f"{path.name} is larger than {_MOST_BYTES} bytes.")
    try:
        # The loader is a safe one with fewer types.
        return yaml.load(data, _Loader)  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise RemoteError(f"{path.name} is not YAML: {' '.join(str(error).split())[:300]}.") from error


def _where(wrong: ValidationError) -> str:
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in wrong.absolute_path)
    return f"{steps.lstrip('.')}: " if steps else ""
