"""Links in `/openapi.json`: what can be done with the thing that a request has made, by its id in the answer.

Clients and documentation follow them; schemathesis makes its chains of requests from them.
"""

import re
from typing import Any

from control_plane.kit.api_schemas import JSON, Description

_ID = "$response.body#/id"


def add_links(description: Description, created: list[tuple[str, str]]) -> None:
    """`created`: path and status of the answer of each route that makes something with an id of its own."""
    for path, status in created:
        answer = description["paths"][path]["post"]["responses"][status]
        if "id" in _properties(answer, description):
            answer["links"] = dict(_links(description, re.compile(re.escape(path) + r"/\{(\w+)\}(/[^{]*)?")))


def _links(description: Description, below: re.Pattern[str]) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    for path, methods in description["paths"].items():
        if (known := below.fullmatch(path)) is not None:
            found += [
                (operation["operationId"], {"operationId": operation["operationId"], "parameters": {known[1]: _ID}})
                for operation in methods.values()
            ]
    return found


def _properties(answer: Description, description: Description) -> Description:
    schema = answer.get("content", {}).get(JSON, {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    return description["components"]["schemas"].get(name, schema).get("properties", {})
