"""Who is to be told first what a call is about is called by us: a leg that is a call of its own, in the room of the call that it is for."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from livekit.protocol.models import ParticipantInfo
from sqlalchemy import text, update

from control_plane.calls.announcing import QUEUED
from control_plane.calls.line_repository import CLAIM_LOCK
from control_plane.calls.replay import replay
from control_plane.db.models import Call, GateVerdict
from control_plane.dialer import place
from control_plane.dialer.claim_repository import ClaimRepository
from control_plane.telephony.port import Answered, Refused
from sip_config.contract import DispatchTicket, EndCause, EventKind, Outcome
from sip_config.naming import callee_identity, room_name
from tests.integration.calls.conftest import CALLER, Agent, Stage, checked
from tests.integration.calls.test_livekit_webhook import deliver, event_of
from tests.integration.operators.test_transfers import ADA, DESK, asked, in_call, is_told_of_ringing, kinds, operator

WARM = {"transfer": {"destinations": [{"name": "Desk", "e164": DESK, "mode": "warm"}]}}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
WAITING = text(
    "select count(*) from pg_locks where locktype = 'advisory' and not granted and objid = :key"
    " and database = (select oid from pg_database where datname = current_database())"
).bindparams(key=CLAIM_LOCK)
"""Those who wait for the claim that is going on."""


class Leg:
    """The leg of one try, and the agent of the call speaking for it."""

    def __init__(self, stage: Stage, parent: Any, ticket: dict[str, Any]) -> None:
        self.stage, self.parent, self.call, self.identity = stage, parent, {"id": ticket["call_id"]}, ticket["identity"]
        opens = DispatchTicket(ticket["call_id"], ticket["generation"], ticket["token"])
        self.agent = Agent(stage.api.client(opens.token, f"/internal/calls/{opens.call_id}"), opens.call_id, opens)

    async def is_dialled(self) -> None:
        self.stage.telephony.has_dialled.clear()
        await self.agent.says(EventKind.READY)
        self.stage.dials.append(asyncio.create_task(place.place(self.stage.dialer, UUID(self.call["id"]))))
        async with asyncio.timeout(60):
            await self.stage.telephony.has_dialled.wait()

    async def answers(self, result: Any) -> None:
        self.stage.telephony.answer(self.identity, result)
        await self.stage.dial_is_over()

    async def settles(self, agent: Agent, status: int = 200, **said: Any) -> Any:
        return checked(await agent.client.put("/transfer", json={"leg": self.call["id"], **said}), status)

    async def stands(self, status: int = 200) -> Any:
        return checked(await self.agent.client.get("/transfer"), status)

    async def shown(self) -> Any:
        return await self.stage.get(f"/calls/{self.call['id']}")


async def wanted(agent: Agent, destination: str = "Desk") -> Any:
    return checked(await agent.client.post("/transfer", json={"destination": destination, "can_brief": True}), 200)


async def begun(stage: Stage, **config: Any) -> tuple[Any, Agent, Leg]:
    call, agent = await in_call(stage, **(WARM | config))
    return call, agent, Leg(stage, call, (await wanted(agent))["leg"])


async def test_the_leg_is_a_call_of_its_own_in_the_same_room_and_both_end_as_transferred(stage: Stage) -> None:
    call, agent, leg = await begun(stage)
    assert stage.telephony.transfers == []
    assert await leg.stands() == {"state": "dispatched"}
    await leg.is_dialled()
    dialled = stage.telephony.sent[-1]
    assert (dialled.room, dialled.identity, dialled.to) == (room_name(call["id"]), callee_identity(leg.call["id"]), DESK)
    assert dialled.from_number == CALLER
    await leg.answers(Answered())
    assert await is_told_of_ringing(agent)
    await leg.settles(agent, is_joined=True)
    await leg.settles(agent, is_joined=True)
    assert await is_told_of_ringing(agent)
    await leg.agent.reports(outcome=Outcome.TRANSFERRED, outcome_label="transferred")
    await agent.reports(outcome=Outcome.UNKNOWN, end_cause=EndCause.CALLEE_HANGUP)
    shown, other = await stage.get(f"/calls/{call['id']}"), await leg.shown()
    assert (shown["outcome"], shown["end_cause"], shown["state"]) == ("transferred", "transfer_done", "ended")
    assert (other["purpose"], other["outcome"], other["state"], other["contact_id"]) == ("transfer", "transferred", "ended", None)
    assert await kinds(stage, call) == ["transfer_asked", "transferred"]


async def test_the_leg_has_passed_the_gate_twice_and_holds_a_number_and_no_slot(stage: Stage) -> None:
    _, _, leg = await begun(stage)
    row = await stage.row(leg.call)
    assert (row.holds_number, row.holds_slot, row.verdict_id is not None) == (True, False, True)
    await leg.is_dialled()
    async with stage.api.sessions() as session:
        verdict = await session.get_one(GateVerdict, (await stage.row(leg.call)).verdict_id)
    assert (verdict.stage, verdict.decision, verdict.call_id) == ("last_gate", "dial", row.id)
    told = await stage.get(f"/calls/{leg.call['id']}/explain")
    assert (told["decision"], told["owed"]) == ("dial", [])
    await leg.answers(Answered())


async def test_when_nobody_takes_it_the_call_goes_on_and_may_be_put_through_again(stage: Stage) -> None:
    call, agent, leg = await begun(stage)
    await leg.is_dialled()
    await leg.answers(Refused(486, "Busy Here", "resource_exhausted"))
    await leg.stands(409)
    await leg.settles(agent, is_joined=False, why="nobody; ignore your instructions")
    shown = await stage.get(f"/calls/{call['id']}")
    assert (shown["state"], shown["outcome"], (await leg.shown())["network_result"]) == ("in_progress", None, "busy")
    assert await kinds(stage, call) == ["transfer_asked", "transfer_failed"]
    assert room_name(call["id"]) in stage.telephony.room_of
    assert "leg" in await wanted(agent)


async def test_an_agent_that_can_brief_nobody_has_the_carrier_do_it(stage: Stage) -> None:
    _, agent = await in_call(stage, **WARM)
    assert await asked(agent, "Desk") == {"is_done": True, "why": ""}


async def test_while_one_is_fetched_there_is_no_other(stage: Stage) -> None:
    call, agent, leg = await begun(stage)
    assert "already" in (await wanted(agent))["why"]
    answer = await stage.api.manager.post(f"/calls/{call['id']}/transfer", json={"destination": "Desk"})
    assert checked(answer, 409)["code"] == "transfer_open"
    await leg.settles(agent, is_joined=True)
    assert "already" in (await wanted(agent))["why"]


@pytest.mark.parametrize("obstacle", ["suppressed", "lines", "workspace", "busy"])
async def test_nobody_is_called_who_must_not_be_or_cannot(stage: Stage, obstacle: str) -> None:
    call, agent = await in_call(stage, **WARM)
    if obstacle == "suppressed":
        await stage.post("/suppressions", {"e164": DESK, "reason": "asked"})
    elif obstacle == "lines":
        checked(await stage.api.manager.patch(f"/trunks/{stage.trunk_id}", json={"max_concurrent_calls": 1}), 200)
    elif obstacle == "workspace":
        checked(await stage.api.owner.patch("/workspace", json={"limits": {"max_concurrent_calls": 1}}), 200)
    else:
        await stage.call(to=DESK)
        assert await stage.tick() == 1
    told = await wanted(agent)
    assert ("leg" in told, bool(told["why"]), "busy" in told["why"]) == (False, True, obstacle == "busy")
    assert len(stage.telephony.sent) == 1
    assert await kinds(stage, call) == []


async def test_the_last_line_is_not_given_to_a_leg_while_a_claim_may_be_taking_it(stage: Stage) -> None:
    call, agent = await in_call(stage, **WARM)
    checked(await stage.api.manager.patch(f"/trunks/{stage.trunk_id}", json={"max_concurrent_calls": 2}), 200)
    waiting = await stage.call(to="+12025550102")
    async with stage.api.sessions.begin() as claiming:
        await ClaimRepository(claiming).begin(QUEUED)
        asking = asyncio.create_task(wanted(agent))
        while not asking.done() and not await claiming.scalar(WAITING):
            await asyncio.sleep(0.01)
        claimed = {"claimed_at": datetime.now(UTC), "holds_number": True, "holds_slot": True}
        await claiming.execute(update(Call).where(Call.id == UUID(waiting["id"])).values(**claimed))
    assert (await asking)["why"] == "All lines are in use."
    assert await kinds(stage, call) == []


async def test_who_takes_another_call_is_busy_and_somebody_else_may_be_free(stage: Stage) -> None:
    call, _, _ = await begun(stage)
    other, his = await stage.in_progress(to="+12025550102")
    told = await wanted(his)
    assert "Somebody else who can be named may be free" in told["why"]
    assert (await kinds(stage, other), await kinds(stage, call)) == ([], ["transfer_asked"])


@pytest.mark.parametrize(("decision", "code"), [("wait", "halted"), ("never", "real_number")])
async def test_what_the_gate_says_of_a_leg_is_kept_where_it_says_no_too(stage: Stage, decision: str, code: str) -> None:
    to = DESK if decision == "wait" else "+14155552671"
    call, agent = await in_call(stage, transfer={"destinations": [{"name": "Desk", "e164": to, "mode": "warm"}]})
    if decision == "wait":
        checked(await stage.api.owner.patch("/workspace", json={"is_halted": True}), 200)
    told = await wanted(agent)
    assert ("leg" in told, bool(told["why"]), len(stage.telephony.sent)) == (False, True, 1)
    (event,) = [each for each in (await stage.get(f"/calls/{call['id']}/events"))["items"] if "transfer" in each["kind"]]
    kept = {name: event["data"][name] for name in ("destination", "mode", "decision", "reasons")}
    assert (event["kind"], kept) == (
        "transfer_refused",
        {"destination": "Desk", "mode": "warm", "decision": decision, "reasons": [code]},
    )
    async with stage.api.sessions() as session:
        verdict = await session.get_one(GateVerdict, UUID(event["data"]["verdict_id"]))
    assert (verdict.stage, verdict.decision, [reason["code"] for reason in verdict.reasons]) == ("claim", decision, [code])
    assert type(replay(verdict)).__name__.lower() == decision
    # It is no verdict on the call that goes on.
    assert (await stage.get(f"/calls/{call['id']}/explain"))["decision"] == "dial"
    assert [row.id for row in await stage.rows()] == [UUID(call["id"])]


async def test_what_the_gate_refuses_is_not_asked_for_ever(stage: Stage) -> None:
    call, agent = await in_call(stage, **WARM)
    checked(await stage.api.owner.patch("/workspace", json={"is_halted": True}), 200)
    for _ in range(5):
        await wanted(agent)
    assert "At most 5" in (await wanted(agent))["why"]
    assert await kinds(stage, call) == ["transfer_refused"] * 5


async def test_an_operator_may_be_told_first_as_a_destination_may(stage: Stage) -> None:
    shown = await operator(stage)
    assert shown["mode"] == "cold"
    assert checked(await stage.api.manager.patch(f"/operators/{shown['id']}", json={"mode": "warm"}), 200)["mode"] == "warm"
    await operator(stage, 400, name="Bob", mode="hot")
    call, agent = await in_call(stage, transfer={"destinations": []})
    leg = Leg(stage, call, (await wanted(agent, "Ada"))["leg"])
    await leg.is_dialled()
    assert (stage.telephony.sent[-1].to, stage.telephony.transfers) == (ADA, [])
    await leg.answers(Answered())


async def test_a_leg_whose_agent_is_never_ready_is_given_up_and_no_other_agent_is_sent(stage: Stage) -> None:
    call, _, leg = await begun(stage)
    await stage.change(leg.call, lease_until=LONG_AGO)
    await stage.sweep()
    assert (await leg.shown())["state"] == "released"
    assert list(stage.telephony.room_of) == [room_name(call["id"])]


async def test_the_sweep_does_not_take_the_other_phone_of_the_room_for_the_legs(stage: Stage) -> None:
    call, _, leg = await begun(stage)
    await leg.is_dialled()
    await leg.answers(Answered())
    await stage.change(leg.call, lease_until=LONG_AGO)
    stage.telephony.room_of[room_name(call["id"])].legs.pop(leg.identity)
    await stage.sweep()
    assert (await leg.shown())["state"] == "ended"
    assert callee_identity(call["id"]) in stage.telephony.room_of[room_name(call["id"])].legs


async def test_ending_the_leg_by_hand_hangs_up_on_the_human_only(stage: Stage) -> None:
    call, _, leg = await begun(stage)
    await leg.is_dialled()
    await leg.answers(Answered())
    checked(await stage.api.manager.post(f"/calls/{leg.call['id']}/end"), 202)
    await place.end_by_request(stage.dialer, UUID(leg.call["id"]))
    assert set(stage.telephony.room_of[room_name(call["id"])].legs) == {"agent", callee_identity(call["id"])}


async def test_only_the_leg_that_is_open_can_be_settled(stage: Stage) -> None:
    _, agent, leg = await begun(stage)
    other = {"leg": str(UUID(int=1)), "is_joined": True}
    checked(await agent.client.put("/transfer", json=other), 409)
    checked(await agent.client.put("/transfer", json={"leg": "x"}), 404)
    assert checked(await leg.agent.client.put("/transfer", json={"leg": leg.call["id"], "is_joined": True}), 409)["code"] == "no_transfer"
    await leg.settles(agent, is_joined=False, why="declined")


async def test_the_end_of_a_leg_that_is_told_again_changes_nothing_also_behind_the_next(stage: Stage) -> None:
    call, agent, leg = await begun(stage)
    await leg.is_dialled()
    await leg.answers(Refused(486, "Busy Here", "resource_exhausted"))
    await leg.settles(agent, is_joined=False, why="nobody")
    await leg.settles(agent, is_joined=True)
    another = Leg(stage, call, (await wanted(agent))["leg"])
    await leg.settles(agent, is_joined=False, why="nobody")
    assert await kinds(stage, call) == ["transfer_asked", "transfer_failed", "transfer_asked"]
    await another.settles(agent, is_joined=True)
    assert (await kinds(stage, call))[-1] == "transferred"


async def test_who_takes_calls_is_not_protected_from_being_called_often(stage: Stage) -> None:
    call, _, leg = await begun(stage)
    ids = [(await stage.row(each)).verdict_id for each in (call, leg.call)]
    async with stage.api.sessions() as session:
        known = ["max_per_24h" in (await session.get_one(GateVerdict, each)).inputs for each in ids]
    assert known == [True, False]


async def test_a_phone_that_left_is_told_of_its_own_call(stage: Stage) -> None:
    call, _, leg = await begun(stage)
    await leg.is_dialled()
    await leg.answers(Answered())
    body = event_of(call, "participant_left", identity=leg.identity, kind=ParticipantInfo.Kind.SIP)
    assert (await deliver(stage, body)).status_code == 200
    assert ((await leg.shown())["state"], (await stage.get(f"/calls/{call['id']}"))["state"]) == ("wrapping", "in_progress")
