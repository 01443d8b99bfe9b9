"""Check-ups: they become schedules, and a missed one calls those whom the person has named until one acknowledges it."""

import asyncio
import signal
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from control_plane.checkups.escalating import SPOKEN_TO as STAND_DOWN
from control_plane.checkups.tasks import follow_people, keep_checkups
from control_plane.db.models import Call, CallTurn, CheckUp, CheckUpContact, CheckUpEscalation, RiskFlag, Schedule
from control_plane.schedules.merging import MERGED
from control_plane.schedules.running import REACHED_AFTER_ALL
from control_plane.schedules.tasks import call_runs, claim_schedules, follow_runs
from tests.integration.checkups.conftest import CONSENT, Checks
from tests.integration.dying import PATIENCE_S, frozen_worker

WASHINGTON = ZoneInfo("America/New_York")
ACKNOWLEDGED = {"answered_by": "human", "outcome_label": "acknowledged", "outcome": "unknown", "network_result": "answered"}
ABSENT = "01a1fd7b-e956-71dd-b74a-bb272d0d4ed4"


async def _events(checks: Checks) -> list[Any]:
    items = (await checks.world.ours.get("/webhook-deliveries"))["items"]
    return [item["data"] for item in items if item["event_type"] == "checkup.missed"]


async def _listen(checks: Checks) -> None:
    await checks.world.ours.post("/webhook-endpoints", {"url": "https://hooks.example.com/"})


async def test_a_checkup_is_a_schedule_at_a_minute_of_its_own_in_the_persons_morning(checks: Checks) -> None:
    made = await checks.checkup(checkup_type="medication")
    local = datetime.fromisoformat(made["next_at"]).astimezone(WASHINGTON)
    assert (made["time_zone"], made["state"], 9 <= local.hour < 11) == ("America/New_York", "active", True)
    schedule = await checks.world.ours.get(f"/schedules/{made['schedule_id']}")
    assert schedule["contact_id"] == made["contact_id"]
    assert schedule["metadata"] == {"checkup_id": made["id"], "checkup_type": "medication"}
    assert "medication" in schedule["agenda"]
    assert (made["kept"], made["missed"], made["adherence"], made["last_escalation"]) == (0, 0, None, None)


async def test_a_checkup_that_is_kept_calls_nobody_else(checks: Checks) -> None:
    made = await checks.is_due()
    await checks.care.is_reached(await checks.last())
    await checks.work()
    shown = await checks.shown(made)
    assert (shown["kept"], shown["missed"], shown["adherence"]) == (1, 0, 1.0)
    assert len(await checks.calls()) == 1


async def test_the_second_contact_acknowledges_a_missed_checkup_and_nobody_else_is_called(checks: Checks) -> None:
    await _listen(checks)
    made = await checks.is_missed()
    sister = await checks.last()
    assert (str(sister.contact_id), sister.purpose, sister.priority) == (checks.sister, "escalation", 0)
    assert "Ada could not be reached" in sister.request["agenda"]
    assert sister.request["outcome_labels"][0] == "acknowledged"
    await checks.nobody_answers()
    neighbour = await checks.last()
    assert str(neighbour.contact_id) == checks.neighbour
    await checks.care.ends(neighbour, **ACKNOWLEDGED)
    await checks.work()
    shown = await checks.shown(made)
    last = shown["last_escalation"]
    assert (last["state"], last["acknowledged_by"], last["call_id"]) == ("acknowledged", checks.neighbour, str(neighbour.id))
    assert last["notes"] == ["Safety contact 1: did not acknowledge."]
    assert (shown["missed"], len(await checks.calls()), await _events(checks)) == (1, 4, [])


async def test_the_first_acknowledgement_stops_the_calls(checks: Checks) -> None:
    made = await checks.is_missed()
    await checks.care.ends(await checks.last(), **ACKNOWLEDGED)
    await checks.work()
    assert (await checks.shown(made))["last_escalation"]["acknowledged_by"] == checks.sister
    assert await checks.calls(checks.neighbour) == []


async def test_an_acknowledgement_that_is_heard_of_late_stops_the_calls_and_alarms_nobody(checks: Checks) -> None:
    await _listen(checks)
    made = await checks.is_missed()
    sister = await checks.last()
    await checks.care.ends(sister, **LOST)
    await checks.work()
    assert str((await checks.last()).contact_id) == checks.neighbour
    await checks.care.ends(sister, **ACKNOWLEDGED | {"state": "lost"})
    await checks.nobody_answers()
    last = (await checks.shown(made))["last_escalation"]
    assert (last["state"], last["acknowledged_by"], await _events(checks)) == ("acknowledged", checks.sister, [])


