"""Which JSON Schemas may describe a tool's arguments, and what they say of the arguments that a model has made up.

Of JSON Schema only words whose cost is bounded by their own length: no references, no regular expressions that we would run. `pattern` may
stand there for the model and the endpoint to read; it is not checked here, because an expression can be written that never ends.
A schema that a server hands out is brought into this form: the server judges by its own what is left out.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any

from jsonschema import Draft202012Validator, SchemaError, ValidationError
from jsonschema.validators import extend

MOST_SCHEMA = 10_000
"""Bytes."""
MOST_ARGUMENTS = 8_000
"""Bytes."""
_DEEPEST = 8
_MOST_PARTS = 2_000
"""Of a schema whose references are written out: they can be nested so that each level doubles it."""
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


def narrowed(schema: Any) -> dict[str, Any]:
    """A schema of somebody else's in the words that are used here, its references within itself written out. Raises `ValueError` with a
    sentence for what cannot be told so."""
    if not isinstance(schema, Mapping):
        raise ValueError("It has no JSON Schema of its arguments.")
    written = _WrittenOut(schema).part(schema, 0)
    problem = problem_of(written)
    if problem is not None:
        raise ValueError(problem)
    return written


def without(schema: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """The schema of an object that lacks these properties."""
    left = {name: one for name, one in schema.get("properties", {}).items() if name not in names}
    required = [name for name in schema.get("required", ()) if name not in names]
    return {**schema, "properties": left} | ({"required": required} if "required" in schema else {})


class _WrittenOut:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._parts = 0

    def part(self, schema: Any, depth: int) -> Any:
        self._parts += 1
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, Mapping) or depth > _DEEPEST or self._parts > _MOST_PARTS:
            raise ValueError("Its JSON Schema is nested too deeply, or is none.")
        if "$ref" in schema:
            beside = {word: value for word, value in schema.items() if word != "$ref"}
            return self.part({**self._target(schema["$ref"]), **beside}, depth + 1)
        return {word: self._word(word, value, depth + 1) for word, value in schema.items() if _is_known(word, value)}

    def _word(self, word: str, value: Any, depth: int) -> Any:
        if word == "properties":
            return {name: self.part(one, depth) for name, one in value.items()}
        if word in _INNER:
            return self.part(value, depth)
        return [self.part(one, depth) for one in value] if word in _SEVERAL else value

    def _target(self, reference: Any) -> Mapping[str, Any]:
        place, _, name = str(reference).rpartition("/")
        found = self._root.get(place.removeprefix("#/")) if place in ("#/$defs", "#/definitions") else None
        target = found.get(name) if isinstance(found, Mapping) else None
        if not isinstance(target, Mapping):
            raise ValueError("Its JSON Schema refers to what does not stand in it.")
        return target


def _is_known(word: str, value: Any) -> bool:
    if word == "properties":
        return isinstance(value, Mapping)
    if word in _INNER:
        return isinstance(value, Mapping | bool)
    return word in _PLAIN or (word in _SEVERAL and isinstance(value, list))


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
