"""Whether a value fits a part of a workspace's JSON Schema, without reaching out and without patterns that could run for hours. Pure."""

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from control_plane.analysis.findings import UNKNOWN

LONGEST_TEXT = 2000
_UNCHECKED = dict.fromkeys(("pattern", "patternProperties", "$dynamicRef"), lambda validator, value, instance, schema: None)
# A regular expression of a stranger can take exponential time, and all workspaces share the task worker.
_Bounded = extend(Draft202012Validator, _UNCHECKED)


def fits(value: Any, wanted: Mapping[str, Any], schema: Mapping[str, Any]) -> bool:
    """`wanted` is a property's part of `schema`, whose `$defs` it may refer to; references to other places fit nothing."""
    if isinstance(value, str) and (len(value) > LONGEST_TEXT or value == UNKNOWN):
        return False
    whole = {name: each for name, each in schema.items() if name in ("$defs", "definitions")} | dict(wanted)
    try:
        _Bounded(whole, registry=Registry()).validate(value)
    except (ValidationError, SchemaError, Unresolvable, RecursionError, TypeError, ValueError):
        return False
    return True
