"""Every route of the API at once: what another workspace has is not there, and no role may do more than its own."""

import re
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from sqlalchemy import func, select, update

from control_plane.db.base import Base
from control_plane.db.models import ContactImport, Enrollment
from tests.fixtures.api import Api
from tests.integration.api.belongings import PHONE, Belongings, belongings

EXCHANGE = "/auth/token"
"""Open to every role: it exchanges a key for a token of the same role, and changes nothing."""


SHARED = {"pack"}
"""Parameters that name what belongs to nobody: rule packs come with the program."""
NEEDS_A_NUMBER = {"/suppressions/check", "/exports/person"}
NEEDS_AN_ACCOUNT = {"/carriers/twilio", "/carriers/twilio/status", "/carriers/twilio/numbers"}
"""At a carrier, which nobody has here (tests/integration/carriers)."""


def routes(app: Litestar) -> list[tuple[str, str]]:
    """Method and path of every operation below /api/v1, paths as in the description."""
    found = {
        (method, route.path_format.removeprefix("/api/v1"))
        for route in app.routes
        if isinstance(route, HTTPRoute) and route.path_format.startswith("/api/v1/")
        for handler in route.route_handlers
        for method in handler.http_methods - {"OPTIONS"}
    }
    return sorted(found)


def params_of(path: str) -> list[str]:
    """The parameters that name something of a workspace."""
    return [name for name in re.findall(r"{(\w+)}", path) if name not in SHARED]


async def ask(client: httpx.AsyncClient, method: str, path: str, has: Belongings) -> httpx.Response:
    """Carry out an operation with the ids and, where one is needed, the body of `has`."""
    if (method, path) == ("POST", "/contact-lists/{list_id}/imports"):
        return await client.post(has.path(path), content=b"phone\n+12025550103\n", headers={"Content-Type": "text/csv"})
    body = has.bodies.get((method, path), {} if method == "PATCH" else None)
    query = {"q": "gold"} if path == "/knowledge/{knowledge_id}/search" else None
    return await client.request(method, has.path(path), json=body, params=query)


async def contents(api: Api) -> dict[str, Any]:
    """Every row there is, except for when keys were last used."""
    async with api.sessions() as session:
        everything = {}
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.columns if column.name not in ("last_used_at", "updated_at")]
            everything[table.name] = sorted(repr(tuple(row)) for row in await session.execute(select(*columns)))
        return everything


async def test_whatever_another_workspace_has_is_not_there(api: Api) -> None:
    theirs = await belongings(api, api.stranger)
    before = await contents(api)
    operations = [(method, path) for method, path in routes(api.app) if params_of(path)]
    assert len(operations) > 40
    assert {name for _, path in operations for name in params_of(path)} == set(theirs.ids)
    for method, path in operations:
        answer = await ask(api.owner, method, path, theirs)
        assert (answer.status_code, answer.json()["status"]) == (404, 404), f"{method} {path}: {answer.text}"
        assert answer.headers["content-type"] == "application/problem+json"
    assert await contents(api) == before


async def test_what_is_not_mine_and_what_is_not_at_all_are_told_in_the_same_words(api: Api) -> None:
    theirs = await belongings(api, api.stranger)
    nobodys = Belongings(dict.fromkeys(theirs.ids, "01a1fd7b-e956-71dd-b74a-bb272d0d4ed4"), theirs.bodies)
    for method, path in routes(api.app):
        if params_of(path):
            foreign, absent = [await ask(api.owner, method, path, has) for has in (theirs, nobodys)]
            assert (foreign.status_code, foreign.json()) == (absent.status_code, absent.json()), f"{method} {path}"


