"""Tools of MCP servers: chosen from what one offers, pinned as it describes them, used in calls, refused when it describes them otherwise.

The server is a real one, of the official package; what no good server answers comes from an endpoint that answers anything.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from control_plane.db.models import AuditEntry
from control_plane.tools import mcp
from control_plane.tools.mcp import CHANGED
from control_plane.tools.tasks import look_at_tools
from sip_config.codec import decode
from sip_config.contract import CONTRACT_VERSION, CallOrder
from sip_config.versions import VERSION_HEADER
from tests.integration.calls.conftest import ASSISTANT, Stage, checked
from tests.integration.tools.conftest import Endpoint, Request
from tests.integration.tools.mcp_shop import McpShop, mcp_shop
from tests.integration.tools.test_in_calls import ledger, used

ORDERS = {"name": "look_up_order", "kind": "mcp", "mcp_tool": "get_order", "description": "Looks up an order.", "timeout_s": 20}


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine takes its time."""
    monkeypatch.setattr(mcp, "LOOKS_WITHIN_S", 60.0)


@pytest.fixture(params=["streams and sessions", "json without sessions"])
async def shop(request: pytest.FixtureRequest, endpoint: Endpoint) -> AsyncIterator[McpShop]:
    """Depends on the endpoint for the guard that knows the host shop.test."""
    async with mcp_shop(json_response=request.param == "json without sessions") as made:
        yield made


@pytest.fixture
async def streaming(endpoint: Endpoint) -> AsyncIterator[McpShop]:
    async with mcp_shop() as made:
        yield made


async def pinned(stage: Stage, url: str, **fields: Any) -> Any:
    tool = await stage.post("/tools", ORDERS | {"url": url} | fields)
    return await stage.post(f"/tools/{tool['id']}/pin", None, 200)


async def tried(stage: Stage, tool: Any, arguments: Any, **sends: str) -> Any:
    return await stage.post(f"/tools/{tool['id']}/test", {"arguments": arguments, "sends": sends}, 200)


async def test_a_server_says_what_it_offers_and_what_of_it_can_be_used(stage: Stage, shop: McpShop) -> None:
    found = await stage.post("/tools/offered", {"url": shop.url}, 200)
    assert (found["server"].partition(" ")[0], found["why"]) == ("shop", "")
    order, place, tree = found["tools"]
    assert (order["mcp_tool"], order["description"], order["why"]) == ("get_order", "Where an order is.", "")
    assert order["annotations"] == {"readOnlyHint": True}
    assert order["parameters"]["required"] == ["order_id"]
    # A reference within the schema is written out.
    assert place["parameters"]["properties"]["lines"]["items"]["properties"]["count"]["type"] == "integer"
    assert (tree["parameters"], tree["why"]) == ({}, "Its JSON Schema is nested too deeply, or is none.")
    if shop.asked[-1][0] == "DELETE":
        assert [method for method, _ in shop.asked] == ["POST"] * 3 + ["DELETE"]


async def test_a_tool_is_pinned_and_used_as_a_call_would(stage: Stage, shop: McpShop) -> None:
    secret = {"name": "shop", "value": "sk-of-the-shop", "base_url": shop.url}
    checked(await stage.api.owner.post("/secrets", json=secret), 201)
    more = {"sends": {"customer": "contact_id"}, "headers": {"Authorization": "Bearer {{secret:shop}}"}}
    made = await stage.post("/tools", ORDERS | {"url": shop.url} | more)
    assert (made["pinned_at"], made["parameters"]["properties"]) == (None, {})
    assert (await tried(stage, made, {}))["why"] == "It has not been pinned yet."
    assert shop.asked == []
    tool = await stage.post(f"/tools/{made['id']}/pin", None, 200)
    assert (tool["drift"], sorted(tool["parameters"]["properties"])) == ("", ["customer", "order_id"])
    refused = await tried(stage, tool, {"order_id": "A-17", "customer": "somebody else"})
    assert (refused["is_done"], "customer" in refused["why"], shop.done) == (False, True, [])
    done = await tried(stage, tool, {"order_id": "A-17"}, customer="c-1")
    assert (done["is_done"], done["status"], done["data"]) == (True, 200, "Order A-17 of c-1 was sent.")
    assert shop.done == [("get_order", {"order_id": "A-17", "customer": "c-1"})]
    assert {headers["authorization"] for _, headers in shop.asked} == {"Bearer sk-of-the-shop"}
    async with stage.api.sessions() as session:
        entries = (await session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "tool").order_by(AuditEntry.id))).all()
    assert [entry.action for entry in entries] == ["tool.created", "tool.tested", "tool.pinned", "tool.tested", "tool.tested"]
    assert "sk-of-the-shop" not in str([(entry.before, entry.after) for entry in entries])


