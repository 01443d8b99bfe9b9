"""The workspace's own settings."""

import pytest

from tests.fixtures.api import Api


async def test_a_patch_changes_what_is_sent_and_nothing_else(api: Api) -> None:
    before = (await api.owner.get("/workspace")).json()
    answer = await api.owner.patch("/workspace", json={"time_zone": "America/Chicago", "limits": {"max_concurrent_calls": 7}})
    after = answer.json()
    assert answer.status_code == 200
    assert after["limits"] == {"max_concurrent_calls": 7}
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"time_zone", "limits", "updated_at"}
    assert (await api.viewer.get("/workspace")).json() == after


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        ({"time_zone": "Mars/Base"}, "time_zone", "There is no time zone called 'Mars/Base'; use a name like America/New_York."),
        ({"default_country": "XX"}, "default_country", "There is no country 'XX'; use two letters like US or GB."),
        ({"name": 5}, "name", "must be text, not a whole number"),
        ({"colour": "red"}, "colour", "is not a field that this takes"),
        ({"limits": {"max_concurrent_calls": -1}}, "limits.max_concurrent_calls", "must be a whole number >= 0"),
    ],
)
async def test_wrong_values_are_named_and_change_nothing(api: Api, body: dict, field: str, sentence: str) -> None:
    before = (await api.owner.get("/workspace")).json()
    answer = await api.owner.patch("/workspace", json=body)
    assert (answer.status_code, answer.json()["errors"]) == (400, [{"field": field, "message": sentence}])
    assert (await api.owner.get("/workspace")).json() == before


@pytest.mark.parametrize(
    ("method", "path", "least"),
    [
        ("GET", "/workspace", "viewer"),
        ("PATCH", "/workspace", "owner"),
        ("GET", "/workspace/rules", "viewer"),
        ("PUT", "/workspace/rules", "owner"),
        ("GET", "/rules", "viewer"),
        ("GET", "/rules/us-fl", "viewer"),
        ("GET", "/api-keys", "owner"),
        ("POST", "/api-keys", "owner"),
        ("DELETE", "/api-keys/01a1fd7b-e956-71dd-b74a-bb272d0d4ed4", "owner"),
        ("GET", "/audit", "manager"),
        ("GET", "/assistants", "viewer"),
        ("POST", "/assistants", "manager"),
        ("GET", "/assistants/01a1fd7b-e956-71dd-b74a-bb272d0d4ed4", "viewer"),
        ("PATCH", "/assistants/01a1fd7b-e956-71dd-b74a-bb272d0d4ed4", "manager"),
        ("DELETE", "/assistants/01a1fd7b-e956-71dd-b74a-bb272d0d4ed4", "manager"),
        ("POST", "/assistants/01a1fd7b-e956-71dd-b74a-bb272d0d4ed4/publish", "manager"),
        ("GET", "/assistants/01a1fd7b-e956-71dd-b74a-bb272d0d4ed4/versions", "viewer"),
        ("GET", "/trunks", "viewer"),
        ("POST", "/trunks", "manager"),
        ("GET", "/trunks/01a1fd7b-e956-71dd-b74a-bb272d0d4ed4", "viewer"),
        ("PATCH", "/trunks/01a1fd7b-e956-71dd-b74a-bb272d0d4ed4", "manager"),
        ("DELETE", "/trunks/01a1fd7b-e956-71dd-b74a-bb272d0d4ed4", "manager"),
        ("POST", "/trunks/01a1fd7b-e956-71dd-b74a-bb272d0d4ed4/sync", "manager"),
        ("GET", "/trunks/01a1fd7b-e956-71dd-b74a-bb272d0d4ed4/health", "viewer"),
        ("GET", "/numbers", "viewer"),
        ("POST", "/numbers", "manager"),
        ("GET", "/numbers/01a1fd7b-e956-71dd-b74a-bb272d0d4ed4", "viewer"),
        ("PATCH", "/numbers/01a1fd7b-e956-71dd-b74a-bb272d0d4ed4", "manager"),
        ("DELETE", "/numbers/01a1fd7b-e956-71dd-b74a-bb272d0d4ed4", "manager"),
        ("PUT", "/numbers/01a1fd7b-e956-71dd-b74a-bb272d0d4ed4/assistant", "manager"),
        ("DELETE", "/numbers/01a1fd7b-e956-71dd-b74a-bb272d0d4ed4/assistant", "manager"),
    ],
)
async def test_each_route_lets_in_its_role_and_those_above_and_nobody_else(api: Api, method: str, path: str, least: str) -> None:
    order = ("viewer", "manager", "owner")
    allowed = set(order[order.index(least) :])
    for role in ("agent", *order):
        answer = await api.clients[role].request(method, path)
        assert (answer.status_code != 403) == (role in allowed), role
        if answer.status_code == 403:
            assert answer.json()["detail"] == f"This needs a key with the role {least}; yours has the role {role}."
