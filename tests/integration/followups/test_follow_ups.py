"""Follow-ups: one call for each step of the protocol, before all other calls and never past the gate; who closes them, who takes over."""

import asyncio
import signal
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from control_plane.calls.giving_way import ANOTHER_CALL
from control_plane.db.models import Assistant, Call, FollowUp, FollowUpStep
from control_plane.db.unit import open_unit
from control_plane.followups.placing import make
from control_plane.followups.repository import FollowUpWork
from control_plane.followups.tasks import keep_follow_ups
from tests.fixtures.world import NOON
from tests.integration.dying import PATIENCE_S, frozen_worker
from tests.integration.followups.conftest import ADA, HOUR, Care

TWO_HOURS, A_DAY, A_WEEK = timedelta(hours=2), timedelta(days=1), timedelta(days=7)


async def _states(care: Care, follow_up: Any) -> list[str]:
    return [step["state"] for step in (await care.shown(follow_up))["steps"]]


async def test_the_protocol_calls_after_two_hours_a_day_and_a_week_and_then_closes(care: Care) -> None:
    made = await care.follow_up()
    assert [step["after_s"] for step in made["steps"]] == [2 * HOUR, 24 * HOUR, 7 * 24 * HOUR]
    assert (made["state"], made["for"], made["priority"]) == ("open", "call", "crisis")
    for number, gap in enumerate((TWO_HOURS, A_DAY - TWO_HOURS, A_WEEK - A_DAY), start=1):
        await care.keep(after=gap - timedelta(seconds=1))
        assert len(await care.calls()) == number - 1
        await care.keep(after=timedelta(seconds=1))
        call = (await care.calls())[-1]
        assert (call.to_e164, str(call.contact_id), call.priority, call.purpose) == (ADA, care.contact_id, 0, "single")
        assert call.request["metadata"] == {"follow_up_id": made["id"], "step": number}
        await care.is_reached(call)
        await care.keep()
    closed = await care.shown(made)
    assert (closed["state"], closed["closed_by"], closed["closed_reason"]) == ("closed", "protocol", "The protocol is complete.")
    assert [step["state"] for step in closed["steps"]] == ["reached"] * 3
    assert [step["call_id"] for step in closed["steps"]] == [str(call.id) for call in await care.calls()]


async def _die_at_the_commit(care: Care) -> None:
    state = care.world.app.state
    async with open_unit(state.sessions, care.world.queue, care.world.clock, actor="system") as unit:
        (step_id,) = await FollowUpWork(unit.session).due(unit.now, 10)
        await make(unit, step_id)
        raise asyncio.CancelledError


async def test_a_step_is_called_once_however_often_and_from_wherever_it_is_looked_at(care: Care) -> None:
    made = await care.follow_up()
    care.world.clock.advance(TWO_HOURS)
    await asyncio.gather(*(keep_follow_ups(care.world.ctx) for _ in range(4)))
    await care.keep()
    assert len(await care.calls()) == 1
    assert await _states(care, made) == ["calling", "waiting", "waiting"]


async def test_a_process_that_dies_before_its_commit_has_called_nobody(care: Care) -> None:
    await care.follow_up()
    care.world.clock.advance(TWO_HOURS)
    with pytest.raises(asyncio.CancelledError):
        await _die_at_the_commit(care)
    assert await care.calls() == []
    await care.keep()
    assert len(await care.calls()) == 1


async def test_a_worker_that_is_killed_over_a_step_has_called_nobody_and_another_calls_once(care: Care, database: str) -> None:
    """By SIGKILL, for each step of the protocol."""
    made = await care.follow_up()
    for number, gap in enumerate((TWO_HOURS, A_DAY - TWO_HOURS), start=1):
        care.world.clock.advance(gap)
        with frozen_worker(database, "control_plane.followups.tasks", "keep_follow_ups", care.world.clock.now()) as worker:
            # What it holds is its own as long as it lives, and nobody waits for it.
            await care.keep()
            assert len(await care.calls()) == number - 1
            worker.send_signal(signal.SIGKILL)
            worker.wait(PATIENCE_S)
        async with asyncio.timeout(PATIENCE_S):
            # PostgreSQL has to notice first that nobody is there any more.
            while len(await care.calls()) < number:
                await care.keep()
                await asyncio.sleep(0.05)
        await care.keep()
        calls = await care.calls()
        assert [call.request["metadata"]["step"] for call in calls] == list(range(1, number + 1))
        await care.is_reached(calls[-1])
        await care.keep()
    assert await _states(care, made) == ["reached", "reached", "waiting"]


SPOKEN_TO = {"answered_by": "human", "outcome": "success", "network_result": "answered"}


