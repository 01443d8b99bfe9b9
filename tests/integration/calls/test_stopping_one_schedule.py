"""A stop that is said in a call of a schedule: its calls alone, or all; and all when nobody says which."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from control_plane.db.models import Call
from sip_config.contract import EndCause, EventKind, Outcome
from sip_config.naming import room_name
from tests.integration.calls.conftest import CALLEE, Agent, Stage, checked

STOP = "Please stop calling me."


async def in_progress(stage: Stage) -> tuple[Any, Any, Agent]:
    """A daily schedule, and its call that is being held."""
    schedule = await stage.post(
        "/schedules", {"name": "Daily", "assistant_id": stage.assistant_id, "phone_number": CALLEE, "cron": "0 12 * * *"}
    )
    call, agent = await stage.in_progress(made=await stage.call_of_run(schedule))
    await agent.says(EventKind.STOP_SAID, quote=STOP, schedule_id=schedule["id"])
    return schedule, call, agent


async def is_suppressed(stage: Stage) -> bool:
    return (await stage.get("/suppressions/check", e164=CALLEE))["is_suppressed"]


async def test_only_the_schedule_ends_when_that_is_what_they_mean(stage: Stage) -> None:
    schedule, call, agent = await in_progress(stage)
    (held,) = (await stage.get("/suppressions/check", e164=CALLEE))["suppressions"]
    assert (held["source"], held["call_id"]) == ("being_asked", call["id"])
    checked(await agent.client.post("/schedules", json={"cancels": schedule["id"]}), 200)
    checked(await agent.client.post("/schedules", json={"yes": "Only these calls."}), 200)
    await agent.says(EventKind.HANGING_UP, end_cause="agent_hangup")
    await agent.reports(outcome=Outcome.UNKNOWN)
    assert (await stage.get(f"/schedules/{schedule['id']}"))["state"] == "paused"
    assert not await is_suppressed(stage)
    assert (await stage.row(call)).outcome == Outcome.UNKNOWN


@pytest.mark.parametrize("proposes", [False, True])
async def test_who_hangs_up_over_the_question_is_not_called_again(stage: Stage, proposes: bool) -> None:
    schedule, call, agent = await in_progress(stage)
    if proposes:
        checked(await agent.client.post("/schedules", json={"cancels": schedule["id"]}), 200)
    # For now, and nobody has opted out yet.
    assert await is_suppressed(stage)
    assert (await stage.row(call)).outcome is None
    await agent.says(EventKind.CALLEE_LEFT, last_status="hangup", disconnect_reason="CLIENT_INITIATED")
    await agent.reports(outcome=Outcome.UNKNOWN, end_cause=EndCause.CALLEE_HANGUP)
    assert await is_suppressed(stage)
    row: Call = await stage.row(call)
    assert (row.outcome, row.outcome_source) == (Outcome.DO_NOT_CALL, "opt_out")
    (kept,) = (await stage.get("/suppressions"))["items"]
    assert (kept["source"], STOP in kept["evidence"]) == ("call", True)


async def test_whose_agent_dies_over_the_question_is_not_called_again(stage: Stage) -> None:
    _, call, _ = await in_progress(stage)
    stage.telephony.agent_leaves(room_name(call["id"]))
    await stage.change(call, lease_until=datetime.now(UTC) - timedelta(seconds=1))
    await stage.sweep()
    assert (await stage.row(call)).state == "ended"
    assert await is_suppressed(stage)


async def test_the_question_outlives_its_schedule(stage: Stage) -> None:
    schedule, _, agent = await in_progress(stage)
    assert (await stage.api.manager.delete(f"/schedules/{schedule['id']}")).status_code == 204
    await agent.says(EventKind.CALLEE_LEFT, last_status="hangup", disconnect_reason="CLIENT_INITIATED")
    await agent.reports(outcome=Outcome.UNKNOWN, end_cause=EndCause.CALLEE_HANGUP)
    (kept,) = (await stage.get("/suppressions"))["items"]
    assert kept["source"] == "call"


async def test_an_opt_out_from_all_calls_stays_one(stage: Stage) -> None:
    _, _, agent = await in_progress(stage)
    checked(await agent.client.post("/opt-out", json={"quote": "All calls.", "offset_s": 9.0}), 200)
    await agent.says(EventKind.HANGING_UP, end_cause="opt_out")
    await agent.reports(outcome=Outcome.DO_NOT_CALL, end_cause=EndCause.OPT_OUT, outcome_label="do_not_call")
    (kept,) = (await stage.get("/suppressions"))["items"]
    assert (kept["source"], "All calls." in kept["evidence"]) == ("call", True)


async def test_a_question_that_arrives_after_its_answer_holds_nothing_back(stage: Stage) -> None:
    made = {"name": "Daily", "assistant_id": stage.assistant_id, "phone_number": CALLEE, "cron": "0 12 * * *"}
    schedule = await stage.post("/schedules", made)
    _, agent = await stage.in_progress(made=await stage.call_of_run(schedule))
    checked(await agent.client.post("/schedules", json={"cancels": schedule["id"]}), 200)
    checked(await agent.client.post("/schedules", json={"yes": "Only these calls."}), 200)
    await agent.says(EventKind.STOP_SAID, quote=STOP, schedule_id=schedule["id"])
    assert not await is_suppressed(stage)
