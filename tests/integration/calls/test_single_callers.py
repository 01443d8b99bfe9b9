"""Who makes a single call when the request does not say: chosen like a campaign's caller, again at the claim, and explained."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update

from control_plane.db.models import Call, ContactPhone, Number, Trunk
from control_plane.kit.ids import new_id
from sip_config.contract import NetworkResult
from tests.integration.calls.conftest import CALLEE, CALLER, Stage

SECOND = "+12025550198"


async def _second(stage: Stage) -> str:
    made = await stage.post("/numbers", {"e164": SECOND, "trunk_id": stage.trunk_id})
    stage.api.queue.sent.clear()
    return made["id"]


async def _set(stage: Stage, number_id: str, **facts: Any) -> None:
    async with stage.api.sessions.begin() as session:
        await session.execute(update(Number).where(Number.id == UUID(number_id)).values(**facts))


async def _number(stage: Stage, number_id: str) -> Number:
    async with stage.api.sessions() as session:
        return await session.get_one(Number, UUID(number_id))


async def _over(stage: Stage, call: Any, **facts: Any) -> None:
    """The call is over, and was dialled an hour ago."""
    over = datetime.now(UTC) - timedelta(hours=1)
    plain = {"state": "ended", "holds_number": False, "holds_slot": False, "lease_until": None, "dialing_at": over, "ended_at": over}
    await stage.change(call, **(plain | facts))


async def test_a_quarantined_number_makes_no_single_call_and_the_call_says_who_was_passed_over(stage: Stage) -> None:
    await _second(stage)
    await _set(stage, stage.number_id, health="quarantined")
    call = await stage.call()
    assert (call["from_number"], call["caller_choice"]["why"]) == (SECOND, "least_used")
    assert [other["number_id"] for other in call["caller_choice"]["passed_over"]] == [stage.number_id]
    assert await stage.tick() == 1
    assert (await stage.row(call)).from_e164 == SECOND


async def test_with_every_number_quarantined_the_request_is_refused(stage: Stage) -> None:
    await _set(stage, stage.number_id, health="quarantined")
    problem = await stage.call(409)
    assert problem["code"] == "no_caller_number"
    assert await stage.rows() == []


async def test_the_number_that_was_asked_for_calls_whatever_its_health_and_no_choice_is_told(stage: Stage) -> None:
    await _second(stage)
    await _set(stage, stage.number_id, health="quarantined")
    call = await stage.call(from_number_id=stage.number_id)
    assert await stage.tick() == 1
    row = await stage.row(call)
    assert (row.from_e164, row.caller_choice) == (CALLER, {})
    assert (await _number(stage, stage.number_id)).first_used_at == row.claimed_at


async def test_the_caller_is_chosen_again_at_the_claim(stage: Stage) -> None:
    second = await _second(stage)
    await _set(stage, second, health="quarantined")
    call = await stage.call()
    assert call["from_number"] == CALLER
    await _set(stage, second, health="active")
    await _set(stage, stage.number_id, health="resting", rests_until=datetime.now(UTC) + timedelta(days=1))
    assert await stage.tick() == 1
    row = await stage.row(call)
    assert (row.from_e164, row.from_number_id) == (SECOND, UUID(second))
    assert row.caller_choice["passed_over"] == [{"number_id": stage.number_id, "sentence": "It rests after a block."}]
    assert (await _number(stage, second)).first_used_at == row.claimed_at
    assert (await _number(stage, stage.number_id)).first_used_at is None


async def test_a_trunk_that_is_paused_leaves_the_call_to_another(stage: Stage) -> None:
    call = await stage.call()
    async with stage.api.sessions.begin() as session:
        trunk_id, workspace_id = new_id(), (await session.get_one(Number, UUID(stage.number_id))).workspace_id
        plain = {"provider": "rehearsal", "is_rehearsal": True, "address": "127.0.0.1", "sync_state": "synced"}
        session.add(Trunk(id=trunk_id, workspace_id=workspace_id, name="second", livekit_outbound_trunk_id="ST_second", **plain))
        await session.flush()
        session.add(Number(id=new_id(), workspace_id=workspace_id, trunk_id=trunk_id, is_rehearsal=True, e164=SECOND))
        paused = {"paused_reason": "A person paused it.", "paused_at": datetime.now(UTC)}
        await session.execute(update(Trunk).where(Trunk.id == UUID(stage.trunk_id)).values(**paused))
    assert await stage.tick() == 1
    row = await stage.row(call)
    assert (row.from_e164, row.trunk_id) == (SECOND, trunk_id)


async def test_when_every_day_is_used_up_the_call_waits_for_tomorrow_and_says_why(stage: Stage) -> None:
    await _set(stage, stage.number_id, daily_cap=1)
    first, second = await stage.call(), await stage.call(to="+12025550102")
    assert await stage.tick() == 1
    waits = await stage.row(second)
    assert (waits.claimed_at, waits.caller_choice["sentence"]) == (None, "Its 1 calls of the day are made.")
    assert waits.due_at > (await stage.row(first)).due_at
    third = await stage.call(to="+12025550103")
    assert (third["caller_choice"]["why"], datetime.fromisoformat(third["due_at"])) == ("waiting", waits.due_at)


async def test_a_call_that_was_asked_for_days_ago_uses_up_the_day_on_which_it_is_made(stage: Stage) -> None:
    await _set(stage, stage.number_id, daily_cap=1)
    first = await stage.call()
    await stage.change(first, created_at=datetime.now(UTC) - timedelta(days=3))
    assert await stage.tick() == 1
    second = await stage.call(to="+12025550102")
    assert await stage.tick() == 0
    await _over(stage, first, dialing_at=datetime.now(UTC))
    await stage.change(second, due_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert await stage.tick() == 0
    assert (await stage.row(second)).caller_choice["sentence"] == "Its 1 calls of the day are made."


async def test_a_number_without_a_contact_is_called_by_who_called_it_before(stage: Stage) -> None:
    second = await _second(stage)
    for used, e164 in ((second, SECOND), (stage.number_id, CALLER)):
        before = await stage.call(from_number_id=used)
        await _over(stage, before, network_result=NetworkResult.BUSY, dialing_at=datetime.now(UTC) - timedelta(minutes=5))
        call = await stage.call()
        assert (call["from_number"], call["caller_choice"]["why"]) == (e164, "sticky")
        async with stage.api.sessions.begin() as session:
            await session.execute(update(Call).values(dialing_at=datetime.now(UTC) - timedelta(days=1), state="ended"))


async def test_the_assistants_own_number_goes_first_and_steps_back_when_it_may_not_call(stage: Stage) -> None:
    second = await _second(stage)
    await _set(stage, second, assistant_id=UUID(stage.assistant_id))
    assert (await stage.call())["from_number"] == SECOND
    await _set(stage, second, health="quarantined")
    assert (await stage.call())["from_number"] == CALLER


async def test_a_contacts_dead_number_is_passed_over_and_with_none_alive_nobody_is_called(stage: Stage) -> None:
    alive = "+12025550102"
    contact = (await stage.post("/contacts", {"name": "Sam", "phones": [{"e164": CALLEE}, {"e164": alive}]}))["id"]
    wanted = {"assistant_id": stage.assistant_id, "contact_id": contact}
    async with stage.api.sessions.begin() as session:
        await session.execute(update(ContactPhone).where(ContactPhone.e164 == CALLEE).values(dead_reason="the number does not exist"))
    assert (await stage.post("/calls", wanted, 202))["to"] == alive
    async with stage.api.sessions.begin() as session:
        await session.execute(update(ContactPhone).values(dead_reason="the number does not exist"))
    assert (await stage.post("/calls", wanted, 409))["code"] == "no_live_number"