async def test_when_nobody_acknowledges_whoever_subscribed_is_told(checks: Checks) -> None:
    await _listen(checks)
    made = await checks.is_missed()
    await checks.care.is_reached(await checks.last())
    await checks.work()
    await checks.nobody_answers()
    assert (await checks.shown(made))["last_escalation"]["state"] == "unacknowledged"
    (told,) = await _events(checks)
    assert (told["checkup_id"], told["contact_id"], told["state"]) == (made["id"], checks.care.contact_id, "unacknowledged")
    assert not any(word in str(told) for word in ("Ada", "2025550101"))


async def test_a_missed_run_is_escalated_once_however_many_look(checks: Checks) -> None:
    await checks.is_missed()
    await asyncio.gather(*(keep_checkups(checks.world.ctx) for _ in range(4)))
    assert len(await checks.calls(checks.sister)) == 1
    async with checks.world.app.state.sessions() as session:
        assert len(list(await session.scalars(select(CheckUpEscalation)))) == 1


async def test_a_worker_that_is_killed_over_an_escalation_has_called_nobody_and_another_calls_each_once(
    checks: Checks, database: str
) -> None:
    """By SIGKILL: over the beginning of it, and over the step from the first safety contact to the second."""
    await checks.is_due()
    await checks.nobody_answers()
    checks.world.clock.advance(timedelta(minutes=16))
    for task in (claim_schedules, call_runs, follow_runs):
        await task(checks.world.ctx)
    await checks.care.ends(await checks.last(), network_result="no_answer", counts_as_attempt=True)
    await follow_runs(checks.world.ctx)
    for contact in (checks.sister, checks.neighbour):
        with frozen_worker(database, "control_plane.checkups.tasks", "keep_checkups", checks.world.clock.now()) as worker:
            worker.send_signal(signal.SIGKILL)
            worker.wait(PATIENCE_S)
        assert await checks.calls(contact) == []
        async with asyncio.timeout(PATIENCE_S):
            # PostgreSQL has to notice first that nobody is there any more.
            while not await checks.calls(contact):
                await keep_checkups(checks.world.ctx)
                await asyncio.sleep(0.05)
        await checks.world.change_call((await checks.last()).id, claimed_at=checks.world.clock.now())
        await keep_checkups(checks.world.ctx)
        assert len(await checks.calls(contact)) == 1
        await checks.care.ends(await checks.last(), network_result="no_answer")
    await keep_checkups(checks.world.ctx)
    assert (len(await checks.calls(checks.sister)), len(await checks.calls(checks.neighbour))) == (1, 1)


async def test_a_contact_who_may_not_be_called_is_passed_over(checks: Checks) -> None:
    await checks.care.opt_out("+12025550102")
    made = await checks.is_missed()
    assert str((await checks.last()).contact_id) == checks.neighbour
    (note,) = (await checks.shown(made))["last_escalation"]["notes"]
    assert "suppression list" in note


async def test_a_contact_who_wants_no_calls_for_hours_is_passed_over(checks: Checks) -> None:
    every_day = {"ranges": [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "start": "06:00", "end": "20:00"}]}
    await checks.world.ours.client.put(f"/api/v1/contacts/{checks.sister}/quiet-times", json=every_day)
    made = await checks.is_missed()
    assert str((await checks.last()).contact_id) == checks.neighbour
    assert "wants no calls" in (await checks.shown(made))["last_escalation"]["notes"][0]


async def test_a_call_to_a_contact_that_was_never_dialled_is_made_again(checks: Checks) -> None:
    await checks.is_missed()
    await checks.care.ends(await checks.last(), "released")
    await checks.work()
    assert len(await checks.calls(checks.sister)) == 1
    await checks.work(after=timedelta(minutes=1))
    assert len(await checks.calls(checks.sister)) == 2
    assert await checks.calls(checks.neighbour) == []


async def test_a_fault_of_ours_that_no_call_comes_through_disturbs_nobody(checks: Checks) -> None:
    await _listen(checks)
    made = await checks.is_due()
    while (run := await _run(checks, made))["state"] in ("calling", "due"):
        if run["state"] == "calling":
            await checks.care.ends(await checks.last(), network_result="config_error")
        await checks.work(after=timedelta(minutes=20))
    assert (await checks.calls(checks.sister), (await _run(checks, made))["state"]) == ([], "missed")
    assert len(await checks.calls()) > 1
    (told,) = await _events(checks)
    assert told["state"] == "not_called"


