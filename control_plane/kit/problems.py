"""The one renderer of errors: whatever goes wrong leaves as `application/problem+json` with a sentence and a stable code (RFC 9457)."""

import re
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, LitestarException, SerializationException
from litestar.types import Receive, Scope, Send
from msgspec import Struct
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from structlog import get_logger

from control_plane.domain.errors import CallwrightError, Conflict, Invalid, LimitReached, NotFound, Refused, Unavailable

log = get_logger(__name__)

PROBLEM_JSON = "application/problem+json"
# The first that fits counts: a used-up limit is a refusal of its own kind.
_STATUS = {NotFound: 404, Conflict: 409, LimitReached: 429, Refused: 409, Invalid: 400, Unavailable: 503}
_TITLES = {
    400: "Invalid request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    416: "Range not satisfiable",
    422: "Idempotency key reused",
    429: "Too many requests",
    500: "Internal error",
    503: "Unavailable",
}
_CODES = {
    400: "invalid",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    416: "range_not_satisfiable",
    422: "idempotency_mismatch",
    429: "rate_limited",
    500: "internal_error",
    503: "unavailable",
}
_DETAILS = {
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "The request body is larger than this address takes.",
    500: "Something went wrong on our side. The request changed nothing; the log has the details under the request id.",
}


_KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "uuid": "an id",
    "datetime": "a time like 2026-11-30T09:00:00Z",
}
_FORMS = (
    (re.compile(r"\^\((\w+(?:\|\w+)+)\)\$"), "must be one of {0}"),
    (re.compile(r"\^(?:-\?)?\[0-9\]\{1,\d+\}\(\\\.\[0-9\]\{1,\d\}\)\?\$"), "must be an amount like 12.50"),
    (re.compile(r"\^\[!-~\]\{1,(\d+)\}\$"), "must be letters, digits and signs without spaces, {0} at most"),
    (re.compile(r"\^\[a-z0-9\]\[a-z0-9_-\]\{0,\d+\}\$"), "must be small letters, digits, - and _, the first a letter or digit"),
    (re.compile(r"\^\[a-z\]\[a-z0-9_\]\{0,\d+\}\$"), "must be small letters, digits and _, the first a letter"),
)
"""Patterns of fields, by how they are written, as people say them; of any other the pattern itself is told."""


class FieldProblem(Struct):
    """One field that is wrong, and why."""

    field: str
    message: str


class Problem(Struct):
    """What every error answer looks like."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldProblem] = []
    reasons: list[str] = []
    """Why policy refused, one sentence each."""


def problem_of(error: Exception) -> tuple[Problem, dict[str, str]]:
    """The problem that `error` is to the caller, and headers that go with it."""
    if isinstance(error, CallwrightError):
        return _of_family(error)
    if _is_away(error):
        return _of_family(Unavailable("The database cannot be reached at the moment.", code="database_unavailable"))
    if isinstance(error, DBAPIError):
        return _of_family(_of_database(error)) if isinstance(error, IntegrityError | DataError) else (_problem(500), {})
    if isinstance(error, HTTPException):
        return _of_http(error), dict(error.headers or {})
    if isinstance(error, RecursionError):
        # Nothing of ours recurses but the decoder, as deep as the body does.
        return _problem(400, "The request body is nested too deeply."), {}
    return _problem(400, str(error)) if isinstance(error, msgspec.ValidationError) else _problem(500), {}


def render(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """Litestar's exception handler for everything."""
    problem, headers = problem_of(error)
    _use_public_names(request, problem)
    if problem.status >= 500 and problem.code == "internal_error":
        log.error("request_failed", error=type(error).__name__, exc_info=error)
    return Response(problem, status_code=problem.status, headers=headers, media_type=PROBLEM_JSON)


def _use_public_names(request: Request[Any, Any, Any], problem: Problem) -> None:
    """Litestar names a parameter as the handler does; the caller knows the name it has in the query (`state`, not `in_state`)."""
    handler = request.scope.get("route_handler")
    parameters: dict[str, Any] = {}
    if handler is not None and problem.errors:
        for signed in (*handler.resolve_dependencies().values(), handler):
            parameters |= signed.parsed_fn_signature.parameters
    for wrong in problem.errors:
        known = parameters.get(wrong.field)
        name = getattr(known and known.kwarg_definition, "name", None)
        if name:
            problem.detail = problem.detail.replace(f"{wrong.field} ", f"{name} ")
            wrong.field = name


async def respond(scope: Scope, receive: Receive, send: Send, error: Exception) -> None:
    """Answer with the problem, from within a middleware: what it raised would pass the middlewares around it by."""
    request = Request[Any, Any, Any](scope, receive, send)
    await render(request, error).to_asgi_response(None, request)(scope, receive, send)


