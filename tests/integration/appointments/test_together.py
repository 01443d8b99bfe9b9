"""Appointments of one person that come close to each other are reminded of in one call, and each has an answer of its own."""

from datetime import timedelta
from typing import Any

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