async def test_a_person_who_cannot_be_called_at_all_alerts_and_disturbs_nobody(checks: Checks) -> None:
    await checks.care.opt_out()
    await _listen(checks)
    await checks.is_due()
    assert await checks.calls() == []
    (told,) = await _events(checks)
    assert told["state"] == "not_called"


async def test_who_was_tried_in_the_call_of_something_else_and_may_not_be_called_again_alarms_their_network(checks: Checks) -> None:
    made = await checks.is_carried()
    await checks.nobody_answers()
    await checks.care.opt_out()
    await checks.work(after=timedelta(minutes=16))
    schedule_id = (await checks.shown(made))["schedule_id"]
    (run,) = (await checks.world.ours.get(f"/schedules/{schedule_id}/runs"))["items"]
    assert (run["state"], run["calls"]) == ("refused", [])
    assert [str(call.contact_id) for call in await checks.calls()] == [checks.care.contact_id, checks.sister]


@pytest.mark.parametrize(
    "end",
    [
        {"answered_by": "silence", "outcome": "no_conversation"},
        {"answered_by": "uncertain", "outcome": "unknown"},
    ],
    ids=lambda end: end["answered_by"],
)
async def test_a_phone_that_was_picked_up_and_where_nobody_spoke_is_no_kept_checkup(checks: Checks, end: dict[str, Any]) -> None:
    made = await checks.is_due(tries=1)
    await checks.care.ends(await checks.last(), network_result="answered", counts_as_attempt=True, **end)
    await checks.work()
    assert str((await checks.last()).contact_id) == checks.sister
    assert ((await checks.shown(made))["kept"], (await checks.shown(made))["missed"]) == (0, 1)


@pytest.mark.parametrize(
    "end",
    [
        {"network_result": "answered", "answered_by": "uncertain", "outcome": "agent_failure"},
        {"network_result": "unknown", "answered_by": "none", "outcome": "no_conversation"},
        {"network_result": "blocked_analytics", "answered_by": "none", "outcome": "no_conversation"},
    ],
    ids=lambda end: end["network_result"],
)
async def test_what_went_wrong_with_us_or_the_network_is_tried_again_soon_and_then_escalated(checks: Checks, end: dict[str, Any]) -> None:
    await checks.is_due(try_every_s=600)
    await checks.care.ends(await checks.last(), counts_as_attempt=True, **end)
    await checks.work()
    assert len(await checks.calls(checks.care.contact_id)) == 1
    await checks.work(after=timedelta(seconds=720))
    assert len(await checks.calls(checks.care.contact_id)) == 2
    await checks.care.ends(await checks.last(), counts_as_attempt=True, **end)
    await checks.work()
    assert str((await checks.last()).contact_id) == checks.sister


async def test_our_own_failure_is_repeated_once_before_anybody_is_alarmed_also_where_one_try_was_wished(checks: Checks) -> None:
    failed = {"network_result": "answered", "answered_by": "uncertain", "outcome": "agent_failure", "counts_as_attempt": True}
    made = await checks.is_due(tries=1)
    await checks.care.ends(await checks.last(), **failed)
    await checks.work()
    await checks.work(after=timedelta(minutes=1))
    assert (len(await checks.calls(checks.care.contact_id)), await checks.calls(checks.sister)) == (2, [])
    await checks.care.ends(await checks.last(), **failed)
    await checks.work()
    assert str((await checks.last()).contact_id) == checks.sister
    assert (await checks.shown(made))["missed"] == 1


LOST = {"state": "lost", "network_result": "unknown", "answered_by": "none", "outcome": "no_conversation", "counts_as_attempt": True}


async def test_what_became_of_an_only_try_is_waited_for_and_tried_again_before_anybody_is_alarmed(checks: Checks) -> None:
    await checks.is_due(tries=1)
    await checks.care.ends(await checks.last(), **LOST)
    await checks.work()
    assert (len(await checks.calls(checks.care.contact_id)), await checks.calls(checks.sister)) == (1, [])
    await checks.work(after=timedelta(minutes=3))
    assert (len(await checks.calls(checks.care.contact_id)), await checks.calls(checks.sister)) == (2, [])
    await checks.care.ends(await checks.last(), **LOST)
    await checks.work()
    assert str((await checks.last()).contact_id) == checks.sister


SPOKEN_TO = {"state": "lost", "answered_by": "human", "outcome": "success", "network_result": "answered"}