def encoded(error: Exception) -> tuple[int, bytes]:
    """Status and body, for places below Litestar's responses."""
    problem, _ = problem_of(error)
    return problem.status, msgspec.json.encode(problem)


EXCEPTION_HANDLERS: dict[int | type[Exception], Any] = {
    HTTPException: render,
    LitestarException: render,
    CallwrightError: render,
    Exception: render,
}


def _problem(status: int, detail: str = "", code: str = "") -> Problem:
    return Problem(
        type="about:blank",
        title=_TITLES.get(status, "Error"),
        status=status,
        detail=detail or _DETAILS.get(status, _TITLES.get(status, "Error") + "."),
        code=code or _CODES.get(status, "error"),
    )


def _of_family(error: CallwrightError) -> tuple[Problem, dict[str, str]]:
    status = next(status for family, status in _STATUS.items() if isinstance(error, family))
    problem = _problem(status, error.detail, error.code)
    if isinstance(error, Invalid):
        problem.errors = [FieldProblem(e.field, e.message) for e in error.errors]
    if isinstance(error, Refused):
        problem.reasons = list(error.reasons)
    headers = {"Retry-After": str(int(error.retry_after.total_seconds()))} if isinstance(error, Unavailable) else {}
    return problem, headers


def _is_away(error: Exception) -> bool:
    """The database is gone, had no connection free, or let go of a transaction because this process stood still in it."""
    was_silent = isinstance(error, DBAPIError) and type(error.orig).__name__ == "IdleInTransactionSessionTimeout"
    return was_silent or isinstance(error, OperationalError | NoneFree)


def _of_database(error: DBAPIError) -> CallwrightError:
    """The constraints are the second line behind the services' own checks; what they stop must not look like our failure."""
    if isinstance(error, DataError):
        return Invalid("A value cannot be kept: it holds a character that no text may hold (NUL), or a number that is too large.")
    if type(error.orig).__name__ == "CheckViolation":
        return Invalid("The values contradict each other or a rule of the platform.")
    if type(error.orig).__name__ == "ForeignKeyViolation":
        return Conflict("Something else still refers to this, or it refers to something that is gone.", code="in_use")
    return Conflict("Something with this name or key exists already.", code="already_exists")


def _of_http(error: HTTPException) -> Problem:
    fields = _fields(error.extra)
    detail = error.detail
    if error.status_code in (404, 405, 413, 500):
        detail = _DETAILS[error.status_code]
    elif isinstance(error.__cause__, SerializationException):
        detail = f"The request body cannot be read: {error.detail.rstrip('.')}."
    elif fields:
        detail = " ".join(f"{f.field} {f.message}." for f in fields[:3])
    problem = _problem(error.status_code, detail)
    problem.errors = fields
    return problem


def _fields(extra: Any) -> list[FieldProblem]:
    """Litestar's account of validation: `[{message, key, source}]`."""
    if not isinstance(extra, list):
        return []
    return [_field(str(item.get("key", "")), str(item.get("message", ""))) for item in extra if isinstance(item, dict)]


def _field(key: str, message: str) -> FieldProblem:
    """msgspec's "Expected `str`, got `int` - at `$.name`" in words for people."""
    message = message.partition(" - at `$")[0].rstrip(".")
    if message in ("'data'", "Object missing required field `data`"):
        return FieldProblem("body", "is missing")
    key = "body" if key == "data" else key
    if (unknown := re.fullmatch(r"Object contains unknown field `(.+)`", message)) is not None:
        return FieldProblem(_below(key, unknown[1]), "is not a field that this takes")
    if (missing := re.fullmatch(r"Object missing required field `(.+)`", message)) is not None:
        return FieldProblem(_below(key, missing[1]), "is missing")
    if (wanted := re.fullmatch(r"Expected `str(?: \| null)?` matching regex '(.+)'", message)) is not None:
        return FieldProblem(key, _form(wanted[1].replace("\\\\", "\\")))
    if message.startswith("Expected "):
        message = "must be " + message.removeprefix("Expected ").replace(", got ", ", not ")
    return FieldProblem(key, re.sub(r"`(\w+)`", lambda kind: _KINDS.get(kind[1], kind[1]), message))


def _form(pattern: str) -> str:
    known = ((form.fullmatch(pattern), words) for form, words in _FORMS)
    said = (words.format(*(part.replace("|", ", ") for part in found.groups())) for found, words in known if found is not None)
    return next(said, f"must be text matching regex '{pattern}'")


def _below(key: str, name: str) -> str:
    return name if key in ("", "body") else f"{key}.{name}"
