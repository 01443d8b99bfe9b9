"""Requests that schemathesis makes up from /openapi.json: none may make the server fail, or be answered in a kind it did not announce.

Few examples per operation, the same on every run: this guards against failures that are easy to find.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import content_type_conformance

from tests.fixtures.api import Api
from tests.integration.api.belongings import belongings

SERVER = "http://api.test"
FEW = settings(
    max_examples=5, deadline=None, database=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
Send = Callable[[requests.PreparedRequest], Response]


async def test_no_request_that_the_description_allows_makes_the_server_fail(api: Api) -> None:
    mine = await belongings(api, api.owner)
    description = (await api.owner.get(f"{SERVER}/openapi.json")).json()
    loop = asyncio.get_running_loop()

    def send(request: requests.PreparedRequest) -> Response:
        return asyncio.run_coroutine_threadsafe(_deliver(api.owner, request), loop).result(30)

    found = await asyncio.to_thread(_failures, description, mine.ids, send)
    assert found == []


def _failures(description: dict[str, Any], ids: dict[str, str], send: Send) -> list[str]:
    """What goes wrong, one line each. Deletions come last, so that the others have something to work on."""
    every = [found.ok() for found in schemathesis.openapi.from_dict(description).get_all_operations()]
    # Health answers 503 when a dependency is down, as all are here.
    operations = [operation for operation in every if operation.path.startswith("/api/v1/")]
    assert len(operations) > 50
    found = []
    for operation in sorted(operations, key=lambda each: (each.method.upper() == "DELETE", each.path)):
        try:
            _try_out(operation, ids, send)
        except FailureGroup as failures:
            found += [f"{operation.method.upper()} {operation.path}: {failure}" for failure in failures.exceptions]
    return found


def _try_out(operation: Any, ids: dict[str, str], send: Send) -> None:
    @FEW
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        case.path_parameters = {name: ids.get(name, value) for name, value in (case.path_parameters or {}).items()}
        kwargs = case.as_transport_kwargs(base_url=SERVER)
        request = requests.Request(**{name: value for name, value in kwargs.items() if name in _REQUEST}).prepare()
        case.validate_response(send(request), checks=[not_a_server_error, content_type_conformance])

    ask()


_REQUEST = ("method", "url", "headers", "files", "data", "json", "params", "auth", "cookies")


async def _deliver(client: httpx.AsyncClient, request: requests.PreparedRequest) -> Response:
    headers = {name: value for name, value in request.headers.items() if name.lower() not in ("authorization", "content-length")}
    answer = await client.request(request.method or "", request.url or "", headers=headers, content=request.body or b"")
    return Response(
        status_code=answer.status_code,
        headers={name.lower(): [value] for name, value in answer.headers.items()},
        content=answer.content,
        request=request,
        elapsed=0.0,
        verify=False,
    )
