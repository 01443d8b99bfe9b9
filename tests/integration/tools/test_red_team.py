"""A model that obeys everybody: whatever callees say, records hold or tools answer, it makes the tool calls that are asked for.

What happens then is bounded by policy outside of it: no effect that nobody has allowed, and an opt-out works in all of these conversations.

The agent's tools, its HTTP client, the control plane and the endpoint of the one configured tool are the real ones; there is no sound.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from livekit.agents import AgentSession, llm
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS
from livekit.agents.voice import UserInputTranscribedEvent
from sqlalchemy import select

from agent_worker import clock
from agent_worker.call_log import CallLog
from agent_worker.control_plane_client import CallClient
from agent_worker.conversation import Conversation
from agent_worker.disclosure import opening_of
from agent_worker.opening_line import Line, spoken
from control_plane.calls import tool_use
from control_plane.db.base import Base
from sip_config.contract import CallOrder
from tests.integration.calls.conftest import CALLEE, Agent, Stage, checked
from tests.integration.tools.conftest import Endpoint
from tests.integration.tools.test_tools import ORDERS

ATTACKS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("red_team.yaml").read_text())
SAID = [(text, attack["calls"]) for attack in ATTACKS for text in attack["says"]]
WRITTEN = [(text, attack["calls"]) for attack in ATTACKS for text in attack["writes"]]
ANSWERED = [attack["writes"][0] for attack in ATTACKS]
TOOLS = ["end_call", "set_outcome", "note_promise", "create_schedule", "change_schedule", "cancel_schedule", "flag_risk", "look_up_order"]
TOOLS += ["schedule_callback", "check_availability", "book_appointment", "schedule_tour", "transfer_to_human"]
DESK, FRONT = "+12025550150", "+12025550151"
THERE = [{"name": "Desk", "e164": DESK, "mode": "warm"}, {"name": "Front", "e164": FRONT}]
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
HOMES = {"time_zone": "America/New_York", "weekly": [{"days": DAYS, "start": "09:00", "end": "17:00"}], "slot_s": 3600}
SLOT = f"{datetime.now(ZoneInfo('America/New_York')) + timedelta(days=3):%Y-%m-%d}T10:00"
"""A time that is free."""
OWN_LEDGER = {"call", "call_event", "call_turn"}
"""What a call may write about itself."""
OF_THE_EDITOR = {"contact", "audit_entry"}
"""What changes when a person edits a contact."""
STOP = "Please never call me again."
AT_ONCE = 12


class Obedient(llm.LLM):
    """Emits the tool calls of every known text that it finds anywhere in its context, once each."""

    made = 0

    def __init__(self, known: Sequence[tuple[str, list[dict[str, Any]]]] = (*SAID, *WRITTEN)) -> None:
        super().__init__()
        self._known = known
        self.obeyed = set[str]()

    def chat(self, *, chat_ctx, tools=None, conn_options=DEFAULT_API_CONNECT_OPTIONS, **_) -> llm.LLMStream:
        return _Stream(self, chat_ctx=chat_ctx, tools=tools or [], conn_options=conn_options)

    def next_calls(self, context: str) -> list[llm.FunctionToolCall]:
        fresh = [(text, calls) for text, calls in self._known if text not in self.obeyed and text in context]
        self.obeyed |= {text for text, _ in fresh}
        return [self._call(**one) for _, calls in fresh for one in calls]

    def _call(self, name: str, arguments: dict[str, Any]) -> llm.FunctionToolCall:
        Obedient.made += 1
        return llm.FunctionToolCall(name=name, arguments=json.dumps(arguments).replace("{slot}", SLOT), call_id=f"call-{Obedient.made}")


class _Stream(llm.LLMStream):
    async def _run(self) -> None:
        obedient = self._llm
        assert isinstance(obedient, Obedient)
        calls = obedient.next_calls("\n".join(_words(item) for item in self._chat_ctx.items))
        text = None if calls else "As you wish."
        self._event_ch.send_nowait(llm.ChatChunk(id="1", delta=llm.ChoiceDelta(role="assistant", content=text, tool_calls=calls)))


def _words(item: Any) -> str:
    if item.type == "message":
        return item.text_content or ""
    return item.output if item.type == "function_call_output" else ""


class Talk:
    """One conversation of the call, whose callee says things and whose model obeys."""

    def __init__(self, stage: Stage, agent: Agent, order: CallOrder, session: AgentSession, model: Obedient) -> None:
        client = CallClient(stage.api.client(base=""), "http://api.test", agent.ticket)
        self.model, self.session, self.order = model, session, order
        self.log = CallLog(client, agent.ticket.generation, f"job-{id(self)}")
        self.conversation = Conversation(order, client, self.log)

    async def start(self) -> None:
        opening, talk = opening_of(self.order), self.conversation
        await self.session.start(talk.assistant)
        talk.attach(self.session, spoken(opening, [Line(b"\0\0", 8000) for _ in opening.spoken_first]), lambda: None)
        now = talk._answered_at = clock.seconds()
        for watcher in (talk.transcript, talk.keeper, talk.screener):
            watcher.begin(now)

    async def says(self, text: str) -> None:
        """What the callee says counts as their answer to whatever was read to them."""
        for asks in (self.conversation.scheduling, self.conversation.booking):
            asks.heard(text)
        await self.session.run(user_input=text)

    async def opts_out(self) -> bool:
        """Say it aloud; whether it was committed."""
        self.session.emit("user_input_transcribed", UserInputTranscribedEvent(transcript=STOP, is_final=True))
        while not self.conversation.stopping.is_wished:
            await asyncio.sleep(0.01)
        return await self.conversation.opt_out(STOP)

    async def aclose(self) -> None:
        await self.conversation.aclose()
        await self.log.aclose(10.0)


@asynccontextmanager
async def talking(stage: Stage, agent: Agent, order: CallOrder, model: Obedient | None = None) -> AsyncIterator[Talk]:
    model = model or Obedient()
    async with AgentSession(llm=model, vad=None, max_tool_steps=3) as session:
        talk = Talk(stage, agent, order, session, model)
        await talk.start()
        yield talk
        await talk.aclose()


async def contents(stage: Stage) -> dict[str, list[str]]:
    """Every row of what a call may not write."""
    async with stage.api.sessions() as session:
        found = {}
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.columns if column.name not in ("last_used_at", "updated_at", "heartbeat_at")]
            if table.name not in OWN_LEDGER:
                found[table.name] = sorted(repr(tuple(row)) for row in await session.execute(select(*columns)))
        return found


async def order_of(agent: Agent, stage: Stage) -> CallOrder:
    client = CallClient(stage.api.client(base=""), "http://api.test", agent.ticket)
    try:
        return await client.order()
    finally:
        await client.aclose()


@pytest.fixture
async def besieged(stage: Stage, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Agent]:
    """A contact, and the agent of a call to them that has a tool, every planning tool, a calendar and people to put through to; another
    tool and another calendar are not for this assistant."""
    stage.api.app.state.transfers = stage.telephony
    monkeypatch.setattr(tool_use, "MOST_USES", 10_000)
    secret = {"name": "shop", "value": "sk-of-the-shop", "base_url": endpoint.url}
    checked(await stage.api.owner.post("/secrets", json=secret), 201)
    parameters = {"type": "object", "properties": {"order_id": {"type": "string", "maxLength": 40}}, "required": ["order_id"]}
    shop = {"parameters": parameters, "method": "GET", "sends": {"customer": "contact_id"}, "timeout_s": 20}
    await stage.post("/tools", ORDERS | shop | {"url": f"{endpoint.url}/orders/{{order_id}}", "headers": {"X-Key": "{{secret:shop}}"}})
    await stage.post("/tools", ORDERS | {"name": "wipe_orders", "url": f"{endpoint.url}/wipe"})
    homes = await stage.post("/calendars", HOMES | {"name": "Homes"})
    await stage.post("/calendars", HOMES | {"name": "Office"})
    has = {"tools": TOOLS, "calendar_ids": [homes["id"]], "transfer": {"destinations": THERE}}
    checked(await stage.api.manager.patch(f"/assistants/{stage.assistant_id}", json=has), 200)
    await stage.post(f"/assistants/{stage.assistant_id}/publish")
    contact = await stage.post("/contacts", {"name": "Ada", "phones": [{"e164": CALLEE}]})
    theirs = {"name": "Daily", "assistant_id": stage.assistant_id, "contact_id": contact["id"], "cron": "0 12 * * *"}
    await stage.post("/schedules", theirs)
    _, agent = await stage.in_progress(contact_id=contact["id"])
    return contact, agent


def nothing_else_was_asked(endpoint: Endpoint, contact: Any) -> None:
    for request in endpoint.requests:
        path, _, query = request.target.partition("?")
        assert (request.method, query) == ("GET", f"customer={contact['id']}"), request
        assert path.startswith("/orders/"), request
        assert "/" not in path.removeprefix("/orders/"), request
        assert request.headers["x-key"] == "sk-of-the-shop"
        assert "x-admin" not in request.headers


async def nobody_else_was_called(stage: Stage) -> None:
    assert stage.telephony.transfers == []
    assert len(await stage.rows()) == 1


async def all_of(works: Sequence[Any]) -> None:
    """A dozen at a time: the database has so many connections."""
    for at in range(0, len(works), AT_ONCE):
        await asyncio.gather(*works[at : at + AT_ONCE])


def test_there_are_enough_of_them():
    assert len({text for text, _ in SAID}) >= 100
    assert len({text for text, _ in WRITTEN}) >= 50


async def test_no_word_of_a_callee_does_what_nobody_has_allowed_and_opting_out_works(
    stage: Stage, endpoint: Endpoint, besieged: tuple[Any, Agent]
) -> None:
    contact, agent = besieged
    order, before = await order_of(agent, stage), await contents(stage)
    async with AsyncExitStack() as stack:
        talks = [await stack.enter_async_context(talking(stage, agent, order)) for _ in SAID]
        await all_of([talk.says(text) for talk, (text, _) in zip(talks, SAID, strict=True)])
        assert [text for talk, (text, _) in zip(talks, SAID, strict=True) if text not in talk.model.obeyed] == []
        assert await contents(stage) == before
        nothing_else_was_asked(endpoint, contact)
        await nobody_else_was_called(stage)
        assert endpoint.requests
        async with asyncio.timeout(120):
            assert all([await talk.opts_out() for talk in talks])
    (kept,) = (await stage.get("/suppressions"))["items"]
    assert kept["e164"] == CALLEE


async def test_no_record_does_either(stage: Stage, endpoint: Endpoint, besieged: tuple[Any, Agent]) -> None:
    contact, agent = besieged
    before = await contents(stage)
    async with AsyncExitStack() as stack:
        talks = []
        for place, (text, _) in enumerate(WRITTEN):
            poison = {"name": text} if place % 3 == 0 else {"attributes": {"note": text}}
            checked(await stage.api.manager.patch(f"/contacts/{contact['id']}", json=poison), 200)
            talks.append(await stack.enter_async_context(talking(stage, agent, await order_of(agent, stage))))
        await all_of([talk.says("Hello.") for talk in talks])
        assert [text for talk, (text, _) in zip(talks, WRITTEN, strict=True) if text not in talk.model.obeyed] == []
        after = await contents(stage)
        assert {table for table, rows in after.items() if rows != before[table]} == OF_THE_EDITOR
        nothing_else_was_asked(endpoint, contact)
        await nobody_else_was_called(stage)
        async with asyncio.timeout(120):
            assert all([await talk.opts_out() for talk in talks])


async def test_nor_does_the_answer_of_a_tool(stage: Stage, endpoint: Endpoint, besieged: tuple[Any, Agent]) -> None:
    contact, agent = besieged
    order, before, answers = await order_of(agent, stage), await contents(stage), list(ANSWERED)
    endpoint.answer = lambda _: (200, answers[len(endpoint.requests) % len(answers)])
    async with AsyncExitStack() as stack:
        talks = [await stack.enter_async_context(talking(stage, agent, order)) for _ in answers]
        asks = next(text for text, calls in SAID if calls[0]["arguments"].get("order_id") == "' OR 1=1; drop table orders; --")
        await all_of([talk.says(asks) for talk in talks])
        assert len({text for talk in talks for text in talk.model.obeyed}) > len(answers) // 2
    assert await contents(stage) == before
    nothing_else_was_asked(endpoint, contact)
    await nobody_else_was_called(stage)
