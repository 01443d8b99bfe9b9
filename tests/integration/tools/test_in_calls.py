"""Tools by configuration in a call: the agent says which and with what arguments, everything else is the control plane's."""

import json
from typing import Any

from sqlalchemy import select

from control_plane.calls.tool_use import MOST_USES
from control_plane.db.models import CallEventRecord
from sip_config.codec import decode
from sip_config.contract import CONTRACT_VERSION, CallOrder, EventKind
from sip_config.versions import VERSION_HEADER
from tests.integration.calls.conftest import CALLEE, Agent, Stage, checked
from tests.integration.tools.conftest import Endpoint
from tests.integration.tools.test_tools import ORDERS

OURS = {VERSION_HEADER: str(CONTRACT_VERSION)}


async def given(stage: Stage, endpoint: Endpoint, **fields: Any) -> Any:
    """The tool, and the stage's assistant published with it."""
    tool = await stage.post("/tools", ORDERS | {"url": endpoint.url, "timeout_s": 20} | fields)
    tools = {"tools": ["end_call", "set_outcome", "look_up_order"]}
    checked(await stage.api.manager.patch(f"/assistants/{stage.assistant_id}", json=tools), 200)
    await stage.post(f"/assistants/{stage.assistant_id}/publish")
    return tool


async def used(agent: Agent, arguments: Any, use_id: str = "1", name: str = "look_up_order", status: int = 200) -> Any:
    return checked(await agent.client.post(f"/tools/{name}", json={"use_id": use_id, "arguments": arguments}), status)


async def ledger(stage: Stage, call: Any) -> list[CallEventRecord]:
    async with stage.api.sessions() as session:
        of_tools = CallEventRecord.kind.startswith("tool_")
        found = await session.scalars(select(CallEventRecord).where(of_tools).order_by(CallEventRecord.recorded_at))
        return [event for event in found if str(event.call_id) == call["id"]]


async def test_the_order_tells_of_the_assistants_own_tools_without_where_they_lead(stage: Stage, endpoint: Endpoint) -> None:
    await given(stage, endpoint, headers={"X-Key": "k-of-the-shop"}, sends={"customer": "contact_id"})
    await stage.post("/tools", ORDERS | {"name": "not_theirs"})
    _, agent = await stage.dispatched()
    answer = await agent.client.get("/order", headers=OURS)
    (told,) = decode(CallOrder, answer.content).configured_tools
    assert (told.name, told.description, told.timeout_s) == ("look_up_order", ORDERS["description"], 20.0)
    assert json.loads(told.parameters) == ORDERS["parameters"] | {"additionalProperties": False}
    assert not any(word in answer.text for word in ("shop.test", "k-of-the-shop", "customer"))


async def test_ids_come_from_the_call_and_the_use_stands_in_the_ledger_without_words(stage: Stage, endpoint: Endpoint) -> None:
    sends = {"customer": "contact_id", "phone": "to", "tier": "attributes.tier", "order": "metadata.order", "gone": "variables.no"}
    await given(stage, endpoint, sends=sends)
    person = {"name": "Ada", "phones": [{"e164": CALLEE}], "attributes": {"tier": "gold"}}
    contact = await stage.post("/contacts", person)
    call, agent = await stage.in_progress(contact_id=contact["id"], metadata={"order": "o-1"})
    told = await used(agent, {"order_id": "A-17"})
    assert told == {"is_done": True, "data": '{"state":"sent"}', "why": "", "may_be_done": False}
    facts = {"customer": contact["id"], "phone": CALLEE, "tier": "gold", "order": "o-1", "gone": None}
    assert [request.body for request in endpoint.requests] == [{"order_id": "A-17"} | facts]
    begun, ended = await ledger(stage, call)
    assert (begun.kind, begun.data) == ("tool_used", {"name": "look_up_order"})
    assert (ended.kind, ended.data["status"], ended.data["is_done"]) == ("tool_answered", 200, True)
    assert "A-17" not in str(ended.data)


async def test_what_the_model_makes_up_is_refused_with_words_it_can_mend(stage: Stage, endpoint: Endpoint) -> None:
    await given(stage, endpoint, sends={"customer": "contact_id"})
    call, agent = await stage.in_progress()
    for arguments in ({}, {"order_id": 7}, {"order_id": "1", "customer": "c-2"}, {"order_id": "x" * 21}, [], "all of them"):
        told = await used(agent, arguments)
        assert (told["is_done"], bool(told["why"])) == (False, True)
    assert (endpoint.requests, await ledger(stage, call)) == ([], [])


async def test_only_tools_of_the_calls_own_assistant_and_only_by_its_own_agent(stage: Stage, endpoint: Endpoint) -> None:
    await given(stage, endpoint)
    await stage.post("/tools", ORDERS | {"name": "not_theirs", "url": endpoint.url})
    call, agent = await stage.in_progress()
    for name in ("not_theirs", "end_call", "nothing"):
        await used(agent, {"order_id": "1"}, name=name, status=404)
    stranger = Agent(stage.api.client("not-the-ticket", f"/internal/calls/{call['id']}"), call["id"], agent.ticket)
    assert (await used(stranger, {"order_id": "1"}, status=409))["code"] == "superseded"
    await agent.says(EventKind.HANGING_UP, end_cause="agent_hangup")
    await agent.reports()
    assert (await used(agent, {"order_id": "1"}, status=409))["code"] == "call_over"
    assert endpoint.requests == []


async def test_one_use_is_made_once_and_a_call_has_so_many(stage: Stage, endpoint: Endpoint) -> None:
    await given(stage, endpoint)
    _, agent = await stage.in_progress()
    await used(agent, {"order_id": "1"})
    assert (await used(agent, {"order_id": "1"}, status=409))["code"] == "used_already"
    for use in range(2, MOST_USES + 1):
        await used(agent, {"order_id": "1"}, str(use))
    assert (await used(agent, {"order_id": "1"}, "one more", status=400))["code"] == "invalid"
    assert (await used(agent, {"order_id": "1"}, "one-more", status=409))["code"] == "too_many_uses"
    assert len(endpoint.requests) == MOST_USES


async def test_a_secret_that_is_gone_or_moved_stops_the_use(stage: Stage, endpoint: Endpoint) -> None:
    secret = checked(await stage.api.owner.post("/secrets", json={"name": "shop", "value": "v", "base_url": endpoint.url}), 201)
    await given(stage, endpoint, headers={"X-Key": "{{secret:shop}}"})
    _, agent = await stage.in_progress()
    moved = {"value": "v", "base_url": "https://elsewhere.example.com"}
    checked(await stage.api.owner.patch(f"/secrets/{secret['id']}", json=moved), 200)
    assert (await used(agent, {"order_id": "1"}, status=409))["code"] == "secret_unusable"
    assert endpoint.requests == []
