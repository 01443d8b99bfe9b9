"""Which JSON Schemas may describe a tool's arguments, and what they say of the arguments that a model has made up.

Of JSON Schema only words whose cost is bounded by their own length: no references, no regular expressions that we would run. `pattern` may
stand there for the model and the endpoint to read; it is not checked here, because an expression can be written that never ends.
"""

import json
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator, SchemaError, ValidationError
from jsonschema.validators import extend

MOST_SCHEMA = 10_000
"""Bytes."""
MOST_ARGUMENTS = 8_000
"""Bytes."""
_DEEPEST = 8
_PLAIN = frozenset(
    (
        *("type", "required", "enum", "const", "title", "description", "default", "examples", "format", "pattern"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"),
        *("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
    )
)
_INNER = frozenset({"items", "not", "additionalProperties"})
_SEVERAL = frozenset({"anyOf", "oneOf", "allOf"})
_Validator = extend(Draft202012Validator, {"pattern": lambda *_: None})


def problem_of(schema: Mapping[str, Any]) -> str | None:
    """Why the schema cannot describe a tool's arguments, as a sentence; None when it can."""
    if len(json.dumps(schema)) > MOST_SCHEMA:
        return f"The JSON Schema must not be larger than {MOST_SCHEMA} bytes."
    if schema.get("type") != "object":
        return 'The JSON Schema must have "type": "object".'
    try:
        found = _strange(schema, "parameters", 0)
        if found is None:
            Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return f"This is not a JSON Schema: {error.message[:200]}"
    return found


def closed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema as it counts: an argument that it does not name is none."""
    return {"type": "object", "properties": {}} | dict(schema) | {"additionalProperties": False}


def wrong_with(arguments: Any, schema: Mapping[str, Any]) -> str | None:
    """What is wrong with the arguments of one use, in a sentence for the model; None when they fit."""
    if not isinstance(arguments, dict) or len(json.dumps(arguments)) > MOST_ARGUMENTS:
        return f"The arguments must be an object of at most {MOST_ARGUMENTS} bytes."
    try:
        found: ValidationError | None = next(_Validator(closed(schema)).iter_errors(arguments), None)
    except (ArithmeticError, RecursionError, TypeError, ValueError):
        return "The arguments cannot be read by the tool's JSON Schema."
    return None if found is None else f"{found.json_path}: {found.message[:300]}"


def _strange(schema: Any, where: str, depth: int) -> str | None:
    """The first word that a tool's schema may not use, as a sentence."""
    if isinstance(schema, bool) and where != "parameters":
        return None
    if not isinstance(schema, Mapping):
        return f"{where} must be an object."
    if depth > _DEEPEST:
        return f"The JSON Schema is nested more than {_DEEPEST} deep at {where}."
    for word, value in schema.items():
        inner: Mapping[str, Any] = {}
        if word == "properties" and isinstance(value, Mapping):
            inner = {f"{where}.{name}": one for name, one in value.items()}
        elif word in _INNER:
            inner = {f"{where}.{word}": value}
        elif word in _SEVERAL and isinstance(value, list):
            inner = {f"{where}.{word}[{at}]": one for at, one in enumerate(value)}
        elif word not in _PLAIN:
            return f"{where} uses {str(word)[:60]!r}, which a tool's JSON Schema cannot use."
        found = next((said for path, one in inner.items() if (said := _strange(one, path, depth + 1)) is not None), None)
        if found is not None:
            return found
    return None
