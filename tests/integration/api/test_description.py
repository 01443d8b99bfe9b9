"""`/openapi.json` says what is true: the schemas that requests are checked against, and an example of each body and answer."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from control_plane.kit.api_schemas import json_places, operations
from tests.fixtures.api import Api

NO_CONTENT = {"audio/ogg", "text/csv", "text/event-stream"}
"""Answers in other kinds than JSON: a file or a stream is its own example."""


@pytest.fixture
async def described(api: Api) -> dict[str, Any]:
    return (await api.owner.get("http://api.test/openapi.json")).json()


def contents(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body and every good answer: a name for it, and its media types."""
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            if "requestBody" in operation:
                yield f"{method.upper()} {path}", operation["requestBody"]["content"]
            for status, answer in operation["responses"].items():
                if status.startswith("2"):
                    yield f"{method.upper()} {path} {status}", answer.get("content", {})


async def test_every_body_and_every_answer_has_an_example(described: dict[str, Any]) -> None:
    lacking = [
        f"{name} {media_type}"
        for name, content in contents(described)
        for media_type, place in content.items()
        if media_type not in NO_CONTENT and not {"example", "examples"} & place.keys() and "/api/" in name
    ]
    assert lacking == []


async def test_every_example_is_what_the_type_takes_or_gives(api: Api, described: dict[str, Any]) -> None:
    wrong = []
    for path, method, handler, operation in operations(api.app, described):
        for kind, place in json_places(handler, operation):
            shown = [place["example"]] if "example" in place else [one["value"] for one in place.get("examples", {}).values()]
            for value in shown:
                try:
                    msgspec.convert(value, kind)
                except msgspec.ValidationError as error:
                    wrong.append(f"{method.upper()} {path}: {error}")
    assert wrong == []


async def test_what_refuses_unknown_fields_says_so(described: dict[str, Any]) -> None:
    bodies = [
        place["schema"]["$ref"].rpartition("/")[2]
        for name, content in contents(described)
        for media_type, place in content.items()
        if name.count(" ") == 1 and media_type == "application/json" and "$ref" in place["schema"]
    ]
    assert len(bodies) > 30
    assert [name for name in bodies if described["components"]["schemas"][name].get("additionalProperties") is not False] == []


async def test_bounds_of_items_and_bounds_of_zero_are_told(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    assert schemas["AssistantIn"]["properties"]["outcome_labels"]["items"]["pattern"] == "^[a-z][a-z0-9_]{0,59}$"
    assert schemas["MonthlyLimits"]["properties"]["calls"]["anyOf"][0]["minimum"] == 0


async def test_no_text_in_a_parameter_can_be_null(described: dict[str, Any]) -> None:
    schemas = {
        f"{method.upper()} {path} {parameter['name']}": parameter["schema"]
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        for parameter in operation.get("parameters", ())
    }
    either = {name: schema["oneOf"] for name, schema in schemas.items() if "oneOf" in schema}
    assert [name for name, kinds in either.items() if any(kind.get("type") == "string" and "format" not in kind for kind in kinds)] == []
    assert [name for name, schema in schemas.items() if name not in either and "null" in msgspec.json.encode(schema).decode()] == []


async def test_creating_requests_tell_of_the_idempotency_key(described: dict[str, Any]) -> None:
    posts = {path: methods["post"] for path, methods in described["paths"].items() if "post" in methods and path.startswith("/api/")}
    without = {path for path, post in posts.items() if "Idempotency-Key" not in [each["name"] for each in post.get("parameters", ())]}
    assert without
    # A trial of a tool makes nothing of ours, and what it does at the endpoint is done outside of any transaction; so is a server asked for
    # what it offers, and what it says of a tool, kept twice, is kept as if once.
    # A document is told by its content, and the same one again changes nothing.
    # A carrier is asked outside of any transaction, and a person can be put through once.
    tools = ("/tools/{tool_id}/test", "/tools/offered", "/tools/{tool_id}/pin")
    keyless = ("/auth/token", *tools, "/knowledge/{knowledge_id}/documents", "/calls/{call_id}/transfer")
    assert {path for path in without if "/imports" not in path and not path.endswith(keyless)} == set()


async def test_what_a_request_makes_links_to_all_that_can_be_done_with_it(described: dict[str, Any]) -> None:
    links = described["paths"]["/api/v1/campaigns"]["post"]["responses"]["201"]["links"].values()
    by_id = {"GET /campaigns/{campaign_id}", "DELETE /campaigns/{campaign_id}", "POST /campaigns/{campaign_id}/start"}
    named = {
        operation["operationId"]: f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }
    assert by_id <= {named[link["operationId"]] for link in links}
    assert all(link["parameters"] == {"campaign_id": "$response.body#/id"} for link in links)
    made = [path for path, methods in described["paths"].items() if "links" in str(methods.get("post", {}).get("responses", {}))]
    assert len(made) >= 15, made
