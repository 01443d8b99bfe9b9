"""Every route, asked with every role, against the table in `roles`."""

import re

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from tests.fixtures.api import Api
from tests.integration.api.roles import LEAST_ROLE

ABSENT = "01a1fd7b-e956-71dd-b74a-bb272d0d4ed4"
MAY = {
    "viewer": {"viewer", "manager", "owner"},
    "manager": {"manager", "owner"},
    "owner": {"owner"},
    "agent": {"agent"},
    "any": {"viewer", "manager", "owner", "agent"},
}


def operations(app: Litestar) -> set[str]:
    """`METHOD /path` of all that asks for a key, paths below /api/v1 without it."""
    return {
        f"{method} {route.path_format.removeprefix('/api/v1')}"
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if not handler.opt.get("public")
        for method in handler.http_methods - {"OPTIONS"}
    }


async def test_the_table_names_every_route_that_asks_for_a_key_and_no_other(api: Api) -> None:
    assert operations(api.app) ^ LEAST_ROLE.keys() == set(), "write the new route's least role into tests/integration/api/roles.py"


@pytest.mark.parametrize("role", ["viewer", "manager", "owner", "agent", "none"])
async def test_each_route_lets_in_its_role_and_those_above_and_nobody_else(api: Api, role: str) -> None:
    key = "" if role == "none" else f"cw_{role}"
    wrong = []
    async with api.client(key, "") as client:
        for operation, least in LEAST_ROLE.items():
            method, path = operation.split()
            path = re.sub(r"{\w+}", ABSENT, path if path.startswith("/internal") else f"/api/v1{path}")
            # A body of the wrong kind: whoever is let in changes nothing.
            answer = await client.request(method, path, content=b"[]", headers={"Content-Type": "application/json"})
            expected = {401} if role == "none" else {403}
            if (answer.status_code in expected) == (role in MAY[least]) or answer.status_code >= 500:
                wrong.append(f"{operation}: {answer.status_code}")
            if answer.status_code == 403:
                assert answer.json()["detail"].endswith(f"; yours has the role {role}.")
    assert wrong == []