async def test_what_belongs_to_another_workspace_cannot_be_referred_to(api: Api) -> None:
    mine, theirs = await belongings(api, api.owner), await belongings(api, api.stranger)
    my, their = mine.ids, theirs.ids
    before = await contents(api)
    person = {"name": "Bea", "phones": [{"e164": "+12025550104"}]}
    campaign = {"name": "D", "assistant_id": my["assistant_id"], "contact_list_ids": [my["list_id"]], "number_ids": [my["number_id"]]}
    single = {"assistant_id": my["assistant_id"], "to": PHONE}
    visit = {"assistant_id": my["assistant_id"], "contact_id": my["contact_id"], "starts_at": "2026-12-24T14:30:00Z"}
    hours = {"name": "Tours", "weekly": [{"days": ["mon"], "start": "09:00", "end": "10:00"}]}
    desk = {"name": "Second desk", "e164": "+12025550151"}
    booking = {"calendar_id": my["calendar_id"], "starts_at": "2026-11-24T15:00:00Z"}
    requests = [
        ("POST", "/contacts", person | {"contact_list_ids": [their["list_id"]]}),
        ("POST", f"/contact-lists/{my['list_id']}/contacts", {"contact_ids": [their["contact_id"]]}),
        ("POST", "/numbers", {"e164": "+12025550198", "trunk_id": their["trunk_id"]}),
        ("PUT", f"/numbers/{my['number_id']}/assistant", {"assistant_id": their["assistant_id"]}),
        ("PUT", f"/numbers/{my['number_id']}/routing", {"menu": {"prompt": "Press 1.", "keys": {"1": their["assistant_id"]}}}),
        ("POST", "/campaigns", campaign | {"assistant_id": their["assistant_id"]}),
        ("POST", "/campaigns", campaign | {"contact_list_ids": [their["list_id"]]}),
        ("POST", "/campaigns", campaign | {"number_ids": [their["number_id"]]}),
        ("PATCH", f"/campaigns/{my['campaign_id']}", {"assistant_id": their["assistant_id"]}),
        ("PATCH", f"/campaigns/{my['campaign_id']}", {"number_ids": [their["number_id"]]}),
        ("PATCH", f"/campaigns/{my['campaign_id']}", {"contact_list_ids": [their["list_id"]]}),
        ("POST", f"/campaigns/{my['campaign_id']}/contacts", {"contact_ids": [their["contact_id"]]}),
        ("POST", "/suppressions", {"e164": PHONE, "scope": "campaign", "campaign_id": their["campaign_id"]}),
        ("POST", "/legal-holds", {"reason": "Case 7", "contact_id": their["contact_id"]}),
        ("POST", "/legal-holds", {"reason": "Case 7", "call_id": their["call_id"]}),
        ("POST", "/appointments", visit | {"assistant_id": their["assistant_id"]}),
        ("POST", "/appointments", visit | {"contact_id": their["contact_id"]}),
        ("PATCH", f"/appointments/{my['appointment_id']}", {"assistant_id": their["assistant_id"]}),
        ("POST", "/operators", desk | {"assistant_ids": [their["assistant_id"]]}),
        ("PATCH", f"/operators/{my['operator_id']}", {"assistant_ids": [their["assistant_id"]]}),
        ("PATCH", f"/assistants/{my['assistant_id']}", {"calendar_ids": [their["calendar_id"]]}),
        ("POST", "/calendars", hours | {"assistant_id": their["assistant_id"]}),
        ("PATCH", f"/calendars/{my['calendar_id']}", {"assistant_id": their["assistant_id"]}),
        ("POST", "/bookings", booking | {"calendar_id": their["calendar_id"]}),
        ("POST", "/bookings", booking | {"contact_id": their["contact_id"]}),
        ("POST", "/calls", single | {"assistant_id": their["assistant_id"]}),
        ("POST", "/calls", single | {"from_number_id": their["number_id"]}),
        ("POST", "/calls", single | {"contact_id": their["contact_id"]}),
        ("POST", "/calls", single | {"campaign_id": their["campaign_id"]}),
        ("PUT", "/number-lookups/settings", {"campaign_ids": [their["campaign_id"]]}),
    ]
    for body in ({"knowledge_ids": [their["knowledge_id"]]}, {"knowledge_ids": [my["knowledge_id"], their["knowledge_id"]]}):
        requests.append(("PATCH", f"/assistants/{my['assistant_id']}", body))
    for method, path, body in requests:
        answer = await api.owner.request(method, path, json=body)
        assert answer.status_code == 404, f"{method} {path} {body}: {answer.text}"
    assert await contents(api) == before


