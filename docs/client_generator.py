"""Makes the typed Python client out of the API's description: one method per route, one typed dictionary per schema."""

import keyword
import re
from collections.abc import Iterator
from typing import Any

_METHODS = ("get", "post", "put", "patch", "delete")
_PREFIX = "#/components/schemas/"
_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_HEAD = '''"""The typed client of Callwright's public API. Made by `make generate` from its description; needs Python 3.11 and httpx.

    with Callwright("https://calls.example.com", "cw_…") as api:
        for campaign in api.pages(api.get_campaigns):
            print(campaign["name"])

A method is called as its route is: `POST /campaigns/{campaign_id}/start` is `post_campaign_start`. Refusals are `CallwrightError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, NotRequired, TypedDict

import httpx


class CallwrightError(Exception):
    """The API refused; the text is its sentence. `problem` has all of the answer: `code`, `errors` by field."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("detail") or f"The API answered {status}.")
        self.status = status
        self.code: str = problem.get("code", "")
        self.problem = problem


'''
_CLASS = '''class Callwright:
    """The API at `url`, asked by an API key or a token. Close it, or use it in a `with`."""

    def __init__(self, url: str, key: str, *, timeout_s: float = 30.0) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._client = httpx.Client(base_url=url.rstrip("/"), headers=headers, timeout=timeout_s)

    def __enter__(self) -> Callwright:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def pages(self, listing: Callable[..., Any], *path: str, **query: Any) -> Iterator[Any]:
        """Every item of a list, page by page: `api.pages(api.get_contacts, q="Ada")`."""
        page = listing(*path, **query)
        yield from page["items"]
        while page["next_cursor"] is not None:
            page = listing(*path, **query, cursor=page["next_cursor"])
            yield from page["items"]

    def _ask(self, method: str, path: str, query: dict[str, Any], headers: dict[str, str | None], **body: Any) -> httpx.Response:
        asked = {name: value for name, value in query.items() if value is not None}
        told = {name: value for name, value in headers.items() if value is not None}
        return _checked(self._client.request(method, path, params=asked, headers=told, **body))

    def _lines(self, path: str, query: dict[str, Any], headers: dict[str, str | None]) -> Iterator[str]:
        asked = {name: value for name, value in query.items() if value is not None}
        told = {name: value for name, value in headers.items() if value is not None}
        with self._client.stream("GET", path, params=asked, headers=told, timeout=None) as answer:
            if answer.is_error:
                answer.read()
            yield from _checked(answer).iter_lines()
'''
_TAIL = """

def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_error:
        try:
            problem = answer.json()
        except ValueError:
            problem = {}
        raise CallwrightError(answer.status_code, problem if isinstance(problem, dict) else {})
    return answer
"""


_UNCOUNTED = frozenset({"knowledge"})
"""Words without a plural: all of it and one of it would be called the same."""


def python_client(described: dict[str, Any]) -> str:
    """The module's text. Raises `ValueError` when two routes would be called the same."""
    models = "\n\n".join(_model(name, schema) for name, schema in sorted(described["components"]["schemas"].items()))
    methods = list(_methods(described))
    names = [name for name, _ in methods]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"Two routes would be the method {twice[0]}.")
    return _HEAD + models + "\n\n" + _CLASS + "".join(text for _, text in sorted(methods)) + _TAIL


def _class_name(name: str) -> str:
    """`Page_CampaignOut` is `CampaignOutPage`."""
    if name.startswith("Page_"):
        return name.removeprefix("Page_").strip("_").rpartition(".")[2] + "Page"
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"\W|_", name) if part)


def _model(name: str, schema: dict[str, Any]) -> str:
    called, properties = _class_name(name), schema.get("properties")
    if not properties:
        return f"{called} = {_type(schema, quoted=True)}\n"
    required = schema.get("required", [])
    fields = {field: _type(one, quoted=True) for field, one in properties.items()}
    fields = {field: kind if field in required else f"NotRequired[{kind}]" for field, kind in fields.items()}
    if any(not field.isidentifier() or keyword.iskeyword(field) for field in fields):
        body = "".join(f'        "{field}": {kind},\n' for field, kind in fields.items())
        return f'{called} = TypedDict(\n    "{called}",\n    {{\n{body}    }},\n)\n'
    body = "".join(f"    {field}: {kind}\n" for field, kind in fields.items())
    return f"class {called}(TypedDict):\n{body}"


