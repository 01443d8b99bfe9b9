"""Appointments of one person that come close to each other are reminded of in one call, and each has an answer of its own."""

from datetime import timedelta
from typing import Any

import pytest

from control_plane.appointments.placing import IN_ONE_CALL, WAITS_FOR_WORD
from control_plane.calls.giving_way import ANOTHER_CALL
from control_plane.schedules.merging import MERGED
from sip_config.contract import EventKind, Outcome, Speaker, Turn
from tests.integration.appointments.conftest import HOUR, Desk

MINUTE = timedelta(minutes=1)
TWO_HOURS_BEFORE = {"reminder_offsets_s": [7200]}


async def _two(desk: Desk, apart: timedelta = 10 * MINUTE, **fields: Any) -> tuple[Any, Any]:
    """The reminder of the first is due in an hour."""
    first = await desk.appointment(3 * HOUR, title="Dentist", **TWO_HOURS_BEFORE)
    return first, await desk.appointment(3 * HOUR + apart, title="Blood test", **TWO_HOURS_BEFORE, **fields)


async def _reminder(desk: Desk, appointment: Any) -> Any:
    (reminder,) = (await desk.read(appointment))["reminders"]
    return reminder


def _numbered(request: dict[str, Any]) -> list[str]:
    return [line for line in request["agenda"].splitlines() if line[0].isdigit()]


async def test_two_appointments_are_reminded_of_in_one_call_and_each_has_its_own_answer(desk: Desk) -> None:
    first, second = await _two(desk)
    await desk.keep(HOUR)
    await desk.keep(10 * MINUTE)
    (call,) = await desk.calls()
    dentist, blood = _numbered(call.request)
    assert ("Dentist" in dentist, "Blood test" in blood) == (True, True)
    assert call.request["outcome_labels"][-3:] == ["confirmed_2", "reschedule_2", "cancel_2"]
    agent = await desk.answer()
    for label in ("confirmed_1", "cancel_2"):
        await agent.says(EventKind.OUTCOME_SET, label=label, note="")
    turns = (Turn(1, Speaker.CALLEE, "The dentist yes, the other no.", 1.0),)
    await agent.reports(outcome=Outcome.PARTIAL, outcome_label="cancel_2", turns=turns)
    await desk.keep()
    shown = [await desk.read(each) for each in (first, second)]
    assert [each["status"] for each in shown] == ["confirmed", "canceled"]
    assert {each["evidence"] for each in shown} == {"The dentist yes, the other no."}
    own, carried = await _reminder(desk, first), await _reminder(desk, second)
    assert (own["state"], carried["state"], carried["call_id"]) == ("done", "done", own["call_id"])
    assert (own["note"], carried["note"]) == ("Answered: confirmed.", f"{MERGED} Answered: canceled.")


async def test_a_reminder_joins_the_call_of_another_that_waits_still(desk: Desk) -> None:
    await _two(desk, apart=20 * MINUTE)
    await desk.keep(HOUR)
    (call,) = await desk.calls()
    assert "carries" not in call.request
    await desk.keep(20 * MINUTE)
    (call,) = await desk.calls()
    assert len(_numbered(call.request)) == 2


async def test_what_is_given_up_is_taken_out_of_the_call(desk: Desk) -> None:
    first, second = await _two(desk)
    await desk.keep(HOUR)
    await desk.change(second, status="canceled")
    (call,) = await desk.calls()
    assert (call.state, "carries" in call.request, call.request["outcome_labels"][-1]) == ("queued", False, "wrong_number")
    assert call.request["agenda"].startswith("Remind Ada Lee of the appointment (Dentist)")
    assert ((await _reminder(desk, first))["state"], (await _reminder(desk, second))["state"]) == ("calling", "canceled")


async def test_when_the_first_is_given_up_the_other_is_reminded_of_by_itself(desk: Desk) -> None:
    first, second = await _two(desk)
    await desk.keep(HOUR)
    await desk.change(first, starts_at=(desk.now + 48 * HOUR).isoformat())
    await desk.keep()
    ended, call = await desk.calls()
    assert (ended.state, call.state, (await _reminder(desk, second))["call_id"]) == ("released", "queued", str(call.id))
    assert call.request["agenda"].startswith("Remind Ada Lee of the appointment (Blood test)")


async def test_when_the_call_is_ended_by_hand_the_other_is_reminded_of_by_itself(desk: Desk) -> None:
    first, second = await _two(desk)
    await desk.keep(HOUR)
    (call,) = await desk.calls()
    await desk.stage.post(f"/calls/{call.id}/end", {}, 202)
    await desk.keep()
    await desk.keep(MINUTE)
    assert (await _reminder(desk, first))["state"] == "done"
    again = await _reminder(desk, second)
    assert (again["state"], again["note"], again["call_id"] == str(call.id)) == ("calling", "", False)


async def test_what_is_about_to_begin_is_not_spoken_of_any_more(desk: Desk) -> None:
    """The second begins before the first, of which the person is reminded earlier."""
    first = await desk.appointment(5 * HOUR, title="Dentist", reminder_offsets_s=[4 * 3600])
    second = await desk.appointment(2 * HOUR, title="Blood test", reminder_offsets_s=[3600 - 300])
    await desk.keep(HOUR)
    (call,) = await desk.calls()
    assert len(_numbered(call.request)) == 2
    await desk.keep(HOUR - 4 * MINUTE)
    (call,) = await desk.calls()
    assert (call.state, "carries" in call.request) == ("queued", False)
    assert ((await _reminder(desk, first))["state"], (await _reminder(desk, second))["state"]) == ("calling", "canceled")


