"""Prompts with `{variables}`: what a text needs, and the text with everything filled in.

`{name}` must have a value, `{name|there}` falls back to the words after the bar, `{{` and `}}` stand for single braces. Braces that
hold anything but a variable, such as JSON in a prompt, are left as they are.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from control_plane.domain.errors import Invalid

_TOKEN = re.compile(r"\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_]*)(?:\|([^{}]*))?\}")
_OPENING, _CLOSING = "{{", "}}"

ALWAYS_KNOWN = frozenset({"assistant_name"})
"""Variables that every call has, whoever is called."""


def required(*templates: str) -> frozenset[str]:
    """Names that must have a value, because at least one of the texts gives them no default."""
    return frozenset(match[1] for template in templates for match in _variables(template) if match[2] is None)


def fill(template: str, values: Mapping[str, str]) -> str:
    """The text with its variables replaced; an empty value counts as none. Raises `Invalid` naming every missing variable."""
    lacking = missing(template, values)
    if lacking:
        raise Invalid(f"No value for {', '.join('{' + name + '}' for name in lacking)}.", code="variables_missing")
    return _TOKEN.sub(lambda match: _replacement(match, values), template)


def fill_what_is_known(template: str, values: Mapping[str, str]) -> str:
    """As `fill`, for a text about somebody who may be anybody: what nobody knows is said to be unknown."""
    return fill(template, {**values, **dict.fromkeys(missing(template, values), "(unknown)")})


def missing(template: str, values: Mapping[str, str]) -> list[str]:
    """Names without value and default, sorted."""
    return sorted(name for name in required(template) if not values.get(name))


def contact_values(
    *, name: str, email: str | None, language: str | None, time_zone: str | None, attributes: Mapping[str, Any]
) -> dict[str, str]:
    """What a contact contributes. Its own fields win over attributes of the same name, unless they are empty."""
    own = {"name": name, "first_name": first_name(name), "email": email, "language": language, "time_zone": time_zone}
    spoken = {key: as_text(value) for key, value in attributes.items()}
    return spoken | {key: value for key, value in own.items() if value}


def first_name(name: str) -> str:
    """The first word of a full name; titles are nobody's business here."""
    return name.split(maxsplit=1)[0] if name.strip() else ""


def as_text(value: Any) -> str:
    """An attribute as it is said: nothing for null, plain words for booleans, no trailing `.0`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else str(value)


def _variables(template: str) -> Iterable[re.Match[str]]:
    return (match for match in _TOKEN.finditer(template) if match[1])


def _replacement(match: re.Match[str], values: Mapping[str, str]) -> str:
    if match[0] in (_OPENING, _CLOSING):
        return match[0][0]
    return values.get(match[1]) or match[2] or ""