def _type(schema: dict[str, Any], *, quoted: bool = False) -> str:
    """`quoted`: where the name may not be known yet."""
    if "$ref" in schema:
        name = _class_name(schema["$ref"].removeprefix(_PREFIX))
        return f'"{name}"' if quoted else name
    if "enum" in schema or "const" in schema:
        return f"Literal[{', '.join(repr(value) for value in schema.get('enum', [schema.get('const')]))}]"
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return _union([_type(one, quoted=quoted) for one in choices])
    kind = schema.get("type")
    if isinstance(kind, list):
        return _union([_type(schema | {"type": one}, quoted=quoted) for one in kind])
    if kind == "array":
        return f"list[{_type(schema.get('items') or {}, quoted=quoted)}]"
    if kind == "object":
        return (
            f"dict[str, {_type(schema.get('additionalProperties') or {}, quoted=quoted)}]"
            if "properties" not in schema
            else "dict[str, Any]"
        )
    return _PLAIN.get(str(kind), "Any")


def _union(kinds: list[str]) -> str:
    kinds = list(dict.fromkeys(kinds))
    if "Any" in kinds:
        return "Any"
    # A string and a type cannot be joined by a bar when the module is loaded.
    return f'"{" | ".join(kind.replace(chr(34), "") for kind in kinds)}"' if any('"' in kind for kind in kinds) else " | ".join(kinds)


def _methods(described: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for path, operations in described["paths"].items():
        for method in _METHODS:
            if method in operations and path.startswith("/api/v1/"):
                yield _method(method, path, operations[method])


def _method(method: str, path: str, operation: dict[str, Any]) -> tuple[str, str]:
    name = _method_name(method, path)
    parameters = operation.get("parameters", [])
    within = [one["name"] for one in parameters if one["in"] == "path"]
    # What a stream resumes after may be said in the header or in the query.
    others = list({_safe(one["name"]): one for one in parameters if one["in"] != "path"}.values())
    body, send = _body(operation)
    signature = ["self", *(f"{_safe(one)}: str" for one in within), *body]
    if others:
        signature += ["*", *(_keyword(one) for one in others)]
    query = ", ".join(f'"{one["name"]}": {_safe(one["name"])}' for one in others if one["in"] == "query")
    headers = ", ".join(f'"{one["name"]}": {_safe(one["name"])}' for one in others if one["in"] == "header")
    address = re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: f"{{{_safe(match[1])}}}", path)
    returns, ask = _answer(method, operation, address, f"{{{query}}}, {{{headers}}}", send)
    about = (operation.get("summary") or name).replace('"', "'")
    about += "" if about.endswith(("?", ".", "!")) else "."
    lines = [f"    def {name}({', '.join(signature)}) -> {returns}:", f'        """{about}"""', f"        {ask}"]
    return name, "\n" + "\n".join(lines) + "\n"


def _method_name(method: str, path: str) -> str:
    """A segment before an id is one of many: `GET /campaigns/{campaign_id}/calls` is `get_campaign_calls`."""
    segments = path.removeprefix("/api/v1/").strip("/").split("/")
    spoken = []
    for i, segment in enumerate(segments):
        if segment.startswith("{"):
            continue
        is_one = i + 1 < len(segments) and segments[i + 1].startswith("{")
        spoken.append(_singular(segment) if is_one else segment)
    return re.sub(r"\W+", "_", "_".join([method, *spoken]))


def _singular(word: str) -> str:
    if word in _UNCOUNTED:
        return f"one_{word}"
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word.removesuffix("s")


def _safe(name: str) -> str:
    name = re.sub(r"\W", "_", name).lower()
    return f"{name}_" if keyword.iskeyword(name) else name


def _keyword(parameter: dict[str, Any]) -> str:
    kind = _type(parameter.get("schema", {}))
    if parameter.get("required"):
        return f"{_safe(parameter['name'])}: {kind}"
    return f"{_safe(parameter['name'])}: {kind if 'None' in kind or kind == 'Any' else f'{kind} | None'} = None"


def _body(operation: dict[str, Any]) -> tuple[list[str], str]:
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        kind, is_needed = _type(content["application/json"]["schema"]), operation["requestBody"].get("required", True)
        return [f"body: {kind}" if is_needed else f"body: {kind} | None = None"], ", json=body"
    if content:
        return ["content: bytes | Iterable[bytes]"], ", content=content"
    return [], ""


def _answer(method: str, operation: dict[str, Any], path: str, told: str, send: str) -> tuple[str, str]:
    good = next((one for status, one in sorted(operation["responses"].items()) if status.startswith("2")), {})
    content = good.get("content", {})
    if send == ", content=content":
        told = told[:-1] + (", " if told[-2] != "{" else "") + '"Content-Type": "text/csv"}'
    quoted = f'f"{path}"' if "{" in path else f'"{path}"'
    ask = f'self._ask("{method.upper()}", {quoted}, {told}{send})'
    if "text/event-stream" in content:
        return "Iterator[str]", f"return self._lines({quoted}, {told})"
    if "application/json" in content:
        return _type(content["application/json"].get("schema", {})), f"return {ask}.json()"
    if content:
        return "bytes", f"return {ask}.content"
    return "None", ask
