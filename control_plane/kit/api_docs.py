"""`/openapi.json` and `/docs`: the description of the API, and a page of our own that shows it without fetching anything from elsewhere."""

from importlib.resources import files
from typing import Any

import msgspec
from litestar import Litestar, Request, Router
from litestar.exceptions import NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from control_plane.kit.api_links import add_links
from control_plane.kit.api_samples import CSV, add_samples
from control_plane.kit.api_schemas import Description, describe_exactly, json_places, operations
from control_plane.kit.problems import PROBLEM_JSON, Problem

API_PREFIX = "/api/"
_PAGE = files("control_plane.kit").joinpath("api_docs.html").read_bytes()
_ALWAYS = {
    "400": "Something in the request is wrong; `errors` says which field.",
    "401": "No key, or one that opens nothing.",
    "403": "The key's role does not allow this.",
    "429": "Too often, and `Retry-After` says in how many seconds again; or a limit, credits or a budget are used up.",
    "503": "Telephony or another dependency is down.",
}
_WITH_ID = {"404": "It is not there, or not yours."}
_OPTIONAL = "/carriers/"
"""In the path of what a workspace has one of, or none."""
_WRITING = {"404": _WITH_ID["404"], "409": "Its present state, or policy, does not allow this.", "413": "The body is too large."}
_CREATING = {"422": "The Idempotency-Key came before with another body."}
_IN_PARTS = {"416": "The recording ends before the part that was asked for."}
_EVENT = {"type": "object", "properties": {name: {"type": "string"} for name in ("id", "event", "data")}, "required": ["data"]}
"""One of a stream; `data` is JSON."""
_RETRY_AFTER = {"Retry-After": {"description": "Seconds, where time helps.", "schema": {"type": "integer", "minimum": 0}}}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sent twice with the same body, the request is carried out once and answered alike; kept for a day at least.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}


class DescriptionPlugin(JsonRenderPlugin):
    """The generated description, with schemas, errors and examples as they really are; Litestar describes errors of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._rendered = b""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        if not self._rendered:
            complete(request.app, openapi_schema)
            self._rendered = self.render_json(request, openapi_schema)
        return self._rendered


class DocsPage(OpenAPIRenderPlugin):
    """The page reads /openapi.json in the browser."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return _PAGE


def openapi_config(title: str, version: str, opt: dict[str, Any]) -> OpenAPIConfig:
    """`opt` goes to the routes of description and page, to make them public."""
    bearer = SecurityScheme(type="http", scheme="bearer", description="An API key (`cw_…`) or a token from `POST /api/v1/auth/token`.")
    in_address = SecurityScheme(
        type="apiKey",
        name="access_token",
        security_scheme_in="query",
        description="A token from `POST /api/v1/auth/token` (never a key), for a client that sends no header.",
    )
    return OpenAPIConfig(
        title=title,
        version=version,
        description="Outbound AI phone calls on LiveKit: campaigns over lists, single calls, and what became of them.",
        components=Components(security_schemes={"bearer": bearer, "access_token": in_address}),
        security=[{"bearer": []}],
        use_handler_docstrings=True,
        render_plugins=[DescriptionPlugin(), DocsPage(path="/docs")],
        openapi_router=Router("/", route_handlers=[], opt=opt, include_in_schema=False, before_request=_only_documents),
    )


async def _only_documents(request: Request[Any, Any, Any]) -> None:
    """Litestar answers whatever else lies beside the description, here every short address, with a page; it is to be a problem."""
    if request.path_params:
        raise NotFoundException


def complete(app: Litestar, description: Description) -> None:
    """What Litestar says of itself made into what is true, in place."""
    _, components = msgspec.json.schema_components([Problem], ref_template="#/components/schemas/{name}")
    description["components"]["schemas"] |= components
    for path, method, handler, operation in operations(app, description):
        if handler.opt.get("public"):
            operation["security"] = []
        if handler.opt.get("token_in_query"):
            operation["security"] = [{"bearer": []}, {"access_token": []}]
        if path.startswith(API_PREFIX):
            errors = _errors(path, method, operation) | (_IN_PARTS if "206" in operation["responses"] else {})
            operation["responses"] |= {status: _problem(status, words) for status, words in errors.items()}
            if method == "post" and handler.opt.get("idempotent", True):
                operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    describe_exactly(app, description)
    made = [(path, str(handler.status_code)) for path, method, handler, _ in operations(app, description) if method == "post"]
    add_links(description, made)
    places = []
    for _, _, handler, operation in operations(app, description):
        sent = operation.get("requestBody", {}).get("content", {})
        places += [(place, place is sent.get("application/json")) for _, place in json_places(handler, operation)]
        for media_type, upload in (("text/csv", CSV), ("multipart/form-data", {"file": CSV})):
            if media_type in sent:
                sent[media_type].setdefault("example", upload)
        for answer in operation["responses"].values():
            if "text/event-stream" in answer.get("content", {}):
                answer["content"]["text/event-stream"]["schema"] = _EVENT
    add_samples(places, description["components"]["schemas"])


def _errors(path: str, method: str, operation: Description) -> dict[str, str]:
    """A filter may name what is not there, as a path may."""
    errors = _ALWAYS | (_WITH_ID if "{" in path or _OPTIONAL in path or operation.get("parameters") else {})
    if method != "get":
        errors |= _WRITING
    return errors | _CREATING if method == "post" else errors


def _problem(status: str, words: str) -> dict[str, Any]:
    problem = {"description": words, "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    return problem | ({"headers": _RETRY_AFTER} if status in ("429", "503") else {})
