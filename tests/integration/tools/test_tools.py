"""Tools by configuration: described, checked, tried out, and kept while somebody uses them."""

from typing import Any

import pytest
from sqlalchemy import select

from control_plane.db.models import AuditEntry
from tests.integration.calls.conftest import ASSISTANT, Stage
from tests.integration.tools.conftest import Endpoint

ORDERS = {
    "name": "look_up_order",
    "description": "Looks up an order by its number.",
    "parameters": {
        "type": "object",
        "properties": {"order_id": {"type": "string", "maxLength": 20}, "details": {"type": "boolean"}},
        "required": ["order_id"],
    },
    "url": "https://shop.example.com/orders",
}


async def refused(stage: Stage, **fields: Any) -> list[str]:
    """The fields that a tool is refused for."""
    answer = await stage.api.manager.post("/tools", json=ORDERS | fields)
    assert answer.status_code == 400, answer.text
    return [error["field"] for error in answer.json()["errors"]]


async def test_a_tool_is_described_changed_and_deleted(stage: Stage) -> None:
    made = await stage.post("/tools", ORDERS)
    assert {name: made[name] for name in ORDERS} == ORDERS
    assert (made["method"], made["timeout_s"], made["idempotent"], made["used_by"]) == ("POST", 8.0, False, [])
    path = f"/tools/{made['id']}"
    changed = await stage.api.manager.patch(path, json={"method": "GET", "idempotent": True, "headers": {"X-Key": "k-of-somebody"}})
    assert (changed.json()["method"], changed.json()["idempotent"]) == ("GET", True)
    assert (await stage.api.manager.get("/tools")).json()["items"] == [(await stage.api.manager.get(path)).json()]
    assert (await stage.api.manager.delete(path)).status_code == 204
    async with stage.api.sessions() as session:
        entries = (await session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "tool").order_by(AuditEntry.id))).all()
    assert [entry.action for entry in entries] == ["tool.created", "tool.changed", "tool.deleted"]
    assert "k-of-somebody" not in str([(entry.before, entry.after) for entry in entries])


async def test_names_are_taken_once_and_those_of_built_in_tools_never(stage: Stage) -> None:
    await stage.post("/tools", ORDERS)
    for name in ("look_up_order", "end_call", "opt_out"):
        assert (await stage.post("/tools", ORDERS | {"name": name}, 409))["code"] == "tool_exists"


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example.com/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/",
        "https://u:p@shop.example.com/",
        "https://shop.example.com/../admin",
        "https://shop.example.com/a/%2E%2e/admin",
        "https://shop.example.com/a/..%5cadmin",
        "https://{order_id}.example.com/",
        "https://shop.example.com/o?id={order_id}",
        "https://shop.example.com/{nobody}",
    ],
)
async def test_an_address_that_must_not_be_called_is_refused(stage: Stage, url: str) -> None:
    assert await refused(stage, url=url) == ["url"]


@pytest.mark.parametrize(
    "parameters",
    [
        {"type": "string"},
        {"type": "object", "properties": {"a": {"$ref": "https://elsewhere.example.com/schema"}}},
        {"type": "object", "patternProperties": {"(a+)+$": {}}},
        {"type": "object", "properties": {"a": {"type": "nonsense"}}},
        {"type": "object", "properties": {"a": {"description": "x" * 10_000}}},
    ],
)
async def test_a_schema_that_refers_elsewhere_or_is_none_is_refused(stage: Stage, parameters: Any) -> None:
    assert await refused(stage, parameters=parameters) == ["parameters"]


async def test_headers_of_the_exchange_are_ours(stage: Stage) -> None:
    assert await refused(stage, headers={"Host": "intern", "X-A": "1", "x-a": "2"}) == ["headers.Host", "headers"]
    assert (await stage.api.manager.post("/tools", json=ORDERS | {"headers": {"X-A": "a\r\nb"}})).status_code == 400


async def test_a_secret_is_sent_to_its_own_endpoint_only_and_stays_while_a_tool_uses_it(stage: Stage) -> None:
    headers = {"Authorization": "Bearer {{secret:shop}}"}
    assert await refused(stage, headers=headers) == ["headers"]
    secret = {"name": "shop", "value": "sk-1"}
    made = (await stage.api.owner.post("/secrets", json=secret)).json()
    assert await refused(stage, headers=headers) == ["headers"]  # it was given for the installation's models
    for base in ("https://other.example.com/", "https://shop.example.com/ord", "https://shop.example.com:444/orders"):
        await stage.api.owner.patch(f"/secrets/{made['id']}", json={"value": "v", "base_url": base})
        assert await refused(stage, headers=headers) == ["headers"]
    await stage.api.owner.patch(f"/secrets/{made['id']}", json={"value": "v", "base_url": "https://shop.example.com/orders"})
    tool = await stage.post("/tools", ORDERS | {"headers": headers})
    elsewhere = await stage.api.manager.patch(f"/tools/{tool['id']}", json={"url": "https://thief.example.com/"})
    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["field"]) == (400, "headers")
    kept = await stage.api.owner.delete(f"/secrets/{made['id']}")
    assert (kept.status_code, kept.json()["code"]) == (409, "secret_in_use")
    assert (await stage.api.owner.get(f"/secrets/{made['id']}")).json()["used_by"] == ["look_up_order"]


