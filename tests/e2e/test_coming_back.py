"""Calls that come back, spoken from end to end: a schedule made by voice and kept, a missed check-up that goes on to the safety contacts, a
crisis that is followed up, appointments confirmed, moved and cancelled, a check-up and a reminder in one call, and a stop that means one
schedule.

Everything is played once, side by side, on one platform: what happens today, then two hours and more pass at once, then what that brings;
at last the time comes for which one check-up has waited.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from control_plane.local.demo_campaign import open_api, rehearsal_number
from control_plane.local.ports import Ports
from control_plane.local.stack import forget_data
from control_plane.schedules.merging import WAITS
from tests.e2e.conftest import Platform
from tests.e2e.moving import MovingStack, options

pytestmark = pytest.mark.timeout(900)

ASSISTANT = {
    "name": "Robin",
    "calls_for": "Riverside Care",
    "system_prompt": "Be kind. Last time: {last_summary|nothing}",
    "first_message": "How are you?",
    "voice": {"speed": 1.4},
    "tools": ["end_call", "opt_out", "set_outcome", "create_schedule", "change_schedule", "cancel_schedule", "flag_risk"],
    "outcome_labels": ["done", "callback", "declined"],
}
REMINDING = ASSISTANT | {"name": "Remy", "first_message": "I am calling about your appointment: {appointment_title|}."}
PILLS = "Have you taken your pills today?"
PASSING = timedelta(hours=2)
EARLIEST = PASSING - timedelta(minutes=10)
"""Of the check-up: what was to be in two hours is not an hour late when it comes, and the check-up not half an hour."""
WAITED_FOR = timedelta(minutes=14)
"""By how much the reminder is later than the check-up that waits for it: within the quarter of an hour in which it is waited for, and more
than a play may last, so that the reminder is due when the clock is moved to it, and not while others are being called."""
FINAL = ("ended", "released", "lost")
OVER = {"completed", "failed", "refused", "missed", "canceled"}


@dataclass
class Person:
    id: str
    number: str


@dataclass
class Care:
    """The platform as somebody uses it who looks after people, and what was played on it."""

    platform: Platform
    stack: MovingStack
    assistant_id: str
    people: dict[str, Person] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(140))

    async def person(self, name: str, script: str) -> Person:
        number = f"+1202555{next(self._numbers):04d}"
        body = {"name": name, "phones": [{"e164": number}], "attributes": {"rehearsal_script": script}}
        person = self.people[name] = Person((await self.platform.api.post("/contacts", body))["id"], number)
        return person

    async def plays(self, name: str, script: str) -> None:
        await self.patch(f"/contacts/{self.people[name].id}", {"attributes": {"rehearsal_script": script}})

    async def patch(self, path: str, body: dict[str, Any]) -> Any:
        answer: httpx.Response = await self.platform.client.patch(f"/api/v1{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    async def calls_to(self, name: str) -> list[dict[str, Any]]:
        """Oldest first; those that were put back and never dialled are no calls."""
        calls = await self.platform.api.items("/calls", contact_id=self.people[name].id)
        return sorted((call for call in calls if call["state"] != "released"), key=lambda call: call["id"])

    def dialled(self, call: dict[str, Any]) -> int:
        """How often the carrier saw it."""
        return sum(record["event"] == "dialed" for record in self.platform.records([call["id"]]))

    async def call_is_over(self, name: str, nth: int = 1) -> dict[str, Any]:
        async def look() -> Any:
            calls = await self.calls_to(name)
            return len(calls) >= nth and calls[nth - 1]["state"] == "ended" and calls[nth - 1]

        return await self.platform.until(look)

    async def until(self, path: str, holds: Any) -> Any:
        async def look() -> Any:
            found = await self.platform.api.get(path)
            return found if holds(found) else None

        return await self.platform.until(look)


@pytest.fixture(scope="module")
async def care(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Care]:
    given = options(tmp_path_factory.mktemp("coming-back"), ports=Ports.free(), stand_ins_only=True, durable=False)
    stack = MovingStack(given)
    await stack.__aenter__()
    try:
        async with open_api(stack.api_url, stack.owner_key) as client:
            platform = Platform(stack, client)
            await rehearsal_number(platform.api, "+12025550198", name="Tests")
            made = Care(platform, stack, (await platform.api.post("/assistants", ASSISTANT))["id"])
            await play(made)
            yield made
    finally:
        await stack.__aexit__(None, None, None)
        forget_data(given)


async def play(care: Care) -> None:
    await today(care)
    await two_hours_later(care)
    await when_the_reminder_is_due(care)


# -- what happens today ---------------------------------------------------------------------------------------------------


async def today(care: Care) -> None:
    checkup = asyncio.create_task(make_checkup(care))
    await asyncio.gather(
        ask_for_a_call(care), say_something_grave(care), make_appointments(care), stop_the_regular_calls(care), asyncio.shield(checkup)
    )
    await calls_are_over(care)


async def ask_for_a_call(care: Care) -> None:
    """Ann is called once, and asks to be called again in two hours."""
    ann = await care.person("Ann", "asks-for-a-call")
    await care.platform.api.post("/calls", {"contact_id": ann.id, "assistant_id": care.assistant_id})
    await care.call_is_over("Ann")
    await care.plays("Ann", "answers-and-talks")


async def say_something_grave(care: Care) -> None:
    """Carl is called once, and does not want to live any more."""
    carl = await care.person("Carl", "says-something-grave")
    await care.platform.api.post("/calls", {"contact_id": carl.id, "assistant_id": care.assistant_id})
    await care.call_is_over("Carl")
    await care.plays("Carl", "answers-and-talks")
    care.made["follow_up"] = await care.until("/follow-ups", lambda page: page["items"])


async def make_appointments(care: Care) -> None:
    """Three people are reminded four hours before, and would be again two hours before."""
    for name, script in (("Dora", "answers-and-talks"), ("Emil", "needs-another-time"), ("Fay", "will-not-come")):
        person, starts_at = await care.person(name, script), care.stack.now() + timedelta(hours=4, seconds=20)
        body: dict[str, Any] = {"contact_id": person.id, "assistant_id": care.assistant_id, "title": "Dentist"}
        body["starts_at"] = starts_at.isoformat()
        body["reminder_offsets_s"] = [4 * 3600, 2 * 3600] if name == "Fay" else [4 * 3600]
        care.made[name] = await care.platform.api.post("/appointments", body)
    for name in ("Dora", "Emil", "Fay"):
        path = f"/appointments/{care.made[name]['id']}"
        care.made[name] = await care.until(path, lambda shown: shown["status"] != "scheduled")
    # Emil's wish is passed on, and somebody moves it to the next day.
    next_day = datetime.fromisoformat(care.made["Emil"]["starts_at"]) + timedelta(days=1)
    moved = {"starts_at": next_day.isoformat()}
    care.made["Emil, moved"] = await care.patch(f"/appointments/{care.made['Emil']['id']}", moved)


async def stop_the_regular_calls(care: Care) -> None:
    """Gus is in two schedules; in a call of one he says stop, is asked which calls he means, and means these."""
    gus = await care.person("Gus", "stops-these-calls")
    plan = {"assistant_id": care.assistant_id, "contact_id": gus.id, "cron": "0 12 1 1 *"}
    made = [await care.platform.api.post("/schedules", plan | {"name": name}) for name in ("Check-in", "Birthday")]
    await care.platform.api.post(f"/schedules/{made[0]['id']}/run-now")
    await care.call_is_over("Gus")
    care.made["Gus"] = [await care.platform.api.get(f"/schedules/{each['id']}") for each in made]


async def make_checkup(care: Care) -> None:
    """Hal is to be called about when two hours have passed, and will not pick up. His first safety contact will not either. Kim's check-up
    is before that, and may begin until much later: then she is called for her appointment, too."""
    hal = await care.person("Hal", "declined")
    network = [(await care.person("Ida", "declined")).id, (await care.person("Jon", "presses-one")).id]
    contacts = [{"contact_id": each, "consent": "Agreed on the phone."} for each in network]
    body = {"contact_id": hal.id, "assistant_id": care.assistant_id, "checkup_type": "safety", "safety_contacts": contacts, "tries": 1}
    care.made["checkup"] = await _checkup_in(care, EARLIEST, body)
    kim, remy = await care.person("Kim", "asks-what-it-is-about"), await care.platform.api.post("/assistants", REMINDING)
    body = {"contact_id": kim.id, "assistant_id": remy["id"], "agenda": PILLS, "checkup_type": "medication"}
    body |= {"tries": 6, "try_every_s": 1800}
    care.made["Kim"] = await _checkup_in(care, EARLIEST - timedelta(hours=1), body)


async def _checkup_in(care: Care, earliest: timedelta, body: dict[str, Any]) -> Any:
    await care.patch(f"/contacts/{body['contact_id']}", {"time_zone": "UTC"})
    in_utc = await care.platform.api.post("/checkups", body)
    answer = await care.platform.client.delete(f"/api/v1/checkups/{in_utc['id']}")
    assert answer.is_success, answer.text
    # Their minute is their own, so their zone is the one in which it comes next when that has passed, and no hour later.
    ahead_h = (datetime.fromisoformat(in_utc["next_at"]) - care.stack.now() - earliest) // timedelta(hours=1)
    east = ahead_h if ahead_h <= 12 else ahead_h - 24
    await care.patch(f"/contacts/{body['contact_id']}", {"time_zone": f"Etc/GMT{-east:+d}"})
    return await care.platform.api.post("/checkups", body)


async def miss_a_checkup_and_have_a_contact_agree(care: Care) -> None:
    """Lou does not pick up, on a day of her own choice, and her safety contact says yes instead of pressing a key."""
    lou, mia = await care.person("Lou", "declined"), await care.person("Mia", "answers-and-talks")
    body = {"contact_id": lou.id, "assistant_id": care.assistant_id, "tries": 1, "frequency": "weekly"}
    body["day"] = (care.stack.now() + timedelta(days=3)).strftime("%a").lower()
    body["safety_contacts"] = [{"contact_id": mia.id, "consent": "Agreed on the phone."}]
    made = await care.platform.api.post("/checkups", body)
    await care.platform.api.post(f"/schedules/{made['schedule_id']}/run-now")
    escalations = f"/checkups/{made['id']}/escalations"
    care.made["Lou"] = await care.until(escalations, lambda page: page["items"] and page["items"][0]["state"] != "calling")


async def calls_are_over(care: Care) -> None:
    async def look() -> bool:
        return all(call["state"] in FINAL for call in await care.platform.api.items("/calls"))

    await care.platform.until(look)


# -- what two hours bring -------------------------------------------------------------------------------------------------


async def two_hours_later(care: Care) -> None:
    (schedule,) = await care.platform.api.items("/schedules", contact_id=care.people["Ann"].id)
    (follow_up,) = care.made["follow_up"]["items"]
    due = (care.made["checkup"]["next_at"], schedule["next_run_at"], follow_up["steps"][0]["due_at"])
    last = max(map(datetime.fromisoformat, due)) + timedelta(seconds=1)
    schedule = await care.platform.api.get(f"/schedules/{care.made['Kim']['schedule_id']}")
    body = {"contact_id": care.people["Kim"].id, "assistant_id": schedule["assistant_id"], "title": "Eye doctor"}
    body |= {"starts_at": (last + WAITED_FOR + timedelta(hours=4)).isoformat(), "reminder_offsets_s": [4 * 3600]}
    care.made["Kim, reminded"] = await care.platform.api.post("/appointments", body)
    await care.stack.move_to(last)
    checkup = f"/checkups/{care.made['checkup']['id']}/escalations"
    await asyncio.gather(
        care.call_is_over("Ann", 2),
        care.call_is_over("Carl", 2),
        care.until(f"/schedules/{schedule['id']}/runs", lambda page: page["items"] and WAITS in page["items"][0]["reasons"]),
        # A sweep judges the step once the call is over.
        care.until("/follow-ups", lambda page: page["items"][0]["steps"][0]["state"] not in ("waiting", "calling")),
        care.until(checkup, lambda page: page["items"] and page["items"][0]["state"] != "calling"),
        miss_a_checkup_and_have_a_contact_agree(care),
    )
    await calls_are_over(care)


async def when_the_reminder_is_due(care: Care) -> None:
    (reminder,) = care.made["Kim, reminded"]["reminders"]
    await care.stack.move_to(datetime.fromisoformat(reminder["due_at"]))
    await asyncio.gather(
        care.until(f"/appointments/{care.made['Kim, reminded']['id']}", lambda shown: shown["status"] != "scheduled"),
        care.until(f"/checkups/{care.made['Kim']['id']}", lambda shown: shown["kept"] + shown["missed"]),
    )
    await calls_are_over(care)


# -- what must be true then -----------------------------------------------------------------------------------------------


async def test_a_schedule_that_was_made_by_voice_is_kept(care: Care) -> None:
    (schedule,) = await care.platform.api.items("/schedules", contact_id=care.people["Ann"].id)
    asked, kept = await care.calls_to("Ann")
    assert schedule["metadata"] == {"made_in_call_id": asked["id"]}
    run_at = datetime.fromisoformat(schedule["run_at"])
    assert PASSING - timedelta(minutes=2) < run_at - datetime.fromisoformat(asked["answered_at"]) < PASSING + timedelta(minutes=2)
    spoken = " ".join(turn["text"] for turn in (await care.platform.api.get(f"/calls/{asked['id']}/transcript"))["turns"])
    assert "once, on " in spoken
    assert "Is that right?" in spoken
    assert (kept["purpose"], kept["answered_by"], care.dialled(kept)) == ("schedule", "human", 1)
    assert datetime.fromisoformat(kept["answered_at"]) >= run_at
    assert schedule["state"] == "finished"


async def test_a_missed_check_up_goes_on_to_the_second_contact_who_presses_one(care: Care) -> None:
    checkup = await care.platform.api.get(f"/checkups/{care.made['checkup']['id']}")
    (run,) = await care.platform.api.items(f"/schedules/{checkup['schedule_id']}/runs")
    assert (run["state"], checkup["missed"]) == ("failed", 1)
    escalation = checkup["last_escalation"]
    assert (escalation["state"], escalation["acknowledged_by"], escalation["place"]) == ("acknowledged", care.people["Jon"].id, 2)
    for name, label in (("Hal", None), ("Ida", None), ("Jon", "acknowledged")):
        (call,) = await care.calls_to(name)
        assert (call["outcome_label"] or None, care.dialled(call)) == (label, 1), name


async def test_a_safety_contact_acknowledges_a_missed_check_up_by_saying_yes(care: Care) -> None:
    (escalation,) = care.made["Lou"]["items"]
    assert (escalation["state"], escalation["acknowledged_by"]) == ("acknowledged", care.people["Mia"].id)
    (call,) = await care.calls_to("Mia")
    assert (call["purpose"], call["outcome_label"], care.dialled(call)) == ("escalation", "acknowledged", 1)
    turns = (await care.platform.api.get(f"/calls/{call['id']}/transcript"))["turns"]
    assert "Yes, that sounds good." in [turn["text"] for turn in turns if turn["speaker"] == "callee"]


async def test_a_flagged_crisis_is_followed_up_after_two_hours(care: Care) -> None:
    flagged, followed = await care.calls_to("Carl")
    (row,) = await care.platform.api.items("/follow-ups")
    assert (row["call_id"], row["priority"], row["state"], row["for"]) == (flagged["id"], "crisis", "open", "call")
    assert (row["steps"][0]["state"], row["steps"][0]["call_id"]) == ("reached", followed["id"])
    assert [step["state"] for step in row["steps"]][1:] == ["waiting", "waiting"]
    timeline = await care.platform.api.items(f"/contacts/{care.people['Carl'].id}/timeline")
    (risk,) = (entry for entry in timeline if entry["kind"] == "risk")
    assert risk["summary"] == "I do not want to live any more."


async def test_appointments_are_confirmed_moved_and_cancelled_by_voice(care: Care) -> None:
    said = {name: (care.made[name]["status"], care.made[name]["evidence"]) for name in ("Dora", "Emil", "Fay")}
    assert {name: status for name, (status, _) in said.items()} == {"Dora": "confirmed", "Emil": "reschedule_requested", "Fay": "canceled"}
    assert "Yes, that sounds good." in said["Dora"][1]
    assert "I am away that day, please move it." in said["Emil"][1]
    assert "Please cancel it, I will not come." in said["Fay"][1]
    moved = care.made["Emil, moved"]
    assert moved["status"] == "scheduled"
    assert [each["state"] for each in moved["reminders"] if each["starts_at"] == moved["starts_at"]] == ["waiting"]


async def test_nobody_is_reminded_of_what_they_have_cancelled(care: Care) -> None:
    (call,) = await care.calls_to("Fay")
    assert care.dialled(call) == 1
    shown = await care.platform.api.get(f"/appointments/{care.made['Fay']['id']}")
    assert {each["offset_s"]: each["state"] for each in shown["reminders"]} == {4 * 3600: "done", 2 * 3600: "canceled"}


async def test_a_check_up_and_a_reminder_are_one_call_that_speaks_of_both(care: Care) -> None:
    (call,) = await care.calls_to("Kim")
    assert (call["answered_by"], care.dialled(call)) == ("human", 1)
    spoken = " ".join(turn["text"] for turn in (await care.platform.api.get(f"/calls/{call['id']}/transcript"))["turns"])
    assert "your appointment: Eye doctor" in spoken
    assert PILLS in spoken
    appointment = await care.platform.api.get(f"/appointments/{care.made['Kim, reminded']['id']}")
    checkup = await care.platform.api.get(f"/checkups/{care.made['Kim']['id']}")
    (run,) = await care.platform.api.items(f"/schedules/{checkup['schedule_id']}/runs")
    assert (appointment["status"], checkup["kept"], checkup["missed"], run["merged_into"]) == ("confirmed", 1, 0, call["id"])


async def test_a_stop_that_means_one_schedule_ends_that_one_and_suppresses_nobody(care: Care) -> None:
    assert [each["state"] for each in care.made["Gus"]] == ["paused", "active"]
    check = await care.platform.api.get("/suppressions/check", e164=care.people["Gus"].number)
    assert check["is_suppressed"] is False
    (call,) = await care.calls_to("Gus")
    spoken = [turn["text"] for turn in (await care.platform.api.get(f"/calls/{call['id']}/transcript"))["turns"]]
    assert any("or all calls from us?" in text for text in spoken)


async def test_the_carrier_saw_every_call_once(care: Care) -> None:
    calls = await care.platform.api.items("/calls")
    assert {care.dialled(call) for call in calls if call["state"] != "released"} == {1}
