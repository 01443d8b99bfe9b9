"""Where people in despair and in danger find help, by country. The data with its sources is `lines.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class Line:
    """A country's free line for people in despair, open at all hours, and its emergency number, both as they are dialled there."""

    name: str
    number: str
    emergency: str
    source: str
    as_of: str
    """When the source said so: a year, or a year and a month."""


LINES: Mapping[str, Line] = {
    country: Line(**told) for country, told in yaml.safe_load(Path(__file__).with_name("lines.yaml").read_text(encoding="utf-8")).items()
}


def line_of(country: str) -> Line | None:
    """The line of a country (ISO 3166, two letters); None where none is known for certain."""
    return LINES.get(country)