async def test_an_assistant_names_only_tools_that_there_are_and_keeps_them(stage: Stage) -> None:
    wanted = ASSISTANT | {"name": "Bea", "tools": ["end_call", "look_up_order"]}
    assert (await stage.post("/assistants", wanted, 400))["errors"] == [
        {"field": "tools[1]", "message": "There is no tool called 'look_up_order'."}
    ]
    tool = await stage.post("/tools", ORDERS)
    assistant = await stage.post("/assistants", wanted)
    assert assistant["tools"] == ["end_call", "look_up_order"]
    assert (await stage.api.manager.get(f"/tools/{tool['id']}")).json()["used_by"] == ["Bea"]
    await stage.api.manager.patch(f"/assistants/{assistant['id']}", json={"tools": ["end_call"]})
    refused = await stage.api.manager.delete(f"/tools/{tool['id']}")  # the published version still has it
    assert (refused.status_code, refused.json()["code"]) == (409, "tool_in_use")
    await stage.post(f"/assistants/{assistant['id']}/publish")
    assert (await stage.api.manager.delete(f"/tools/{tool['id']}")).status_code == 204


async def test_a_tool_is_tried_out_as_a_call_would_use_it(stage: Stage, endpoint: Endpoint) -> None:
    secret = {"name": "shop", "value": "sk-of-the-shop", "base_url": endpoint.url}
    assert (await stage.api.owner.post("/secrets", json=secret)).status_code == 201
    more = {"url": f"{endpoint.url}/o/{{order_id}}", "sends": {"customer": "contact_id"}, "headers": {"X-Key": "k {{secret:shop}}"}}
    tool = await stage.post("/tools", ORDERS | more)
    body = {"arguments": {"order_id": "A/.17", "details": True, "customer": "somebody else"}, "sends": {"customer": "c-1"}}
    refused = (await stage.api.manager.post(f"/tools/{tool['id']}/test", json=body)).json()
    assert (refused["is_done"], "customer" in refused["why"], endpoint.requests) == (False, True, [])
    del body["arguments"]["customer"]
    done = (await stage.api.manager.post(f"/tools/{tool['id']}/test", json=body)).json()
    assert (done["is_done"], done["status"], done["data"]) == (True, 200, '{"state":"sent"}')
    (request,) = endpoint.requests
    assert (request.method, request.target) == ("POST", "/o/A%2F.17")
    assert request.body == {"details": True, "customer": "c-1"}
    assert request.headers["x-key"] == "k sk-of-the-shop"


@pytest.mark.parametrize(("idempotent", "attempts"), [(True, 2), (False, 1)])
async def test_only_what_may_be_done_twice_is_asked_again(stage: Stage, endpoint: Endpoint, idempotent: bool, attempts: int) -> None:
    endpoint.answer = lambda _: (200, "fine") if len(endpoint.requests) > 1 else (503, "")
    more = {"url": endpoint.url, "method": "GET", "idempotent": idempotent, "timeout_s": 20}
    tool = await stage.post("/tools", ORDERS | more)
    tried = (await stage.api.manager.post(f"/tools/{tool['id']}/test", json={"arguments": {"order_id": "é&=1"}})).json()
    assert (tried["attempts"], len(endpoint.requests), tried["is_done"]) == (attempts, attempts, idempotent)
    assert {request.target for request in endpoint.requests} == {"/?order_id=%C3%A9%26%3D1"}
    assert len({request.headers["idempotency-key"] for request in endpoint.requests}) == 1


async def test_what_is_too_long_too_late_or_elsewhere_is_told_in_a_sentence(stage: Stage, endpoint: Endpoint) -> None:
    tool = await stage.post("/tools", ORDERS | {"url": endpoint.url, "timeout_s": 0.5})

    async def why() -> str:
        answer = await stage.api.manager.post(f"/tools/{tool['id']}/test", json={"arguments": {"order_id": "1"}})
        assert (answer.status_code, answer.json()["is_done"]) == (200, False)
        return answer.json()["why"]

    endpoint.answer = lambda _: None
    assert await why() == "No answer within 0.5 s."
    await stage.api.manager.patch(f"/tools/{tool['id']}", json={"timeout_s": 20})
    endpoint.answer = lambda _: (200, "x" * 70_000)
    assert "longer than" in await why()
    endpoint.answer = lambda _: (302, "")
    assert await why() == "The endpoint answered 302."
    endpoint.answer = lambda _: (200, "y" * 5_000)
    answer = (await stage.api.manager.post(f"/tools/{tool['id']}/test", json={"arguments": {"order_id": "1"}})).json()
    assert len(answer["data"]) < 4_100
