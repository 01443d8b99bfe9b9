"""A trial in text beyond what scenarios say: nothing of it leaves the process, and words are shown that a call would not keep."""

import json

import httpx
import pytest

from agent_worker.trial.dry_client import NOT_SENT, DryClient
from sip_config.contract import LOOK_UP_KNOWLEDGE, CallEvent


def client(**answers: str) -> DryClient:
    return DryClient(answers, lambda events: None)


async def test_an_opt_out_is_taken_and_told_to_nobody() -> None:
    await client().opt_out("stop", 1.0)


async def test_a_plan_is_read_back_as_it_was_said() -> None:
    dry = client()
    assert await dry.schedule({"words": "every Monday at nine", "about": ""}) == {"read_back": "every Monday at nine"}
    assert await dry.schedule({"yes": "yes"}) == {"read_back": "every Monday at nine"}


async def test_a_tool_answers_what_the_trial_says_and_otherwise_that_nothing_was_sent() -> None:
    dry = client(stock="three left")
    assert await dry.use_tool("stock", {}, "1", 5.0) == {"is_done": True, "data": "three left"}
    assert await dry.use_tool("order", {}, "2", 5.0) == {"is_done": True, "data": NOT_SENT}


async def test_an_effect_that_nobody_has_thought_of_here_is_not_done_either() -> None:
    response = await client()._send("POST", "/whatever/is/added/later", content="{}")
    assert response.json()["is_done"] is False


async def test_what_goes_around_the_one_way_out_reaches_nobody() -> None:
    dry = client()
    with pytest.raises(httpx.ConnectError):
        await dry._http.get("http://127.0.0.1/")


async def test_events_are_told_to_whoever_tries() -> None:
    told: list[CallEvent] = []
    dry = DryClient({}, told.extend)
    await dry.send_events([])
    assert told == []


async def test_what_the_control_plane_answers_in_a_trial_is_asked_there_unless_the_trial_says_what_is_found() -> None:
    asked: list[tuple[str, bytes | str]] = []

    async def ask(path: str, content: bytes | str) -> httpx.Response:
        asked.append((path, content))
        return httpx.Response(200, json={"is_done": True, "data": "found", "free": ["2026-11-30T15:00"]})

    dry = DryClient({}, lambda events: None, ask)
    assert (await dry.use_tool(LOOK_UP_KNOWLEDGE, {"question": "gold"}, "1", 5.0))["data"] == "found"
    assert json.loads(asked[0][1])["arguments"] == {"question": "gold"}
    assert (await dry.use_tool("another", {}, "2", 5.0))["data"] == NOT_SENT
    assert (await dry.booking({"calendar": "Homes"}))["free"] == ["2026-11-30T15:00"]
    assert (await dry.transfer("Desk", can_brief=False))["is_done"] is True
    await dry.end_transfer("leg", "nobody")
    told = DryClient({LOOK_UP_KNOWLEDGE: "as said"}, lambda events: None, ask)
    assert (await told.use_tool(LOOK_UP_KNOWLEDGE, {"question": "gold"}, "3", 5.0))["data"] == "as said"
    assert [path for path, _ in asked] == [f"/tools/{LOOK_UP_KNOWLEDGE}", "/bookings", "/transfer"]


async def test_without_a_control_plane_nothing_is_free_and_nobody_is_put_through() -> None:
    assert (await client().booking({"calendar": "Homes", "at": "2026-11-30T15:00"}))["question"] == NOT_SENT
    assert (await client().transfer("Desk", can_brief=False))["is_done"] is False