async def test_lists_show_nothing_of_another_workspace(api: Api) -> None:
    theirs = await belongings(api, api.stranger)
    for method, path in routes(api.app):
        if method == "GET" and "{" not in path and path not in NEEDS_A_NUMBER | NEEDS_AN_ACCOUNT:
            answer = await api.owner.get(path)
            assert answer.status_code == 200, f"{path}: {answer.text}"
            assert [name for name, each in theirs.ids.items() if each in answer.text] == [], path


async def test_a_viewer_changes_nothing(api: Api) -> None:
    mine = await belongings(api, api.owner)
    before = await contents(api)
    for method, path in routes(api.app):
        if method != "GET" and path != EXCHANGE:
            answer = await ask(api.viewer, method, path, mine)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), f"{method} {path}"
    assert await contents(api) == before


async def test_a_viewer_sees_all_but_keys_secrets_and_the_audit_trail(api: Api) -> None:
    mine = await belongings(api, api.owner)
    async with api.sessions.begin() as session:
        # Whoever listens to an import that runs hears of it until it ends.
        await session.execute(update(ContactImport).values(state="completed"))
    statuses = {path: (await ask(api.viewer, "GET", path, mine)).status_code for method, path in routes(api.app) if method == "GET"}
    hidden = {"/api-keys", "/audit", "/secrets", "/secrets/{secret_id}", "/tools", "/tools/{tool_id}"}
    assert {path for path, status in statuses.items() if status == 403} <= hidden
    assert {path for path, status in statuses.items() if status >= 500} == set()


async def test_a_manager_leaves_workspace_and_keys_alone(api: Api) -> None:
    mine = await belongings(api, api.owner)
    refused = {
        (method, path)
        for method, path in routes(api.app)
        if path.startswith(("/workspace", "/api-keys")) and method != "GET"
        if (await ask(api.manager, method, path, mine)).status_code == 403
    }
    switches = {("POST", "/workspace/halt"), ("POST", "/workspace/resume"), ("PUT", "/workspace/rules")}
    assert refused == {("PATCH", "/workspace"), ("POST", "/api-keys"), ("DELETE", "/api-keys/{key_id}")} | switches


async def test_an_agent_workers_key_opens_nothing_of_the_api(api: Api) -> None:
    mine = await belongings(api, api.owner)
    for method, path in routes(api.app):
        if path != EXCHANGE:
            answer = await ask(api.agent, method, path, mine)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), f"{method} {path}"


@pytest.mark.parametrize("key", ["", "cw_nobodys", "eyJhbGciOiJIUzI1NiJ9.e30.x", "x"])
async def test_without_a_key_that_is_known_nothing_opens(api: Api, key: str) -> None:
    mine = await belongings(api, api.owner)
    async with api.client(key) as client:
        for method, path in routes(api.app):
            answer = await ask(client, method, path, mine)
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), f"{method} {path}"
            assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_what_needs_no_key_says_nothing_of_any_workspace(api: Api) -> None:
    mine = await belongings(api, api.owner)
    async with api.client("", "") as client:
        for path in ("/health/live", "/health/ready", "/metrics", "/docs", "/openapi.json"):
            text = (await client.get(path)).text
            assert [each for each in (*mine.ids.values(), PHONE, "Acme") if each in text and path != "/openapi.json"] == [], path


async def test_the_tables_of_this_test_hold_rows(api: Api) -> None:
    """The comparison of contents would be empty talk otherwise."""
    await belongings(api, api.owner)
    async with api.sessions() as session:
        assert (await session.scalar(select(func.count()).select_from(Enrollment)) or 0) == 1