async def test_an_agent_uses_it_by_the_models_arguments_and_the_calls_own_ids(stage: Stage, streaming: McpShop) -> None:
    await pinned(stage, streaming.url, sends={"customer": "metadata.customer"})
    tools = {"tools": ["end_call", "look_up_order"]}
    checked(await stage.api.manager.patch(f"/assistants/{stage.assistant_id}", json=tools), 200)
    await stage.post(f"/assistants/{stage.assistant_id}/publish")
    call, agent = await stage.in_progress(metadata={"customer": "c-7"})
    answer = await agent.client.get("/order", headers={VERSION_HEADER: str(CONTRACT_VERSION)})
    (told,) = decode(CallOrder, answer.content).configured_tools
    assert (told.description, list(json.loads(told.parameters)["properties"])) == (ORDERS["description"], ["order_id"])
    assert "shop.test" not in answer.text
    assert (await used(agent, {"order_id": "1", "customer": "c-8"}, "0"))["is_done"] is False
    found = await used(agent, {"order_id": "1"})
    assert found == {"is_done": True, "data": "Order 1 of c-7 was sent.", "why": "", "may_be_done": False}
    kept = [(event.kind, event.data.get("is_done")) for event in await ledger(stage, call)]
    assert kept == [("tool_used", None), ("tool_answered", True)]
    streaming.describe_otherwise()
    refused = await used(agent, {"order_id": "1"}, "2")
    assert (refused["is_done"], refused["may_be_done"], len(streaming.done)) == (False, False, 1)
    assert "otherwise than when it was pinned" in refused["why"]
    (tool,) = (await stage.api.manager.get("/tools")).json()["items"]
    assert tool["drift"] == refused["why"]


async def test_a_server_that_changes_its_mind_is_refused_until_somebody_has_looked(stage: Stage, streaming: McpShop) -> None:
    tool = await pinned(stage, streaming.url)
    streaming.describe_otherwise()
    assert "otherwise" in (await tried(stage, tool, {"order_id": "1"}))["why"]
    assert streaming.done == []
    named = ASSISTANT | {"name": "Bea", "tools": ["look_up_order"]}
    (error,) = (await stage.post("/assistants", named, 400))["errors"]
    assert (error["field"], "otherwise" in error["message"]) == ("tools[0]", True)
    streaming.describe()
    assert (await tried(stage, tool, {"order_id": "1"}))["is_done"]
    assert (await stage.api.manager.get(f"/tools/{tool['id']}")).json()["drift"] == ""
    streaming.describe_otherwise()
    anew = await stage.post(f"/tools/{tool['id']}/pin", None, 200)
    assert anew["parameters"]["required"] == ["order_id", "card_number"]
    assert (await tried(stage, tool, {"order_id": "1", "card_number": "2"}))["data"] == "Thank you."
    await stage.post("/assistants", named)
    streaming.server.remove_tool("get_order")
    assert "does not offer it any more" in (await tried(stage, tool, {"order_id": "1", "card_number": "2"}))["why"]
    gone = await stage.post(f"/tools/{tool['id']}/pin", None, 409)
    assert (gone["code"], "'place_order'" in gone["detail"]) == ("tool_not_pinned", True)


