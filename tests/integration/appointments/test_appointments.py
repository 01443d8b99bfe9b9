"""People are reminded of what they have agreed to come to: once per offset, never of what is over, and what they say is kept."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from control_plane.calls.giving_way import ANOTHER_CALL
from sip_config.contract import CONTRACT_VERSION, ConsentDecision, Outcome, RecordingConsent, RecordingPolicy, Speaker, Turn
from sip_config.versions import VERSION_HEADER
from tests.integration.appointments.conftest import DAY, HOUR, OFFSETS_S, Desk
from tests.integration.calls.conftest import CALLEE


def states(appointment: Any) -> list[tuple[int, str]]:
    return [(reminder["offset_s"], reminder["state"]) for reminder in appointment["reminders"]]


async def say(desk: Desk, label: str, words: str = "", **report: Any) -> None:
    """The newest reminder is answered, and comes to this."""
    agent = await desk.answer()
    turns = (Turn(1, Speaker.AGENT, "Will you come?", 0.0), Turn(2, Speaker.CALLEE, words, 1.0))
    await agent.reports(outcome=Outcome.PARTIAL, outcome_label=label, turns=turns, **report)
    await desk.keep()


async def test_a_person_is_called_at_each_offset_and_told_what_the_appointment_is(desk: Desk) -> None:
    appointment = await desk.appointment(3 * DAY, title="Dental check-up", place="12 Main Street", time_zone="America/New_York")
    assert (appointment["status"], appointment["reminder_offsets_s"]) == ("scheduled", OFFSETS_S)
    await desk.keep(DAY - HOUR)
    assert await desk.calls() == []
    await desk.keep(HOUR)
    await desk.keep()
    (call,) = await desk.calls()
    assert (str(call.contact_id), call.to_e164, call.purpose) == (desk.contact_id, CALLEE, "single")
    assert all(words in call.request["agenda"] for words in ("Ada Lee", "Dental check-up", "12 Main Street"))
    assert call.request["metadata"]["appointment_id"] == appointment["id"]
    assert states(await desk.read(appointment)) == [(OFFSETS_S[0], "calling"), (OFFSETS_S[1], "waiting")]


async def test_two_workers_make_one_call(desk: Desk) -> None:
    await desk.appointment(3 * DAY)
    await asyncio.gather(desk.keep(DAY), desk.keep(), desk.keep())
    assert len(await desk.calls()) == 1


@pytest.mark.parametrize(
    ("label", "status", "left"),
    [
        ("confirmed", "confirmed", "waiting"),
        ("reschedule", "reschedule_requested", "canceled"),
        ("cancel", "canceled", "canceled"),
        ("wrong_person", "wrong_person", "canceled"),
        ("booked", "scheduled", "waiting"),
    ],
)
async def test_what_the_person_says_becomes_the_status_with_their_own_words(desk: Desk, label: str, status: str, left: str) -> None:
    appointment = await desk.appointment(3 * DAY)
    await desk.stage.post("/webhook-endpoints", {"url": "https://hooks.example.com/", "events": ["appointment.updated"]})
    await desk.keep(DAY)
    await say(desk, label, "Well, let me see.")
    shown = await desk.read(appointment)
    assert (shown["status"], states(shown)) == (status, [(OFFSETS_S[0], "done"), (OFFSETS_S[1], left)])
    told = (await desk.stage.get("/webhook-deliveries"))["items"]
    if status == "scheduled":
        assert (shown["evidence"], told) == ("", [])
    else:
        assert shown["evidence"] == "Well, let me see."
        assert shown["status_call_id"] == str((await desk.calls())[-1].id)
        assert [(each["event_type"], each["data"]["status"], each["data"]["changed"]) for each in told] == [
            ("appointment.updated", status, ["status"])
        ]
        assert "let me see" not in str(told)
    await desk.keep(2 * DAY - HOUR)
    assert len(await desk.calls()) == (2 if left == "waiting" else 1)


async def test_words_that_must_not_be_kept_are_no_evidence(desk: Desk) -> None:
    appointment = await desk.appointment(3 * DAY)
    await desk.keep(DAY)
    refused = RecordingConsent(RecordingPolicy.NOTIFY, ConsentDecision.REFUSED)
    await say(desk, "confirmed", "Yes, but do not record me.", recording_consent=refused)
    shown = await desk.read(appointment)
    assert (shown["status"], shown["evidence"]) == ("confirmed", "")


async def test_the_outcomes_of_a_reminder_are_what_the_agent_may_choose_from(desk: Desk) -> None:
    await desk.appointment(3 * DAY)
    await desk.keep(DAY)
    agent = await desk.answer()
    order = (await agent.client.get("/order", headers={VERSION_HEADER: str(CONTRACT_VERSION)})).json()
    assert order["outcome_labels"] == ["confirmed", "reschedule", "cancel", "wrong_person", "wrong_number"]


async def test_nobody_is_reminded_after_a_cancellation_and_a_waiting_call_ends_with_it(desk: Desk) -> None:
    appointment = await desk.appointment(3 * DAY)
    await desk.keep(DAY)
    shown = await desk.change(appointment, status="canceled")
    (call,) = await desk.calls()
    assert (call.state, call.ended_by_request) == ("released", True)
    assert [state for _, state in states(shown)] == ["canceled", "canceled"]
    await desk.keep(2 * DAY)
    assert len(await desk.calls()) == 1
    assert await desk.stage.tick() == 0


async def test_a_moved_appointment_has_new_reminders_and_is_not_yet_agreed_to(desk: Desk) -> None:
    appointment = await desk.appointment(3 * DAY)
    await desk.keep(DAY)
    await say(desk, "confirmed", "Yes.")
    moved = await desk.change(appointment, starts_at=(desk.now + 10 * DAY).isoformat())
    assert (moved["status"], moved["evidence"], moved["status_call_id"]) == ("scheduled", "", None)
    assert sorted(state for _, state in states(moved)) == ["canceled", "done", "waiting", "waiting"]
    await desk.keep(8 * DAY)
    assert len(await desk.calls()) == 2


async def test_a_call_about_the_former_time_says_nothing_of_the_new_one(desk: Desk) -> None:
    appointment = await desk.appointment(3 * DAY)
    await desk.keep(DAY)
    agent = await desk.answer()
    await desk.change(appointment, starts_at=(desk.now + 10 * DAY).isoformat())
    await agent.reports(outcome=Outcome.PARTIAL, outcome_label="cancel")
    await desk.keep()
    assert (await desk.read(appointment))["status"] == "scheduled"


async def test_of_what_is_over_nobody_is_reminded(desk: Desk) -> None:
    past = await desk.appointment(-HOUR)
    assert [state for _, state in states(past)] == ["skipped", "skipped"]
    short = await desk.appointment(3 * HOUR)
    assert states(short) == [(OFFSETS_S[0], "skipped"), (OFFSETS_S[1], "waiting")]
    await desk.keep(3 * HOUR)
    assert await desk.calls() == []
    assert [r["note"] for r in (await desk.read(short))["reminders"]][1] == "It was too late to remind of it."


async def test_a_call_that_waits_too_long_is_given_up_before_the_appointment(desk: Desk) -> None:
    appointment = await desk.appointment(3 * HOUR)
    await desk.keep(HOUR)
    await desk.keep(2 * HOUR - timedelta(minutes=4))
    (call,) = await desk.calls()
    assert call.state == "released"
    await desk.keep()
    assert states(await desk.read(appointment))[1][1] == "done"


async def test_after_a_long_pause_only_the_last_of_the_missed_reminders_is_made(desk: Desk) -> None:
    appointment = await desk.appointment(3 * DAY)
    await desk.keep(3 * DAY - HOUR)
    assert len(await desk.calls()) == 1
    assert states(await desk.read(appointment)) == [(OFFSETS_S[0], "skipped"), (OFFSETS_S[1], "calling")]


async def test_whoever_has_opted_out_is_not_reminded_and_the_reason_stands_there(desk: Desk) -> None:
    appointment = await desk.appointment(3 * DAY)
    await desk.stage.post("/suppressions", {"e164": CALLEE, "reason": "asked"})
    await desk.keep(DAY)
    assert await desk.calls() == []
    first = (await desk.read(appointment))["reminders"][0]
    assert first["state"] == "skipped"
    assert first["note"]


async def test_a_reminder_gives_way_to_another_call_of_the_person_and_says_so(desk: Desk) -> None:
    appointment = await desk.appointment(3 * HOUR, reminder_offsets_s=[2 * 3600])
    other = await desk.stage.post("/calls", desk.stage.wanted(contact_id=desk.contact_id), 202)
    await desk.keep(HOUR)
    assert len(await desk.calls()) == 1
    await desk.stage.change(other, state="ended", dialing_at=desk.now, ended_at=desk.now)
    await desk.keep(timedelta(minutes=1))
    (reminder,) = (await desk.read(appointment))["reminders"]
    assert (reminder["state"], reminder["note"]) == ("waiting", ANOTHER_CALL)
    await desk.keep(timedelta(minutes=29))
    assert len(await desk.calls()) == 2


async def test_a_reminder_is_late_for_no_other_call(desk: Desk) -> None:
    """It would have to be moved beyond the beginning of the appointment."""
    await desk.appointment(HOUR, reminder_offsets_s=[20 * 60])
    other = await desk.stage.post("/calls", desk.stage.wanted(contact_id=desk.contact_id), 202)
    await desk.stage.change(other, state="ended", dialing_at=desk.now + HOUR / 2, ended_at=desk.now + HOUR / 2)
    await desk.keep(2 * HOUR / 3)
    assert len(await desk.calls()) == 2


async def test_a_reminder_in_which_the_assistant_failed_is_made_once_more(desk: Desk) -> None:
    appointment = await desk.appointment(3 * HOUR, reminder_offsets_s=[2 * 3600])
    await desk.keep(HOUR)
    failed = {"state": "ended", "answered_at": desk.now, "reported_at": desk.now, "outcome": "agent_failure", "network_result": "answered"}
    for calls, state in ((1, "calling"), (2, "calling"), (2, "done")):
        (reminder,) = (await desk.read(appointment))["reminders"]
        assert (len(await desk.calls()), reminder["state"]) == (calls, state)
        await desk.stage.change({"id": str((await desk.calls())[-1].id)}, **failed)
        await desk.keep()
        await desk.keep(timedelta(minutes=1))


async def test_a_reminder_whose_call_was_given_up_undialled_for_a_reason_of_ours_is_made_again(desk: Desk) -> None:
    appointment = await desk.appointment(3 * HOUR, reminder_offsets_s=[2 * 3600])
    await desk.keep(HOUR)
    for calls in (1, 2):
        # The dial was committed, and the INVITE certainly never left.
        given_up = {"state": "released", "holds_number": False, "dialing_at": desk.now, "ended_at": desk.now}
        await desk.stage.change({"id": str((await desk.calls())[-1].id)}, **given_up)
        await desk.keep()
        (reminder,) = (await desk.read(appointment))["reminders"]
        assert (len(await desk.calls()), reminder["state"]) == (calls, "waiting")
        await desk.keep(timedelta(minutes=1))
    (reminder,) = (await desk.read(appointment))["reminders"]
    assert (len(await desk.calls()), reminder["state"]) == (3, "calling")


async def test_the_late_report_of_a_lost_call_is_waited_for(desk: Desk) -> None:
    appointment = await desk.appointment(3 * HOUR, reminder_offsets_s=[2 * 3600])
    await desk.keep(HOUR)
    call = {"id": str((await desk.calls())[0].id)}
    # The row's `updated_at` is of the real clock, which the desk's has left behind by an hour.
    await desk.stage.change(call, state="lost", updated_at=desk.now)
    await desk.keep()
    assert states(await desk.read(appointment)) == [(7200, "calling")]
    await desk.stage.change(call, answered_at=desk.now, reported_at=desk.now, outcome_label="cancel")
    await desk.keep()
    assert (await desk.read(appointment))["status"] == "canceled"


async def test_what_is_said_in_a_lost_call_counts_as_long_as_its_phone_may_be_in_use(desk: Desk) -> None:
    appointment = await desk.appointment(3 * HOUR, reminder_offsets_s=[2 * 3600])
    await desk.keep(HOUR)
    call = {"id": str((await desk.calls())[0].id)}
    await desk.stage.change(call, state="lost", holds_number=True)
    await desk.keep(HOUR / 2)
    assert states(await desk.read(appointment)) == [(7200, "calling")]
    said = {"answered_at": desk.now, "reported_at": desk.now, "outcome_label": "cancel", "holds_number": False}
    await desk.stage.change(call, **said)
    await desk.keep()
    assert (await desk.read(appointment))["status"] == "canceled"


async def test_of_a_lost_call_that_is_not_heard_of_again_nobody_says_that_it_reached_nobody(desk: Desk) -> None:
    appointment = await desk.appointment(3 * HOUR, reminder_offsets_s=[2 * 3600])
    await desk.keep(HOUR)
    await desk.stage.change({"id": str((await desk.calls())[0].id)}, state="lost", holds_number=False)
    await desk.keep(HOUR / 2)
    (reminder,) = (await desk.read(appointment))["reminders"]
    assert (reminder["state"], reminder["note"]) == ("done", "Nobody can say what became of the call.")


async def test_a_deleted_appointment_ends_its_call(desk: Desk) -> None:
    appointment = await desk.appointment(3 * DAY)
    await desk.keep(DAY)
    assert (await desk.stage.api.manager.delete(f"/appointments/{appointment['id']}")).status_code == 204
    assert [call.state for call in await desk.calls()] == ["released"]
    await desk.stage.get(f"/appointments/{appointment['id']}", 404)


async def test_an_external_id_is_there_once(desk: Desk) -> None:
    await desk.appointment(3 * DAY, external_id="cal-1")
    problem = await desk.appointment(4 * DAY, 409, external_id="cal-1")
    assert problem["code"] == "appointment_exists"


async def test_a_file_of_appointments_is_taken_row_by_row_and_again_changes_only_what_is_other(desk: Desk) -> None:
    async def upload(text: str, status: int = 200) -> Any:
        path = f"/appointments/imports?assistant_id={desk.stage.assistant_id}"
        answer = await desk.stage.api.manager.post(path, content=text.encode(), headers={"Content-Type": "text/csv"})
        assert answer.status_code == status, answer.text
        return answer.json()

    header = "external_id;phone;starts_at;time_zone;place;reminders\n"
    done = await upload(
        header
        + "a;(202) 555-0101;2026-12-24 14:30;America/Chicago;Room 4;1 day, 3 hours\n"
        + "b;+12025550177;2026-12-24 14:30;;;\n"
        + "c;+12025550101;tomorrow;;;\n"
        + "d;+12025550101;2026-12-24 14:30;Mars/Phobos;;\n"
        + "e;+12025550101;2026-12-24 14:30;;;five minutes\n"
    )
    assert (done["created"], done["updated"], [row["row"] for row in done["rejected"]]) == (1, 0, [2, 3, 4, 5])
    (first,) = (await desk.stage.get("/appointments"))["items"]
    assert (first["starts_at"], first["place"], first["reminder_offsets_s"]) == ("2026-12-24T20:30:00Z", "Room 4", [86400, 10800])
    again = await upload(header + "a;+12025550101;2026-12-25 14:30;America/Chicago;Room 5;1 day\n")
    assert (again["created"], again["updated"], again["rejected"]) == (0, 1, [])
    (moved,) = (await desk.stage.get("/appointments"))["items"]
    assert (moved["id"], moved["starts_at"], moved["place"]) == (first["id"], "2026-12-25T20:30:00Z", "Room 5")
    assert (await upload("name,when\nAda,now\n", 400))["errors"][0]["field"] == "file"
