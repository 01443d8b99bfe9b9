"""Schemas in `/openapi.json` say what requests are checked against: msgspec describes its own types.

Litestar's description of them leaves out bounds of list items, bounds of zero, and that unknown fields are refused; whoever makes requests
from it (a generated client, a fuzzer) would be told the wrong thing.
"""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import msgspec
from litestar import Litestar, Response
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.routes import HTTPRoute

Description = dict[str, Any]
JSON = "application/json"
PHONE = {"format": "phone"}
"""What is a number that can be dialled, a zone of the time zone database, a country with a numbering plan (ISO 3166, two letters), or the
encoding of a text file: no pattern can say it, so their format is named."""
ZONE = {"format": "time-zone"}
COUNTRY = {"format": "country"}
ENCODING = {"format": "text-encoding"}
_REF = "#/components/schemas/{name}"
_REFERENCES = re.compile(r'"\$ref": ?"#/components/schemas/([^"]+)"')
_NULL = {"type": "null"}


def operations(app: Litestar, description: Description) -> Iterator[tuple[str, str, HTTPRouteHandler, Description]]:
    """Path, method, handler and description of every operation that the description has."""
    for route in app.routes:
        described = description["paths"].get(route.path_format, {}) if isinstance(route, HTTPRoute) else {}
        for handler in getattr(route, "route_handlers", ()):
            for method in sorted(handler.http_methods):
                if (operation := described.get(method.lower())) is not None:
                    yield route.path_format, method.lower(), handler, operation


def json_places(handler: HTTPRouteHandler, operation: Description) -> Iterator[tuple[Any, Description]]:
    """Type and media type object of the operation's body and of its answers, where these are JSON."""
    body = operation.get("requestBody", {}).get("content", {}).get(JSON)
    if body is not None and handler.parsed_data_field is not None:
        yield handler.parsed_data_field.annotation, body
    named = handler.responses or {}
    for status in sorted({handler.status_code, *named}):
        answer = operation["responses"].get(str(status), {}).get("content", {}).get(JSON)
        if answer is not None:
            _show_nulls(named.get(status), answer)
            yield named[status].data_container if status in named else _answer_type(handler), answer


def describe_exactly(app: Litestar, description: Description) -> None:
    """Put msgspec's schemas in the place of Litestar's, and drop what nothing refers to any more."""
    places = [place for _, _, handler, operation in operations(app, description) for place in json_places(handler, operation)]
    schemas, components = msgspec.json.schema_components([kind for kind, _ in places], ref_template=_REF)
    for (_, place), schema in zip(places, schemas, strict=True):
        place["schema"] = schema
    for _, _, handler, operation in operations(app, description):
        for parameter in operation.get("parameters", ()):
            parameter["schema"] = _without_null(parameter["schema"])
        if "requestBody" in operation and handler.parsed_data_field is not None:
            operation["requestBody"]["required"] = not handler.parsed_data_field.is_optional
    former = description["components"]["schemas"]
    for name in components.keys() & former.keys():
        _keep_times(components[name], former[name])
    known = former | components
    description["components"]["schemas"] = {name: known[name] for name in sorted(_reachable(description["paths"], known))}


def _show_nulls(given: ResponseSpec | None, answer: Description) -> None:
    """Litestar drops what is null in examples too."""
    for shown, example in zip(answer.get("examples", {}).values(), (given.examples if given else None) or (), strict=True):
        shown["value"] = example.value


def _answer_type(handler: HTTPRouteHandler) -> Any:
    returned = handler.parsed_return_field
    return returned.inner_types[0].annotation if returned.is_subclass_of(Response) else returned.annotation


def _without_null(schema: Description) -> Description:
    """A parameter that may be left out cannot be null: it would be the text `null`, which only times and ids take for nothing said."""
    if isinstance(kinds := schema.get("type"), list):
        schema = schema | {"type": next(kind for kind in kinds if kind != "null")}
        return schema | ({"enum": [value for value in schema["enum"] if value is not None]} if "enum" in schema else {})
    kinds = [kind for kind in schema.get("oneOf", ()) if kind != _NULL]
    if len(kinds) != 1 or (kinds[0].get("type"), "format" in kinds[0]) == ("string", True):
        return schema
    return {name: value for name, value in schema.items() if name != "oneOf"} | kinds[0]


def _keep_times(schema: Description, former: Description) -> None:
    """msgspec gives no format to times whose zone it does not demand; those in answers all have one."""
    for one, was in product((schema, *schema.get("anyOf", ())), (former, *former.get("oneOf", ()))):
        if one.get("type") == "string" and was.get("format") == "date-time":
            one["format"] = "date-time"
        if isinstance(one.get("items"), dict):
            _keep_times(one["items"], was.get("items", {}))
        for name in one.get("properties", {}).keys() & was.get("properties", {}).keys():
            _keep_times(one["properties"][name], was["properties"][name])


def _reachable(root: Any, components: Description) -> set[str]:
    found: set[str] = set()
    waiting = [root]
    while waiting:
        for name in set(_REFERENCES.findall(msgspec.json.encode(waiting.pop()).decode())) - found:
            found.add(name)
            waiting.append(components[name])
    return found