async def test_a_server_is_looked_at_after_an_assistant_was_published(stage: Stage, streaming: McpShop) -> None:
    tool = await pinned(stage, streaming.url)
    api = stage.api
    assistant = await stage.post("/assistants", ASSISTANT | {"name": "Bea", "tools": ["look_up_order"]})
    assert ("look_at_tools", assistant["id"]) in [(nudge.task, nudge.subject) for nudge in api.queue.sent]
    context = {"queue": api.queue, "clock": api.clock, "sessions": api.sessions, "outbound": api.app.state.outbound}
    for describe, drift in ((streaming.describe_otherwise, CHANGED), (streaming.describe, "")):
        describe()
        await look_at_tools(context | {"secret_box": api.app.state.secret_box}, assistant["id"])
        assert (await api.manager.get(f"/tools/{tool['id']}")).json()["drift"] == drift
    assert streaming.done == []


async def test_no_assistant_has_a_tool_that_nobody_has_pinned(stage: Stage) -> None:
    await stage.post("/tools", ORDERS | {"url": "https://shop.example.com/mcp"})
    refused = await stage.post("/assistants", ASSISTANT | {"name": "Bea", "tools": ["look_up_order"]}, 400)
    assert refused["errors"] == [{"field": "tools[0]", "message": "The tool 'look_up_order' is not ready. It has not been pinned yet."}]
    checked(await stage.api.manager.patch(f"/assistants/{stage.assistant_id}", json={"tools": ["look_up_order"]}), 200)
    await stage.post(f"/assistants/{stage.assistant_id}/publish", None, 400)


WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"mcp_tool": None}, ["mcp_tool"]),
    ({"kind": "https"}, ["mcp_tool"]),
    ({"parameters": {"type": "object"}}, ["parameters"]),
    ({"method": "GET"}, ["method"]),
    ({"url": "https://shop.example.com/{order_id}", "sends": {"order_id": "call_id"}}, ["url"]),
    ({"url": "https://169.254.169.254/mcp"}, ["url"]),
    ({"headers": {"Mcp-Session-Id": "theirs", "Accept": "text/html"}}, ["headers.Mcp-Session-Id", "headers.Accept"]),
    ({"headers": {"X-Key": "{{secret:nobody}}"}}, ["headers"]),
]


async def test_what_does_not_go_with_a_server_is_refused(stage: Stage) -> None:
    for fields, wrong in WRONG:
        answer = await stage.post("/tools", ORDERS | {"url": "https://shop.example.com/mcp"} | fields, 400)
        assert [error["field"] for error in answer["errors"]] == wrong


async def test_what_the_call_contributes_must_be_an_argument_of_the_servers(stage: Stage, streaming: McpShop) -> None:
    made = await stage.post("/tools", ORDERS | {"url": streaming.url, "sends": {"shoe_size": "metadata.size"}})
    refused = await stage.post(f"/tools/{made['id']}/pin", None, 409)
    assert refused["detail"].endswith("The server's tool takes no argument 'shoe_size'.")
    checked(await stage.api.manager.patch(f"/tools/{made['id']}", json={"sends": {}}), 200)
    await stage.post(f"/tools/{made['id']}/pin", None, 200)
    late = await stage.api.manager.patch(f"/tools/{made['id']}", json={"sends": {"hat": "to"}, "parameters": {"type": "object"}})
    assert [error["field"] for error in late.json()["errors"]] == ["parameters", "sends"]
    https = await stage.post("/tools", {"name": "plain", "description": "Plain.", "url": "https://shop.example.com/"})
    assert (await stage.post(f"/tools/{https['id']}/pin", None, 409))["code"] == "tool_not_mcp"


async def test_an_error_of_the_tool_is_a_sentence_and_nothing_is_done_twice_unless_both_say_so(stage: Stage, streaming: McpShop) -> None:
    place = {"name": "place", "mcp_tool": "place_order", "sends": {"customer": "contact_id"}, "idempotent": True}
    tool = await pinned(stage, streaming.url, **place)
    ten = await tried(stage, tool, {"lines": [{"article": "hat", "count": 10}]}, customer="c-1")
    assert (ten["is_done"], ten["attempts"]) == (False, 1)
    assert "At most nine of an article are sold." in ten["why"]
    streaming.away = 1
    once = await tried(stage, tool, {"lines": [{"article": "hat"}]}, customer="c-1")
    assert (once["attempts"], once["status"], once["why"]) == (1, 503, "The server answered 503.")
    for idempotent, attempts in ((False, 1), (True, 2)):
        reading = await pinned(stage, streaming.url, name=f"read_{attempts}", idempotent=idempotent)
        streaming.away = 1
        again = await tried(stage, reading, {"order_id": "1"})
        assert (again["attempts"], again["is_done"]) == (attempts, idempotent)