async def test_what_another_assistant_reminds_of_is_moved(desk: Desk) -> None:
    other = await desk.stage.post("/assistants", {"name": "Bo", "system_prompt": "Be kind.", "first_message": "Hello."})
    _, second = await _two(desk, assistant_id=other["id"])
    await desk.keep(HOUR)
    await desk.keep(10 * MINUTE)
    (call,) = await desk.calls()
    reminder = await _reminder(desk, second)
    assert ("carries" in call.request, reminder["state"], reminder["note"]) == (False, "waiting", ANOTHER_CALL)


CLOSE = {"reminder_offsets_s": [7200, 7200 - 600]}


async def _reminders(desk: Desk, appointment: Any) -> list[tuple[str, str]]:
    """State and note, the longest offset first."""
    shown = sorted((await desk.read(appointment))["reminders"], key=lambda each: -each["offset_s"])
    return [(each["state"], each["note"]) for each in shown]


@pytest.mark.parametrize("is_held", [False, True], ids=["waits", "is held"])
async def test_an_offset_that_falls_into_the_call_of_the_one_before_is_settled_by_it(desk: Desk, is_held: bool) -> None:
    appointment = await desk.appointment(3 * HOUR, **CLOSE)
    await desk.stage.post("/webhook-endpoints", {"url": "https://hooks.example.com/", "events": ["appointment.updated"]})
    await desk.keep(HOUR)
    agent = await desk.answer() if is_held else None
    await desk.keep(10 * MINUTE)
    assert (await _reminders(desk, appointment), len(await desk.calls())) == ([("calling", ""), ("skipped", IN_ONE_CALL)], 1)
    agent = agent or await desk.answer()
    await agent.reports(outcome=Outcome.PARTIAL, outcome_label="confirmed")
    await desk.keep()
    await desk.keep(HOUR)
    assert (await desk.read(appointment))["status"] == "confirmed"
    assert (len(await desk.calls()), len((await desk.stage.get("/webhook-deliveries"))["items"])) == (1, 1)


async def test_nobody_is_told_twice_in_one_call_of_an_appointment_with_close_offsets(desk: Desk) -> None:
    made = [await desk.appointment(3 * HOUR, title=title, **CLOSE) for title in ("Dentist", "Blood test")]
    await desk.keep(HOUR)
    await desk.keep(10 * MINUTE)
    (call,) = await desk.calls()
    assert len(_numbered(call.request)) == 2
    for appointment in made:
        assert [state for state, _ in await _reminders(desk, appointment)] == ["calling", "skipped"]


async def test_after_a_call_of_which_nothing_is_concluded_yet_the_next_offset_waits_for_what_was_said(desk: Desk) -> None:
    appointment = await desk.appointment(3 * HOUR, **CLOSE)
    await desk.keep(HOUR)
    await desk.answer()
    (call,) = await desk.calls()
    over = {"state": "ended", "ended_at": desk.now, "holds_number": False, "updated_at": desk.now + 10 * MINUTE}
    await desk.stage.change({"id": str(call.id)}, **over)
    await desk.keep(10 * MINUTE)
    assert (await _reminders(desk, appointment), len(await desk.calls())) == ([("calling", ""), ("waiting", WAITS_FOR_WORD)], 1)
    await desk.stage.change({"id": str(call.id)}, reported_at=desk.now, outcome_label="cancel")
    await desk.keep()
    await desk.keep(MINUTE)
    assert [state for state, _ in await _reminders(desk, appointment)] == ["done", "canceled"]
    assert len(await desk.calls()) == 1


async def test_a_call_that_came_to_nothing_is_made_again_also_where_it_has_settled_another_offset(desk: Desk) -> None:
    appointment = await desk.appointment(3 * HOUR, **CLOSE)
    await desk.keep(HOUR)
    await desk.keep(10 * MINUTE)
    given_up = {"state": "released", "holds_number": False, "ended_at": desk.now}
    await desk.stage.change({"id": str((await desk.calls())[0].id)}, **given_up)
    await desk.keep()
    await desk.keep(MINUTE)
    assert [state for state, _ in await _reminders(desk, appointment)] == ["calling", "skipped"]
    assert len(await desk.calls()) == 2


async def test_what_failed_on_our_side_is_not_made_again_once_a_later_offset_has_reminded(desk: Desk) -> None:
    appointment = await desk.appointment(3 * HOUR, reminder_offsets_s=[7200, 7200 - 30])
    await desk.keep(HOUR)
    failed = {"state": "ended", "answered_at": desk.now, "reported_at": desk.now, "outcome": "agent_failure", "network_result": "answered"}
    await desk.stage.change({"id": str((await desk.calls())[0].id)}, **failed, holds_number=False)
    await desk.keep()
    await desk.keep(MINUTE / 2)
    reached = {"state": "ended", "answered_at": desk.now, "reported_at": desk.now, "outcome_label": "confirmed", "holds_number": False}
    await desk.stage.change({"id": str((await desk.calls())[1].id)}, **reached)
    await desk.keep()
    await desk.keep(MINUTE)
    assert ([state for state, _ in await _reminders(desk, appointment)], len(await desk.calls())) == (["skipped", "done"], 2)