async def _is_lost(checks: Checks, *, carried: bool) -> Any:
    """A check-up whose only try was made, in a call of its own or of something else, of which nobody can say what became."""
    made = await (checks.is_carried(tries=1) if carried else checks.is_due(tries=1))
    await checks.care.ends(await checks.last(), **LOST)
    await checks.work()
    return made


async def _run(checks: Checks, checkup: Any) -> Any:
    (run,) = (await checks.world.ours.get(f"/schedules/{checkup['schedule_id']}/runs"))["items"]
    return run


@pytest.mark.parametrize("carried", [False, True])
@pytest.mark.parametrize("later", [timedelta(minutes=3), timedelta(hours=3)], ids=["soon", "too late to call again"])
async def test_who_was_spoken_to_in_a_call_that_seemed_lost_is_not_called_again(checks: Checks, carried: bool, later: timedelta) -> None:
    made = await _is_lost(checks, carried=carried)
    lost = await checks.last()
    await checks.care.ends(lost, **SPOKEN_TO)
    await checks.work(after=later)
    shown, run = await checks.shown(made), await _run(checks, made)
    assert (len(await checks.calls()), shown["kept"], shown["missed"]) == (1, 1, 0)
    assert (run["state"], run["merged_into"]) == ("completed", str(lost.id) if carried else None)
    assert [MERGED in run["reasons"], REACHED_AFTER_ALL in run["reasons"]] == [carried, True]


@pytest.mark.parametrize("carried", [False, True])
async def test_a_lost_call_that_is_told_of_while_the_person_is_called_again_alarms_nobody(checks: Checks, carried: bool) -> None:
    made = await _is_lost(checks, carried=carried)
    lost = await checks.last()
    await checks.work(after=timedelta(minutes=3))
    assert len(await checks.calls()) == 2
    await checks.care.ends(lost, **SPOKEN_TO)
    await checks.nobody_answers()
    await checks.work()
    shown = await checks.shown(made)
    assert (len(await checks.calls()), shown["kept"], shown["missed"], shown["last_escalation"]) == (2, 1, 0, None)


@pytest.mark.parametrize(("told", "calls"), [({}, 2), (SPOKEN_TO, 1)], ids=["never told of", "told of"])
async def test_nobody_is_called_again_while_somebody_may_be_talking_with_them(checks: Checks, told: dict[str, Any], calls: int) -> None:
    made = await checks.is_due(tries=1)
    await checks.care.ends(await checks.last(), **LOST, holds_number=True)
    await checks.work()
    await checks.work(after=timedelta(minutes=10))
    assert (len(await checks.calls()), (await _run(checks, made))["state"]) == (1, "due")
    await checks.care.ends(await checks.last(), **{"state": "lost"} | told, holds_number=False)
    await checks.work(after=timedelta(seconds=30))
    assert (len(await checks.calls()), (await checks.shown(made))["kept"]) == (calls, 2 - calls)


async def _alarm(checks: Checks) -> Call:
    """The call to the first safety contact, about to be dialled."""
    (alarm,) = await checks.calls(checks.sister)
    await checks.care.ends(alarm, "ready", claimed_at=checks.world.clock.now())
    return alarm


async def test_an_alarm_that_waits_to_be_dialled_is_given_up_when_a_lost_call_turns_out_to_have_reached_the_person(checks: Checks) -> None:
    await _listen(checks)
    made = await _is_lost(checks, carried=False)
    lost = await checks.last()
    await checks.work(after=timedelta(minutes=3))
    await checks.nobody_answers()
    await _alarm(checks)
    await checks.care.ends(lost, **SPOKEN_TO)
    await checks.work()
    (alarm,) = await checks.calls(checks.sister)
    shown = await checks.shown(made)
    last = shown["last_escalation"]
    assert (alarm.state, await checks.calls(checks.neighbour), await _events(checks)) == ("released", [], [])
    assert (last["state"], last["acknowledged_by"], last["notes"]) == ("acknowledged", checks.care.contact_id, [STAND_DOWN])
    assert (shown["kept"], shown["missed"]) == (1, 0)