@pytest.mark.parametrize(("told", "calls", "state"), [({}, 2, "calling"), (SPOKEN_TO, 1, "reached")])
async def test_a_step_whose_call_is_lost_is_made_again_unless_they_turn_out_to_have_been_spoken_to(
    care: Care, told: dict[str, Any], calls: int, state: str
) -> None:
    made = await care.follow_up(steps=[{"after_s": 0}, {"after_s": HOUR}])
    await care.keep()
    (call,) = await care.calls()
    await care.ends(call, "lost", network_result="unknown")
    await care.keep()
    assert (await _states(care, made))[0] == "waiting"
    await care.ends(call, "lost", **told)
    await care.keep(after=timedelta(minutes=3))
    assert (len(await care.calls()), (await _states(care, made))[0]) == (calls, state)


@pytest.mark.parametrize(("told", "calls", "state"), [({}, 2, "calling"), (SPOKEN_TO, 1, "reached")])
async def test_nobody_is_called_again_while_somebody_may_be_talking_with_them(
    care: Care, told: dict[str, Any], calls: int, state: str
) -> None:
    made = await care.follow_up(steps=[{"after_s": 0}, {"after_s": HOUR}])
    await care.keep()
    (call,) = await care.calls()
    await care.ends(call, "lost", network_result="unknown", holds_number=True)
    await care.keep()
    await care.keep(after=timedelta(minutes=10))
    assert (len(await care.calls()), (await _states(care, made))[0]) == (1, "waiting")
    await care.ends(call, "lost", holds_number=False, **told)
    await care.keep(after=timedelta(seconds=30))
    assert (len(await care.calls()), (await _states(care, made))[0]) == (calls, state)


async def test_steps_that_reach_nobody_end_with_an_operator(care: Care) -> None:
    made = await care.follow_up(steps=[{"after_s": 0}, {"after_s": HOUR}])
    await care.keep()
    await care.ends((await care.calls())[0], network_result="no_answer")
    await care.keep()
    assert (await care.shown(made))["for"] == "call"
    await care.keep(after=timedelta(hours=1))
    await care.ends((await care.calls())[1], answered_by="human", outcome="wrong_person", network_result="answered")
    await care.keep()
    shown = await care.shown(made)
    assert (shown["state"], shown["for"]) == ("open", "operator")
    assert shown["handed_over_because"] == "The last call of the protocol reached nobody."
    assert [step["state"] for step in shown["steps"]] == ["missed", "missed"]


async def test_a_call_that_was_never_dialled_is_made_again_and_at_last_an_operator_has_to_look(care: Care) -> None:
    made = await care.follow_up(steps=[{"after_s": 0}])
    for number in range(1, 6):
        await care.keep()
        assert len(await care.calls()) == number
        await care.ends((await care.calls())[-1], "released")
        await care.keep()
        care.world.clock.advance(timedelta(minutes=2))
    await care.keep()
    shown = await care.shown(made)
    assert (len(await care.calls()), shown["for"]) == (5, "operator")
    assert shown["handed_over_because"] == "Its calls were given up before they were dialled."


async def test_for_somebody_who_has_opted_out_it_is_an_operators_from_the_beginning(care: Care) -> None:
    await care.opt_out()
    await care.world.ours.post("/webhook-endpoints", {"url": "https://hooks.example.com/"})
    made = await care.follow_up()
    assert (made["for"], [step["state"] for step in made["steps"]]) == ("operator", ["dropped"] * 3)
    await care.keep(after=A_WEEK)
    assert await care.calls() == []
    (delivery,) = (await care.world.ours.get("/webhook-deliveries"))["items"]
    assert (delivery["event_type"], delivery["data"]["for"]) == ("followup.created", "operator")
    assert ADA not in str(delivery)


async def test_an_opt_out_that_comes_later_stops_the_calls_and_alerts_an_operator(care: Care) -> None:
    made = await care.follow_up()
    await care.keep(after=TWO_HOURS)
    await care.world.ours.post("/webhook-endpoints", {"url": "https://hooks.example.com/"})
    await care.opt_out()
    await care.world.run_tasks()
    await care.keep()
    (call,) = await care.calls()
    assert call.state == "released"
    await care.keep(after=A_WEEK)
    shown = await care.shown(made)
    assert (len(await care.calls()), shown["for"], shown["state"]) == (1, "operator", "open")
    assert [step["state"] for step in shown["steps"]] == ["dropped"] * 3
    events = [item["event_type"] for item in (await care.world.ours.get("/webhook-deliveries"))["items"]]
    assert events.count("followup.handed_over") == 1


async def test_an_operator_closes_it_and_the_call_that_waits_is_given_up(care: Care) -> None:
    made = await care.follow_up()
    await care.keep(after=TWO_HOURS)
    closed = await care.world.ours.post(f"/follow-ups/{made['id']}/close", {"reason": "Spoke to her sister."}, 200)
    assert (closed["state"], closed["closed_by"], closed["closed_reason"]) == ("closed", "operator", "Spoke to her sister.")
    again = await care.world.ours.post(f"/follow-ups/{made['id']}/close", {}, 409)
    assert again["code"] == "follow_up_closed"
    await care.keep(after=A_WEEK)
    assert [(call.state, call.ended_by_request) for call in await care.calls()] == [("released", True)]
    assert await _states(care, made) == ["dropped"] * 3


