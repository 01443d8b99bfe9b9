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