async def _is_spoken_to_otherwise(checks: Checks, *, speaker: str = "callee", **facts: Any) -> Call:
    """The person is reached two minutes later by a call that is for something else, in which `speaker` says something."""
    checks.world.clock.advance(timedelta(minutes=2))
    whom = {"assistant_id": checks.care.assistant_id, "contact_id": checks.care.contact_id}
    made = await checks.world.ours.post("/calls", whom, 202)
    (call,) = [each for each in await checks.calls() if str(each.id) == made["id"]]
    told = {"answered_by": "human", "outcome": "success", "network_result": "answered", "answered_at": checks.world.clock.now()}
    await checks.care.ends(call, **told | facts)
    await checks.world.add(CallTurn(workspace_id=call.workspace_id, call_id=call.id, seq=1, speaker=speaker, text="Yes.", started_at_s=0.0))
    return call


async def test_whoever_is_at_the_phone_is_the_last_to_be_alarmed_when_the_person_is_reached_otherwise(checks: Checks) -> None:
    made = await checks.is_missed()
    alarm = await _alarm(checks)
    await checks.care.ends(alarm, "ringing")
    await _is_spoken_to_otherwise(checks)
    await checks.work()
    assert [call.state for call in await checks.calls(checks.sister)] == ["ringing"]
    await checks.care.ends(alarm, network_result="no_answer", counts_as_attempt=True)
    await checks.work()
    shown = await checks.shown(made)
    assert (shown["last_escalation"]["acknowledged_by"], shown["missed"]) == (checks.care.contact_id, 1)
    assert await checks.calls(checks.neighbour) == []


@pytest.mark.parametrize(
    "facts",
    [
        {"answered_by": "voicemail", "outcome": "no_conversation"},
        {"outcome": "wrong_person"},
        {"answered_at": datetime(2026, 11, 23, tzinfo=UTC)},
        {"speaker": "agent"},
    ],
    ids=["a mailbox", "somebody else", "before it was missed", "not a word"],
)
async def test_an_alarm_goes_on_where_the_person_was_not_spoken_to_since(checks: Checks, facts: dict[str, Any]) -> None:
    await checks.is_missed()
    await _alarm(checks)
    await _is_spoken_to_otherwise(checks, **facts)
    await checks.work()
    assert [call.state for call in await checks.calls(checks.sister)] == ["ready"]


async def test_an_alarm_goes_on_where_the_person_sounded_as_if_they_were_in_danger(checks: Checks) -> None:
    await checks.is_missed()
    await _alarm(checks)
    call = await _is_spoken_to_otherwise(checks)
    await checks.world.add(RiskFlag(workspace_id=call.workspace_id, call_id=call.id, kind="medical", level="concern"))
    await checks.work()
    assert [call.state for call in await checks.calls(checks.sister)] == ["ready"]


async def test_who_was_promised_another_call_in_one_that_seemed_lost_gets_it(checks: Checks) -> None:
    made = await _is_lost(checks, carried=True)
    at = checks.world.clock.now() + timedelta(minutes=40)
    await checks.care.ends(await checks.last(), **SPOKEN_TO | {"outcome": "callback", "callback_at": at})
    await checks.work(after=timedelta(minutes=39))
    assert (len(await checks.calls()), (await _run(checks, made))["state"]) == (1, "due")
    await checks.work(after=timedelta(minutes=1))
    assert (len(await checks.calls()), (await _run(checks, made))["state"]) == (2, "calling")


async def test_whoever_was_tried_and_cannot_be_tried_again_in_time_alarms_their_network(checks: Checks) -> None:
    await checks.is_due(tries=1)
    await checks.care.ends(await checks.last(), **LOST)
    await checks.work()
    await checks.work(after=timedelta(hours=2))
    assert str((await checks.last()).contact_id) == checks.sister


async def test_the_number_of_tries_can_be_changed(checks: Checks) -> None:
    made = await checks.checkup(tries=3, try_every_s=600)
    changed = await checks.world.ours.patch(f"/checkups/{made['id']}", {"tries": 2})
    assert (changed["tries"], changed["try_every_s"]) == (2, 600)
    schedule = await checks.world.ours.get(f"/schedules/{made['schedule_id']}")
    assert (schedule["attempts"]["max_total"], schedule["attempts"]["ladder"]["busy"]) == (2, {"delays_s": [600]})


async def test_somebody_else_on_the_persons_phone_is_no_kept_checkup(checks: Checks) -> None:
    made = await checks.is_due()
    await checks.care.ends(await checks.last(), answered_by="human", outcome="wrong_person", network_result="answered")
    await checks.work()
    assert str((await checks.last()).contact_id) == checks.sister
    assert (await checks.shown(made))["kept"] == 0


