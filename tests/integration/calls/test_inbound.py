"""Calls that come in: an agent tells of a caller in its room, and gets a call like any other."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select, update

from control_plane.calls.rooms import identity_of, room_of
from control_plane.db.models import AgentWorker, Call, UsageRecord, WebhookEvent
from control_plane.operations.invariants import violations
from control_plane.telephony.port import Answered, Leg
from sip_config.codec import decode, encode
from sip_config.contract import (
    CONTRACT_VERSION,
    AnsweredBy,
    CallOrder,
    CallPurpose,
    DispatchTicket,
    EndCause,
    EventKind,
    InboundArrival,
    Outcome,
)
from sip_config.naming import room_name
from sip_config.versions import VERSION_HEADER
from tests.fakes.telephony import FakeRoom
from tests.integration.calls.conftest import CALLEE, CALLER, Agent, Stage, checked

STRANGER = "+12025550177"
GAVE_UP = {"answered": False, "answered_by": AnsweredBy.NONE, "outcome": Outcome.NO_CONVERSATION, "end_cause": EndCause.NONE}
URL = "http://api.test/internal/inbound"


@dataclass
class Line:
    """The number of the stage, which its assistant answers."""

    stage: Stage

    async def asks(self, caller: str = CALLEE, room: str = "", **fields: Any) -> httpx.Response:
        """What the agent of a room is told."""
        room = room or f"inbound-_{caller}_{uuid4().hex[:8]}"
        facts = {"number_id": self.stage.number_id, "room": room, "identity": f"sip_{caller}", "called": CALLER, "caller": caller}
        return await self.stage.api.agent.post(URL, content=encode(InboundArrival(**(facts | fields))))

    async def rings(self, caller: str = CALLEE, room: str = "", **fields: Any) -> tuple[Call, Agent]:
        answer = await self.asks(caller, room, **fields)
        assert answer.status_code == 200, answer.text
        ticket = decode(DispatchTicket, answer.content)
        client = self.stage.api.client(ticket.token, f"/internal/calls/{ticket.call_id}")
        return await self.stage.row({"id": ticket.call_id}), Agent(client, ticket.call_id, ticket)

    async def routed(self, **routing: Any) -> None:
        checked(await self.stage.api.manager.put(f"/numbers/{self.stage.number_id}/routing", json=routing), 200)


async def order_of(agent: Agent) -> CallOrder:
    answer = await agent.client.get("/order", headers={VERSION_HEADER: str(CONTRACT_VERSION)})
    assert answer.status_code == 200, answer.text
    return decode(CallOrder, answer.content)


@pytest.fixture
async def line(stage: Stage) -> Line:
    checked(await stage.api.manager.put(f"/numbers/{stage.number_id}/assistant", json={"assistant_id": stage.assistant_id}), 200)
    return Line(stage)


async def test_a_caller_gets_the_numbers_assistant_and_a_call_like_others(stage: Stage, line: Line) -> None:
    events = ["call.started", "call.answered", "call.ended"]
    await stage.post("/webhook-endpoints", {"url": "https://hooks.example.com/", "events": events})
    call, agent = await line.rings(STRANGER)
    order = await order_of(agent)
    assert (order.purpose, order.room_name, order.callee_identity) == (CallPurpose.INBOUND, call.room, f"sip_{STRANGER}")
    assert (order.opening_line, order.say_purpose, order.ask_to_go_on, order.system_prompt) == ("", "", False, "Be kind.")
    await agent.says(EventKind.READY, EventKind.ANSWERED)
    assert [shown["id"] for shown in (await stage.get("/calls/active"))["items"]] == [agent.call_id]
    await agent.reports()
    shown = await stage.get(f"/calls/{agent.call_id}")
    assert (shown["direction"], shown["from_number"], shown["to"]) == ("inbound", STRANGER, CALLER)
    assert (shown["state"], shown["status"], shown["outcome"], shown["network_result"]) == ("ended", "completed", "success", "answered")
    assert shown["started_at"] <= shown["answered_at"]
    assert [one["id"] for one in (await stage.get("/calls", direction="inbound"))["items"]] == [agent.call_id]
    assert (await stage.get("/calls", direction="outbound"))["items"] == []
    row = await stage.row(shown)
    assert (row.holds_slot, row.holds_number, row.lease_until, row.counts_as_attempt, row.dialing_at) == (False, False, None, False, None)
    async with stage.api.sessions() as session:
        told = list(await session.scalars(select(WebhookEvent).where(WebhookEvent.call_id == row.id).order_by(WebhookEvent.id)))
        used = await session.scalar(select(UsageRecord).where(UsageRecord.call_id == row.id))
    assert [(each.type, each.data["direction"]) for each in told] == [(name, "inbound") for name in events]
    assert used is not None
    assert used.country == "US"
    broken = await violations(stage.api.sessions, stage.telephony)
    assert broken == {name: [] for name in broken}


async def test_an_agent_that_asks_again_for_its_room_gets_the_same_call_and_the_older_ticket_is_void(line: Line) -> None:
    first, before = await line.rings(room="inbound-_one")
    again, after = await line.rings(room="inbound-_one")
    assert (first.id, before.ticket.generation, after.ticket.generation) == (again.id, 1, 2)
    await before.says(EventKind.READY, status=409)
    await after.says(EventKind.ANSWERED)
    await after.reports()
    assert (await line.asks(room="inbound-_one")).status_code == 409


async def test_somebody_who_calls_back_is_recognised_and_the_assistant_knows_of_the_call_before(stage: Stage, line: Line) -> None:
    ada = await stage.post("/contacts", {"name": "Ada", "phones": [{"e164": CALLEE}]})
    _, caller = await stage.in_progress(contact_id=ada["id"], agenda="The visit on Friday.")
    await caller.reports(answered_by=AnsweredBy.VOICEMAIL, outcome=Outcome.NO_CONVERSATION)
    await line.routed(greeting="Good to hear you, {name|friend}.")
    call, agent = await line.rings()
    order = await order_of(agent)
    assert (call.contact_id, order.contact_name, order.opening_line) == (UUID(ada["id"]), "Ada", "Good to hear you, Ada.")
    assert "you called this number on" in order.agenda
    assert "nobody was reached" in order.agenda
    assert "The visit on Friday." in order.agenda
    assert order.memory.last_call


async def test_an_opt_out_of_a_caller_closes_what_is_due_for_their_number(stage: Stage, line: Line) -> None:
    waiting = await stage.call()
    _, agent = await line.rings()
    await agent.says(EventKind.ANSWERED)
    answer = await agent.client.post("/opt-out", json={"quote": "pressed 9", "offset_s": 3.0})
    assert answer.json() == {"committed": True}
    await agent.reports(outcome=Outcome.DO_NOT_CALL, end_cause=EndCause.OPT_OUT)
    assert (await stage.get("/suppressions/check", e164=CALLEE))["is_suppressed"]
    await stage.tick()
    refused = await stage.get(f"/calls/{waiting['id']}")
    assert (refused["state"], refused["started_at"]) == ("released", None)
    assert (await stage.get(f"/calls/{agent.call_id}"))["outcome"] == "do_not_call"


async def test_a_caller_whose_carrier_leaves_out_the_country_is_known_all_the_same(stage: Stage, line: Line) -> None:
    for said in ("2025550101", "12025550101"):
        _, agent = await line.rings(said)
        assert (await stage.get(f"/calls/{agent.call_id}"))["from_number"] == "+12025550101"


async def test_who_withholds_their_number_is_turned_away_from_a_rehearsals_number_only(line: Line) -> None:
    answer = await line.asks("anonymous")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_fictional")


async def test_nobody_is_called_while_they_are_calling_us(stage: Stage, line: Line) -> None:
    await line.rings()
    waiting = await stage.call()
    assert await stage.tick() == 0
    assert (await stage.get(f"/calls/{waiting['id']}"))["state"] == "queued"


async def test_one_slot_of_several_is_kept_for_whoever_calls_next(stage: Stage, line: Line) -> None:
    async with stage.api.sessions.begin() as session:
        await session.execute(update(AgentWorker).values(slots=3))
    for last in range(110, 114):
        await stage.call(to=f"+1202555{last:04d}")
    assert await stage.tick() == 2
    await line.rings(STRANGER)
    assert await stage.tick() == 0


async def test_a_caller_whose_number_another_call_holds_takes_a_line_all_the_same(stage: Stage, line: Line) -> None:
    checked(await stage.api.manager.patch(f"/trunks/{stage.trunk_id}", json={"max_concurrent_calls": 2}), 200)
    calls = [await line.rings(room=f"inbound-_{i}") for i in range(2)]
    assert [call.holds_number for call, _ in calls] == [True, False]
    await stage.call(to=STRANGER)
    assert await stage.tick() == 0
    await calls[1][1].reports(**GAVE_UP)
    assert await stage.tick() == 1


async def test_a_call_to_somebody_who_is_calling_us_goes_its_own_way(stage: Stage, line: Line) -> None:
    called, caller = await stage.dialing()
    inbound, agent = await line.rings()
    assert not inbound.holds_number
    await agent.says(EventKind.ANSWERED)
    await agent.reports(phone_gone=False)
    assert not (await stage.row({"id": agent.call_id})).holds_number
    row = await stage.row(called)
    assert (row.state, row.holds_number) == ("dialing", True)
    assert (await violations(stage.api.sessions, stage.telephony))["two_live_calls_to_a_number"] == []
    await caller.says(EventKind.RINGING)
    stage.telephony.answer(room_name(called["id"]), Answered())
    await stage.dial_is_over()


async def test_a_caller_who_gives_up_leaves_no_attempt_and_no_dead_number(stage: Stage, line: Line) -> None:
    ada = await stage.post("/contacts", {"name": "Ada", "phones": [{"e164": CALLEE}]})
    _, agent = await line.rings()
    await agent.reports(**GAVE_UP)
    shown = await stage.get(f"/calls/{agent.call_id}")
    assert (shown["state"], shown["status"], shown["network_result"]) == ("ended", "failed", "canceled")
    figures = await stage.get("/analytics/inbound")
    assert (figures["calls"], figures["answered"], figures["gave_up"], figures["recognised"]) == (1, 0, 1, 1)
    assert (await stage.get("/analytics/summary"))["calls"] == 0
    assert (await stage.get(f"/contacts/{ada['id']}"))["phones"][0]["dead_reason"] == ""


async def test_what_failed_on_our_side_is_not_said_of_the_caller(stage: Stage, line: Line) -> None:
    _, agent = await line.rings()
    await agent.reports(**GAVE_UP, errors=("NoSpeechError: nothing was spoken",))
    shown = await stage.get(f"/calls/{agent.call_id}")
    assert (shown["state"], shown["network_result"]) == ("ended", "canceled")
    assert (await stage.row(shown)).failure == "NoSpeechError: nothing was spoken"


async def test_the_sweep_ends_a_call_whose_agent_and_caller_are_gone(stage: Stage, line: Line) -> None:
    call, _ = await line.rings()
    for _ in ("the caller has left", "the agent has not reported"):
        await stage.change({"id": str(call.id)}, lease_until=datetime(2026, 1, 1, tzinfo=UTC))
        await stage.sweep()
    row = await stage.row({"id": str(call.id)})
    assert (row.state, row.network_result, row.holds_slot, row.lease_until) == ("ended", "canceled", False, None)


async def test_a_call_that_came_in_is_ended_by_its_own_room(stage: Stage, line: Line) -> None:
    call, agent = await line.rings()
    await agent.says(EventKind.ANSWERED)
    checked(await stage.api.manager.post(f"/calls/{call.id}/end"), 202)
    assert ("close_room", str(call.id)) in [(nudge.task, nudge.subject) for nudge in stage.api.queue.sent]
    assert call.room is not None
    await agent.reports(end_cause=EndCause.OPERATOR_STOP)
    assert (await stage.get(f"/calls/{call.id}"))["end_cause"] == "operator_stop"


async def test_somebody_unknown_becomes_a_contact_where_the_workspace_wants_it(stage: Stage, line: Line) -> None:
    assert (await line.rings(STRANGER))[0].contact_id is None
    checked(await stage.api.owner.patch("/workspace", json={"adds_callers": True}), 200)
    call, _ = await line.rings("+12025550178")
    assert call.contact_id is not None
    shown = await stage.get(f"/contacts/{call.contact_id}")
    assert [phone["e164"] for phone in shown["phones"]] == ["+12025550178"]
    assert (await line.rings("+12025550178"))[0].contact_id == call.contact_id


async def test_a_flood_of_one_number_is_bounded(line: Line) -> None:
    await line.routed(most_at_once=2)
    await line.rings("+12025550170")
    await line.rings("+12025550171")
    full = await line.asks("+12025550172")
    assert (full.status_code, full.json()["code"]) == (409, "number_full")
    await line.routed(most_at_once=100)
    for _ in range(5):
        _, agent = await line.rings("+12025550170")
        await agent.reports(**GAVE_UP)
    again = await line.asks("+12025550170")
    assert (again.status_code, again.json()["code"]) == (409, "flood")


async def test_outside_of_its_hours_a_number_says_so_or_has_somebody_else_take_the_call(stage: Stage, line: Line) -> None:
    never = {"weekly": [{"days": ["mon"], "start": "09:00", "end": "09:01"}], "dates": ["2000-01-03"]}
    await line.routed(hours=never, outside={"message": "We are back on Monday."})
    order = await order_of((await line.rings())[1])
    assert order.inbound is not None
    assert (order.inbound.is_closed, order.inbound.closed_words) == (True, "We are back on Monday.")
    night = await published(stage, "Night watch")
    await line.routed(hours=never, outside={"assistant_id": night})
    order = await order_of((await line.rings(STRANGER))[1])
    assert order.inbound is not None
    assert (order.inbound.is_closed, order.assistant_name) == (False, "Night watch")


async def test_a_key_chooses_the_assistant_who_goes_on(stage: Stage, line: Line) -> None:
    sales = await published(stage, "Sales")
    await line.routed(menu={"prompt": "For sales press 1.", "keys": {"1": sales}})
    _, agent = await line.rings()
    order = await order_of(agent)
    assert order.inbound is not None
    assert (order.assistant_name, order.inbound.key_prompt, order.inbound.keys) == ("Ann", "For sales press 1.", ("1",))
    assert (await agent.client.post("/choice", json={"key": "2"})).json() == {"is_another": False}
    assert (await agent.client.post("/choice", json={"key": "1"})).json() == {"is_another": True}
    assert (await order_of(agent)).assistant_name == "Sales"
    assert (await stage.get(f"/calls/{agent.call_id}"))["assistant_id"] == sales


async def test_what_an_agent_says_of_a_number_that_is_not_there_or_not_answered_opens_nothing(stage: Stage, line: Line) -> None:
    for fields in (
        {"number_id": str(uuid4())},
        {"number_id": "x"},
        {"called": "+12025550111"},
        {"room": "inbound-" * 40},
        {"room": "call-1"},
    ):
        assert (await line.asks(**({"room": ""} | fields))).status_code == 404, fields
    assert (await stage.api.manager.post(URL, content="{}")).status_code == 403
    assert (await stage.api.client(base="").post(URL, content="{}")).status_code == 401
    checked_deletion = await stage.api.manager.delete(f"/numbers/{stage.number_id}/assistant")
    assert checked_deletion.status_code == 204
    assert (await line.asks()).status_code == 404


CALLED_BACK = [
    ({"outcome": Outcome.SUCCESS}, False, ("done", "called back: outcome success", "completed")),
    ({"outcome": Outcome.NOT_INTERESTED}, False, ("done", "called back: outcome not interested", "completed")),
    ({"outcome": Outcome.UNKNOWN}, False, ("waiting", "", "running")),
    ({"outcome": Outcome.SUCCESS}, True, ("waiting", "", "running")),
]


@pytest.mark.parametrize(("said", "has_chosen", "then"), CALLED_BACK)
async def test_who_settles_by_calling_back_what_a_campaign_called_about_is_not_called_for_it_again(
    stage: Stage, line: Line, said: dict[str, Any], has_chosen: bool, then: tuple[str, str, str]
) -> None:
    campaign = await called_by_a_campaign(stage)
    await line.routed(menu={"prompt": "For sales press 1.", "keys": {"1": await published(stage, "Sales")}})
    _, agent = await line.rings()
    await agent.says(EventKind.ANSWERED)
    if has_chosen:
        await agent.client.post("/choice", json={"key": "1"})
    await agent.reports(**said)
    (shown,) = (await stage.get(f"/campaigns/{campaign}/enrollments"))["items"]
    status = (await stage.get(f"/campaigns/{campaign}"))["execution_status"]
    assert (shown["state"], shown["closed_reason"], status) == then


async def called_by_a_campaign(stage: Stage) -> str:
    """A campaign whose only contact was called once, by the assistant of the number, and waits for the next try."""
    ada = await stage.post("/contacts", {"name": "Ada", "phones": [{"e164": CALLEE}]})
    call, caller = await stage.in_progress(contact_id=ada["id"])
    await caller.reports(answered_by=AnsweredBy.VOICEMAIL, outcome=Outcome.NO_CONVERSATION)
    people = await stage.post("/contact-lists", {"name": "Spring"})
    await stage.post(f"/contact-lists/{people['id']}/contacts", {"contact_ids": [ada["id"]]}, 200)
    who = {"assistant_id": stage.assistant_id, "contact_list_ids": [people["id"]], "number_ids": [stage.number_id]}
    campaign = (await stage.post("/campaigns", {"name": "Spring", **who}))["id"]
    await stage.post(f"/campaigns/{campaign}/start", status=200)
    (enrollment,) = (await stage.get(f"/campaigns/{campaign}/enrollments"))["items"]
    await stage.change(call, campaign_id=UUID(campaign), enrollment_id=UUID(enrollment["id"]))
    return campaign


async def test_of_two_numbers_that_a_carriers_digits_may_be_the_caller_is_who_is_known(stage: Stage) -> None:
    trunk = await stage.post("/trunks", {"name": "Carrier", "provider": "generic", "address": "sip.example.com"})
    number = await stage.post("/numbers", {"e164": "+12122000001", "trunk_id": trunk["id"]})
    checked(await stage.api.manager.put(f"/numbers/{number['id']}/assistant", json={"assistant_id": stage.assistant_id}), 200)
    line = Line(replace(stage, number_id=number["id"]))
    digits, called = "4722334455", {"called": "+12122000001"}
    _, unknown = await line.rings(digits, **called)
    ole = await stage.post("/contacts", {"name": "Ole", "phones": [{"e164": "+4722334455"}]})
    known, agent = await line.rings(digits, **called)
    assert known.contact_id == UUID(ole["id"])
    shown = [(await stage.get(f"/calls/{one.call_id}"))["from_number"] for one in (unknown, agent)]
    assert shown == ["+14722334455", "+4722334455"]


async def published(stage: Stage, name: str) -> str:
    made = await stage.post("/assistants", {"name": name, "system_prompt": "Be quick.", "first_message": "Hello {name}."})
    return made["id"]


async def test_a_number_names_a_person_for_whom_no_assistant_takes_and_only_one_that_there_is(stage: Stage, line: Line) -> None:
    stage.api.app.state.transfers = stage.telephony
    path = f"/numbers/{stage.number_id}/routing"
    refused = checked(await stage.api.manager.put(path, json={"fallback": "Front desk"}), 400)
    assert refused["errors"][0]["field"] == "fallback"
    await stage.post("/operators", {"name": "Front desk", "e164": "+12025550150"})
    never = {"weekly": [{"days": ["mon"], "start": "00:00", "end": "00:01"}], "holidays": []}
    await line.routed(fallback="Front desk", hours=never, time_zone="Etc/GMT+12")
    call, agent = await line.rings()
    order = await order_of(agent)
    assert order.inbound is not None
    assert order.inbound.fallback == "Front desk"
    leg = Leg(identity_of(call), is_agent=False, is_phone=True, call_status="active")
    stage.telephony.room_of[room_of(call)] = FakeRoom("", {identity_of(call): leg})
    assert checked(await agent.client.post("/transfer", json={"destination": "Front desk"}), 200)["is_done"] is False
    await agent.says(EventKind.ANSWERED)
    assert checked(await agent.client.post("/transfer", json={"destination": "Front desk"}), 200)["is_done"] is True
    (sent,) = stage.telephony.transfers
    assert (sent.to, sent.identity) == ("+12025550150", f"sip_{CALLEE}")
    await agent.reports(outcome=Outcome.TRANSFERRED, end_cause=EndCause.TRANSFER_DONE)
    shown = await stage.get(f"/calls/{agent.call_id}")
    assert (shown["outcome"], shown["end_cause"]) == ("transferred", "transfer_done")


async def test_a_destination_of_an_assistant_may_be_that_person_too(stage: Stage, line: Line) -> None:
    has = {"transfer": {"destinations": [{"name": "Night desk", "e164": "+12025550151"}]}}
    checked(await stage.api.manager.patch(f"/assistants/{stage.assistant_id}", json=has), 200)
    await line.routed(fallback="Night desk")
    _, agent = await line.rings()
    order = await order_of(agent)
    assert order.inbound is not None
    assert order.inbound.fallback == "Night desk"