def of_the_protocol(request: Request, called: str) -> str:
    """A server's answers until a tool is called, as JSON."""
    message = request.body
    answers = {
        "initialize": {"protocolVersion": "2025-03-26", "capabilities": {}, "serverInfo": {"name": "x", "version": "1"}},
        "tools/list": {"tools": [{"name": "get_order", "inputSchema": {"type": "object"}}]},
    }
    if message["method"] == "tools/call":
        return called
    return json.dumps({"jsonrpc": "2.0", "id": message.get("id"), "result": answers.get(message["method"], {})})


CALLED = [
    ("x" * 70_000, "The answer is longer than 65536 bytes."),
    ("nonsense", "What the server answered is not of the Model Context Protocol."),
    ('{"id": 99, "result": {}}', "What the server answered is not of the Model Context Protocol."),
    ("[" * 50_000, "What the server answered is not of the Model Context Protocol."),
    ('{"id": 3, "result": "sent"}', "What the server answered is not of the Model Context Protocol."),
    ('{"id": 3, "error": {"code": -32602, "message": "No\\u0000 such order"}}', "The server refused it: No  such order"),
]


async def test_what_no_good_server_answers_is_a_sentence(stage: Stage, endpoint: Endpoint) -> None:
    now = [""]
    endpoint.answer = lambda request: (200, of_the_protocol(request, now[0])) if request.body else (405, "")
    tool = await pinned(stage, endpoint.url)
    for said, why in CALLED:
        now[0] = said
        found = await tried(stage, tool, {})
        assert (found["is_done"], found["why"]) == (False, why)


ANSWERED = [
    (302, "", "The server answered 302."),
    (401, "", "The server answered 401."),
    (200, '{"id": 1, "result": {"protocolVersion": "2099-01-01"}}', "The server speaks another version"),
    (200, '{"id": 1, "result": {"protocolVersion": ["2025-06-18"]}}', "The server speaks another version"),
    (200, '{"id": 1, "error": "no"}', "What the server answered is not of the Model Context Protocol."),
]


async def test_a_server_that_cannot_be_asked_is_not_pinned(stage: Stage, endpoint: Endpoint) -> None:
    said = ANSWERED[0][:2]
    endpoint.answer = lambda _: said
    made = await stage.post("/tools", ORDERS | {"url": endpoint.url})
    for status, answer, why in ANSWERED:
        said = status, answer
        refused = await stage.post(f"/tools/{made['id']}/pin", None, 409)
        assert (refused["code"], why in refused["detail"]) == ("tool_not_pinned", True)
        assert why in (await stage.post("/tools/offered", {"url": endpoint.url}, 200))["why"]


async def test_a_name_that_leads_to_a_private_address_is_not_asked(stage: Stage, endpoint: Endpoint) -> None:
    found = await stage.post("/tools/offered", {"url": "https://rebound.example.com/mcp"}, 200)
    assert (found["why"], endpoint.requests) == ("The host has an address that is not public.", [])


async def test_a_server_that_breaks_off_may_have_done_it(stage: Stage, endpoint: Endpoint) -> None:
    def answer(request: Request) -> tuple[int, str]:
        if (request.body or {}).get("method") == "tools/call":
            raise ConnectionError
        return (200, of_the_protocol(request, "")) if request.body else (405, "")

    endpoint.answer = answer
    await pinned(stage, endpoint.url)
    checked(await stage.api.manager.patch(f"/assistants/{stage.assistant_id}", json={"tools": ["look_up_order"]}), 200)
    await stage.post(f"/assistants/{stage.assistant_id}/publish")
    _, agent = await stage.in_progress()
    found = await used(agent, {})
    assert (found["is_done"], found["may_be_done"]) == (False, True)
    assert found["why"] == "The connection broke off before an answer came."