async def test_a_checkup_is_changed_paused_and_deleted_with_its_schedule(checks: Checks) -> None:
    made = await checks.checkup()
    path = f"/checkups/{made['id']}"
    changed = await checks.world.ours.patch(path, {"frequency": "weekly", "day": "fri", "time_of_day": "evening", "safety_contacts": []})
    local = datetime.fromisoformat(changed["next_at"]).astimezone(WASHINGTON)
    assert (local.strftime("%a"), 17 <= local.hour < 19, changed["safety_contacts"]) == ("Fri", True, [])
    network = [{"contact_id": checks.neighbour, "consent": CONSENT}]
    assert (await checks.world.ours.patch(path, {"safety_contacts": network}))["safety_contacts"] == network
    assert (await checks.world.ours.patch(path, {"state": "paused"}))["next_at"] is None
    assert (await checks.world.ours.patch(path, {"state": "active"}))["next_at"] == changed["next_at"]
    await checks.world.ours.delete(path)
    for gone in (path, f"/schedules/{made['schedule_id']}"):
        await checks.world.ours.get(gone, 404)


@pytest.mark.parametrize("state", ["active", "paused"])
async def test_a_checkup_moves_with_the_person_to_another_time_zone(checks: Checks, state: str) -> None:
    made = await checks.checkup(frequency="biweekly", day="fri")
    await checks.world.ours.patch(f"/checkups/{made['id']}", {"state": state})
    await follow_people(checks.world.ctx)
    assert (await checks.shown(made))["time_zone"] == "America/New_York"
    await checks.world.ours.patch(f"/contacts/{made['contact_id']}", {"time_zone": "Europe/Berlin"})
    await follow_people(checks.world.ctx)
    moved = await checks.shown(made)
    assert (moved["time_zone"], moved["state"]) == ("Europe/Berlin", state)
    shown = await checks.world.ours.patch(f"/checkups/{made['id']}", {"state": "active"})
    before, after = (datetime.fromisoformat(each["next_at"]) for each in (made, shown))
    berlin = ZoneInfo("Europe/Berlin")
    assert (after.astimezone(berlin).time(), after.astimezone(berlin).date()) == (
        before.astimezone(WASHINGTON).time(),
        before.astimezone(WASHINGTON).date(),
    )


async def test_the_timeline_tells_of_checkups_kept_and_missed(checks: Checks) -> None:
    await checks.is_missed()
    items = (await checks.world.ours.get(f"/contacts/{checks.care.contact_id}/timeline"))["items"]
    assert [(item["kind"], item["state"]) for item in items if item["kind"] != "call"] == [("escalation", "calling"), ("checkup", "failed")]


async def test_an_erased_person_is_named_in_no_call_to_others(checks: Checks) -> None:
    await checks.is_missed()
    await checks.care.ends(await checks.last(), **ACKNOWLEDGED)
    await checks.work()
    await checks.world.ours.post(f"/contacts/{checks.care.contact_id}/erase", status=202)
    assert "Ada" not in str([call.request for call in await checks.calls()])
    async with checks.world.app.state.sessions() as session:
        for kind in (CheckUp, CheckUpContact, CheckUpEscalation, Schedule):
            assert list(await session.scalars(select(kind))) == []


async def test_nobody_is_called_any_more_about_a_person_who_was_erased(checks: Checks) -> None:
    await checks.is_missed()
    await checks.world.ours.post(f"/contacts/{checks.care.contact_id}/erase", status=202)
    assert [call.state for call in await checks.calls(checks.sister)] == ["released"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"contact_id": ABSENT}, 404),
        ({"assistant_id": ABSENT}, 404),
        ({"safety_contacts": [{"contact_id": ABSENT, "consent": CONSENT}]}, 404),
        ({"escalation": {"assistant_id": ABSENT}}, 404),
        ({"time_of_day": "night"}, 400),
        ({"frequency": "yearly"}, 400),
        ({"tries": 0}, 400),
    ],
)
async def test_what_makes_no_sense_is_refused(checks: Checks, fields: dict[str, Any], status: int) -> None:
    given = {"contact_id": checks.care.contact_id, "assistant_id": checks.care.assistant_id} | fields
    await checks.world.ours.post("/checkups", given, status)


async def test_a_safety_network_names_others_each_once_and_with_consent(checks: Checks) -> None:
    given = {"contact_id": checks.care.contact_id, "assistant_id": checks.care.assistant_id}
    sister = {"contact_id": checks.sister, "consent": CONSENT}
    for network in ([sister, sister], [{**sister, "contact_id": checks.care.contact_id}], [{**sister, "consent": ""}]):
        await checks.world.ours.post("/checkups", given | {"safety_contacts": network}, 400)
