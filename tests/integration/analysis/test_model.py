"""The configured model in the task worker: asked over HTTP with the workspace's own key, waited for, and replaced by rules."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from control_plane.analysis.models import endpoint_of
from control_plane.analysis.tasks import AGAIN_AFTER, MOST_ASKED, analyze_calls
from control_plane.db.models import CallAnalysis
from tests.integration.analysis.conftest import Desk
from tests.integration.calls.conftest import checked

OFFER, NO = ("agent", "Shall I book you in?"), ("callee", "No, I would rather see it first, perhaps next week.")


@dataclass
class Models:
    """A server with OpenAI's interface that answers what it is told to."""

    url: str = ""
    answers: list[tuple[int, str]] = field(default_factory=list)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    usage: dict[str, Any] = field(default_factory=dict)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        body = json.loads(await reader.readexactly(int(fields["content-length"])))
        self.asked.append((fields["authorization"], body))
        status, text = self.answers.pop(0) if self.answers else (503, "")
        told = json.dumps({"choices": [{"message": {"content": text}}], "usage": self.usage}).encode()
        writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: {len(told)}\r\nconnection: close\r\n\r\n".encode() + told)
        await writer.drain()
        writer.close()


@pytest.fixture
async def models(desk: Desk) -> AsyncIterator[Models]:
    """The assistant's own account at a model server of its own."""
    made = Models()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    checked(await desk.stage.api.owner.post("/secrets", json={"name": "ours", "value": "sk-ours"}), 201)
    llm = {"llm": {"model": "small", "credential": "ours"}}
    checked(await desk.stage.api.manager.patch(f"/assistants/{desk.stage.assistant_id}", json={"models": llm}), 200)
    await desk.stage.post(f"/assistants/{desk.stage.assistant_id}/publish")
    state = desk.stage.api.app.state
    desk.extra = {"settings": replace(state.settings, models_base_url=made.url), "secret_box": state.secret_box}
    yield made
    server.close()
    await server.wait_closed()


def answer(quote: str) -> str:
    nothing = {"value": "unknown", "quote": "", "confidence": 0}
    found = {"value": "callback", "quote": quote, "confidence": 0.8}
    lists = {name: [] for name in ("topics", "moods", "extraction", "facts")}
    return json.dumps({"summary": nothing, "outcome": found, "opt_out": nothing | {"value": False}, "sentiment": nothing} | lists)


async def test_the_model_of_the_assistant_is_asked_with_its_own_key_and_believed_what_it_can_quote(desk: Desk, models: Models) -> None:
    models.answers = [(200, answer("perhaps next week"))]
    call, found = await desk.analyzed(OFFER, NO)
    assert (found["engine"], found["model"], found["outcome"]["value"], found["outcome"]["offset_s"]) == ("model", "small", "callback", 4.0)
    ((authorization, body),) = models.asked
    assert (authorization, body["model"]) == ("bearer sk-ours", "small")
    assert (await desk.stage.get(f"/calls/{call['id']}"))["outcome"] == "callback"
    models.answers = [(200, answer("I bought it"))]
    _, found = await desk.analyzed(OFFER, NO)
    assert (found["engine"], found["outcome"]["value"]) == ("model", "unknown")


async def test_what_the_model_consumes_is_counted_with_the_call(desk: Desk, models: Models) -> None:
    prices = {"models": {"small": {"input": "2", "cached_input": "1", "output": "10"}}}
    checked(await desk.stage.api.owner.put("/usage/prices", json=prices), 200)
    models.usage = {"prompt_tokens": 10_000, "completion_tokens": 500, "prompt_tokens_details": {"cached_tokens": 4000}}
    # The first answer does not fit and costs as well.
    models.answers = [(200, "nonsense"), (200, answer("perhaps next week"))]
    call, _ = await desk.called(OFFER, NO)
    before = Decimal((await desk.stage.get(f"/calls/{call['id']}"))["cost"])
    await desk.work()
    assert (await desk.of(call))["engine"] == "model"
    cost = Decimal((await desk.stage.get(f"/calls/{call['id']}"))["cost"]) - before
    total = (await desk.stage.get("/usage"))["total"]
    assert (cost, Decimal(total["model_cost"]), total["calls"]) == (2 * Decimal("0.021"), cost, 1)


async def test_a_model_that_is_down_is_waited_for_and_then_rules_do(desk: Desk, models: Models) -> None:
    call, _ = await desk.called(OFFER, ("callee", "No thanks."))
    await desk.work()
    assert [row.state for row in await desk.rows(call)] == ["pending"]
    for pause in AGAIN_AFTER:
        await desk.work(pause)
    found = await desk.of(call)
    assert (found["engine"], found["outcome"]["value"], len(models.asked)) == ("rules", "not_interested", 3)
    assert "did not answer" in found["note"]


@pytest.mark.parametrize("text", ["\ud800", "[" * 100_000])
async def test_whatever_a_model_makes_of_its_answer_rules_do(desk: Desk, models: Models, text: str) -> None:
    models.answers = [(200, text)] * 2
    _, found = await desk.analyzed(OFFER, ("callee", "No thanks."))
    assert (found["engine"], found["outcome"]["value"]) == ("rules", "not_interested")


async def test_a_model_is_asked_a_few_times_only_and_one_run_at_a_time_takes_analyses(desk: Desk, models: Models) -> None:
    call, _ = await desk.called(OFFER, ("callee", "No thanks."))
    async with desk.stage.api.sessions.begin() as session:
        await session.execute(update(CallAnalysis).values(attempts=MOST_ASKED))
    desk.extra["analysis_turn"] = turn = asyncio.Lock()
    async with turn:
        await desk.work()
    assert [row.state for row in await desk.rows(call)] == ["pending"]
    await analyze_calls(desk.ctx)
    assert ((await desk.of(call))["engine"], models.asked) == ("rules", [])


async def test_a_credential_that_is_gone_means_rules_and_says_so(desk: Desk, models: Models) -> None:
    desk.extra["secret_box"] = type(desk.extra["secret_box"])("A" * 43 + "=")
    _, found = await desk.analyzed(OFFER, ("callee", "No thanks."))
    assert (found["engine"], models.asked) == ("rules", [])
    assert "'ours'" in found["note"]


async def test_a_key_for_another_vendor_goes_to_that_vendor_and_never_where_the_installation_asks(desk: Desk, models: Models) -> None:
    call, _ = await desk.called(OFFER, NO)
    row = await desk.stage.row(call)
    theirs = {"name": "theirs", "value": "sk-theirs", "base_url": "https://proxy.example.com/"}
    checked(await desk.stage.api.owner.post("/secrets", json=theirs), 201)
    async with desk.stage.api.sessions() as session:
        asked = [
            await endpoint_of(desk.extra, session, row, {"llm": {"provider": vendor} | more})
            for vendor, more in (("anthropic", {"credential": "ours"}), ("google", {}), ("google", {"credential": "theirs"}))
        ]
    assert asked[0] is not None
    assert (asked[0].url, asked[0].model, asked[0].key) == ("https://api.anthropic.com/v1", "claude-sonnet-4-6", "sk-ours")
    # Without a key of the workspace's, and at an address that speaks the vendor's own language, rules do.
    assert asked[1:] == [None, None]
