"""What a workspace's JSON Schema wants of a value, and whether one fits, in bounded time and without reaching out. Pure."""

import math
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, UnknownType, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from control_plane.analysis.findings import UNKNOWN

LONGEST_TEXT = 2000
MOST_PROPERTIES = 50
_MOST_PARTS = 2000
_PLACES = ("$defs", "definitions")
# A regular expression of a stranger can take exponential time, and all workspaces share the task worker.
_UNCHECKED = dict.fromkeys(("pattern", "patternProperties", "$dynamicRef"), lambda validator, value, instance, schema: None)
_Bounded = extend(Draft202012Validator, _UNCHECKED)


def properties_of(schema: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The top-level properties with their references resolved; none of a schema that describes no object. One that refers to itself, to
    another place, or to more than anybody writes, wants nothing: no value fits it."""
    known = schema.get("properties")
    if not isinstance(known, Mapping):
        return {}
    return {str(name): _resolved(each, schema) for name, each in list(known.items())[:MOST_PROPERTIES] if isinstance(each, Mapping)}


def fits(value: Any, wanted: Mapping[str, Any]) -> bool:
    """`wanted` is a property as `properties_of` gives it."""
    if isinstance(value, str) and (len(value) > LONGEST_TEXT or value == UNKNOWN):
        return False
    try:
        if not _can_be_kept(value):
            return False
        _Bounded(wanted, registry=Registry()).validate(value)
    except (ValidationError, SchemaError, UnknownType, Unresolvable, RecursionError, TypeError, ValueError, AttributeError):
        return False
    return True


def _can_be_kept(value: Any) -> bool:
    """Whether the database takes it: no NUL, no half of a surrogate pair, no number without end. Raises `RecursionError`."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)
    if isinstance(value, Mapping):
        return all(_can_be_kept(name) and _can_be_kept(each) for name, each in value.items())
    if isinstance(value, list):
        return all(map(_can_be_kept, value))
    return not isinstance(value, float) or math.isfinite(value)


def _resolved(part: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return _inlined(part, schema, [_MOST_PARTS], ())
    except _TooMuch:
        return {"not": {}}


class _TooMuch(Exception):
    """More than `_MOST_PARTS`, or a reference that leads nowhere or in a circle."""


def _inlined(part: Any, schema: Mapping[str, Any], left: list[int], way: tuple[str, ...]) -> Any:
    left[0] -= 1
    if left[0] < 0:
        raise _TooMuch
    if isinstance(part, list):
        return [_inlined(each, schema, left, way) for each in part]
    if not isinstance(part, Mapping):
        return part
    told = {name: _inlined(each, schema, left, way) for name, each in part.items() if name != "$ref"}
    reference = part.get("$ref")
    return told if reference is None else _inlined(_found(reference, schema, way), schema, left, (*way, reference)) | told


def _found(reference: Any, schema: Mapping[str, Any], way: tuple[str, ...]) -> Mapping[str, Any]:
    root, _, rest = str(reference).partition("#/")
    place, _, name = rest.partition("/")
    found = schema.get(place) if not root and place in _PLACES and reference not in way else None
    part = found.get(name) if isinstance(found, Mapping) else None
    if not isinstance(part, Mapping):
        raise _TooMuch
    return part
