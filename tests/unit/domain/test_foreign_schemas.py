"""Schemas that servers hand out, in the few words that a tool's schema has here."""

from typing import Any

import pytest

from control_plane.domain.tool_schema import narrowed, without, wrong_with


def of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def test_references_within_it_are_written_out_and_strange_words_left_out() -> None:
    line = {"type": "object", "title": "Line", "properties": {"count": {"$ref": "#/$defs/Count", "description": "How many."}}}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": {"Line": line, "Count": {"type": "integer", "minimum": 1}},
        "x-own": [1],
        **of(lines={"type": "array", "items": {"$ref": "#/$defs/Line"}}, tags={"type": "object", "propertyNames": {"pattern": "(a+)+$"}}),
    }
    count = {"type": "integer", "minimum": 1, "description": "How many."}
    written = {"type": "object", "title": "Line", "properties": {"count": count}}
    assert narrowed(schema) == of(lines={"type": "array", "items": written}, tags={"type": "object"})
    assert wrong_with({"lines": [{"count": 0}]}, narrowed(schema)) is not None


@pytest.mark.parametrize(
    "schema",
    [
        None,
        "object",
        {"type": "string"},
        of(a={"$ref": "https://elsewhere.example.com/schema"}),
        of(a={"$ref": "#/$defs/nobody"}),
        of(a={"$ref": 7}),
        of(a="string"),
        of(a={"type": "nonsense"}),
        of(a={"description": "x" * 10_000}),
        of(a={"$ref": "#/$defs/A"}) | {"$defs": {"A": {"items": {"$ref": "#/$defs/A"}}}},
        of(a={"$ref": "#/$defs/A"}) | {"$defs": {"A": {"$ref": "#/$defs/A"}}},
        of(a={"$ref": "#/$defs/0"}) | {"$defs": {str(n): {"anyOf": [{"$ref": f"#/$defs/{n + 1}"}] * 30} for n in range(9)}},
    ],
)
def test_what_cannot_be_told_so_is_refused_with_a_sentence_and_soon(schema: Any) -> None:
    with pytest.raises(ValueError, match=r"\.$|^This is not a JSON Schema: "):
        narrowed(schema)


def test_properties_are_taken_away_with_their_being_required() -> None:
    schema = of(a={"type": "string"}, b={"type": "string"})
    assert without(schema | {"required": ["a", "b"]}, {"b"}) == of(a={"type": "string"}) | {"required": ["a"]}
    assert without(schema, {"c"}) == schema
