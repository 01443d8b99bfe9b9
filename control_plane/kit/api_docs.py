"""`/openapi.json` and `/docs`: the description of the API, and a page of our own that shows it without fetching anything from elsewhere."""

from importlib.resources import files
from typing import Any

import msgspec
from litestar import Request, Router
from litestar.exceptions import NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from control_plane.kit.problems import PROBLEM_JSON, Problem

API_PREFIX = "/api/"
_PAGE = files("control_plane.kit").joinpath("api_docs.html").read_bytes()
_ALWAYS = {
    "400": "Something in the request is wrong; `errors` says which field.",
    "401": "No key, or one that opens nothing.",
    "403": "The key's role does not allow this.",
    "429": "Too often; `Retry-After` says in how many seconds again.",
    "503": "Telephony or another dependency is down.",
}
_WITH_ID = {"404": "It is not there, or not yours."}
_WRITING = {"404": _WITH_ID["404"], "409": "Its present state, or policy, does not allow this.", "413": "The body is too large."}
_CREATING = {"422": "The Idempotency-Key came before with another body."}


class DescriptionPlugin(JsonRenderPlugin):
    """The generated description, with the errors as they really look; Litestar describes its own."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        _, components = msgspec.json.schema_components([Problem], ref_template="#/components/schemas/{name}")
        openapi_schema["components"]["schemas"] |= components
        for path, operations in openapi_schema["paths"].items():
            if path.startswith(API_PREFIX):
                for method, operation in operations.items():
                    operation["responses"] |= {status: _problem(words) for status, words in _errors(path, method).items()}
        return self.render_json(request, openapi_schema)


class DocsPage(OpenAPIRenderPlugin):
    """The page reads /openapi.json in the browser."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return _PAGE


def openapi_config(title: str, version: str, opt: dict[str, Any]) -> OpenAPIConfig:
    """`opt` goes to the routes of description and page, to make them public."""
    bearer = SecurityScheme(type="http", scheme="bearer", description="An API key (`cw_…`) or a token from `POST /api/v1/auth/token`.")
    return OpenAPIConfig(
        title=title,
        version=version,
        description="Outbound AI phone calls on LiveKit: campaigns over lists, single calls, and what became of them.",
        components=Components(security_schemes={"bearer": bearer}),
        security=[{"bearer": []}],
        use_handler_docstrings=True,
        render_plugins=[DescriptionPlugin(), DocsPage(path="/docs")],
        openapi_router=Router("/", route_handlers=[], opt=opt, include_in_schema=False, before_request=_only_documents),
    )


async def _only_documents(request: Request[Any, Any, Any]) -> None:
    """Litestar answers whatever else lies beside the description, here every short address, with a page; it is to be a problem."""
    if request.path_params:
        raise NotFoundException


def _errors(path: str, method: str) -> dict[str, str]:
    errors = _ALWAYS | (_WITH_ID if "{" in path else {})
    if method != "get":
        errors |= _WRITING
    return errors | _CREATING if method == "post" else errors


def _problem(words: str) -> dict[str, Any]:
    return {"description": words, "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