async def test_what_cannot_be_called_becomes_an_operators_with_the_reason(care: Care) -> None:
    made = await care.follow_up(steps=[{"after_s": 60}])
    async with care.world.app.state.sessions.begin() as session:
        await session.execute(update(Assistant).values(is_active=False))
    await care.keep(after=timedelta(minutes=1))
    shown = await care.shown(made)
    assert (shown["for"], shown["handed_over_because"]) == ("operator", "The assistant Ann is switched off (is_active is false).")


async def test_a_newer_follow_up_of_the_same_person_takes_the_place_of_the_older(care: Care) -> None:
    older, newer = await care.follow_up(), await care.follow_up(reason="Called back in tears.")
    shown = await care.shown(older)
    assert (shown["state"], shown["closed_by"]) == ("closed", "protocol")
    await care.keep(after=TWO_HOURS)
    (call,) = await care.calls()
    assert call.request["metadata"]["follow_up_id"] == newer["id"]


async def test_the_gate_holds_back_a_follow_up_like_any_call(care: Care) -> None:
    """NOON is a Monday, seven in the morning in Washington."""
    await care.world.ours.client.put(
        f"/api/v1/contacts/{care.contact_id}/quiet-times", json={"ranges": [{"days": ["mon"], "start": "06:00", "end": "12:00"}]}
    )
    await care.follow_up(steps=[{"after_s": 0}])
    await care.keep()
    (call,) = await care.calls()
    assert (call.state, call.due_at) == ("queued", NOON + timedelta(hours=5))
    explained = await care.world.ours.get(f"/calls/{call.id}/explain")
    assert "the person wants no calls" in str(explained)


@pytest.mark.parametrize(("priority", "after_minutes"), [("crisis", 0), ("normal", 30)])
async def test_a_step_gives_way_to_another_call_of_the_person_unless_it_follows_a_crisis(
    care: Care, priority: str, after_minutes: int
) -> None:
    made = await care.follow_up(priority=priority, steps=[{"after_s": HOUR}])
    await care.keep(after=timedelta(minutes=59))
    other = await care.world.ours.post("/calls", {"assistant_id": care.assistant_id, "contact_id": care.contact_id}, 202)
    now = care.world.clock.now()
    await care.world.change_call(other["id"], state="ended", claimed_at=now, dialing_at=now, ended_at=now + timedelta(minutes=1))
    await care.keep(after=timedelta(minutes=1))
    (step,) = (await care.shown(made))["steps"]
    assert (step["state"], step["note"]) == (("calling", "") if not after_minutes else ("waiting", ANOTHER_CALL))
    await care.keep(after=timedelta(minutes=after_minutes))
    (step,) = (await care.shown(made))["steps"]
    assert (step["state"], len(await care.calls())) == ("calling", 2)


async def test_follow_ups_are_listed_by_what_they_are_for(care: Care) -> None:
    by_call, by_person = await care.follow_up(), await care.follow_up(**{"for": "operator", "assistant_id": None})
    assert by_person["steps"] == []
    listed = {made_for: (await care.world.ours.get("/follow-ups", **{"for": made_for}))["items"] for made_for in ("call", "operator")}
    assert {name: [item["id"] for item in items] for name, items in listed.items()} == {
        "call": [by_call["id"]],
        "operator": [by_person["id"]],
    }
    assert (await care.world.theirs.get("/follow-ups"))["items"] == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"contact_id": "01a1fd7b-e956-71dd-b74a-bb272d0d4ed4"}, 404),
        ({"assistant_id": "01a1fd7b-e956-71dd-b74a-bb272d0d4ed4"}, 404),
        ({"assistant_id": None}, 400),
        ({"steps": []}, 400),
        ({"steps": [{"after_s": -1}]}, 400),
        ({"reason": ""}, 400),
        ({"priority": "highest"}, 400),
    ],
)
async def test_what_makes_no_sense_is_refused(care: Care, fields: dict[str, Any], status: int) -> None:
    given = {"contact_id": care.contact_id, "assistant_id": care.assistant_id, "reason": "x"} | fields
    await care.world.ours.post("/follow-ups", given, status)


async def test_an_erased_person_leaves_no_follow_up_behind(care: Care) -> None:
    await care.follow_up()
    await care.world.ours.post(f"/contacts/{care.contact_id}/erase", status=202)
    async with care.world.app.state.sessions() as session:
        for kind in (FollowUp, FollowUpStep):
            assert list(await session.scalars(kind.__table__.select())) == []


async def test_a_call_of_a_deleted_contact_concludes_nothing(care: Care) -> None:
    await care.follow_up(steps=[{"after_s": 0}])
    await care.keep()
    (call,) = await care.calls()
    await care.is_reached(call)
    await care.world.ours.delete(f"/contacts/{care.contact_id}")
    await care.keep()
    assert [row.contact_id for row in await care.calls() if isinstance(row, Call)] == [None]
