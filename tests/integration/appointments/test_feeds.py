"""Appointments from a calendar's address: read again and again, kept in step, and never more than bounds allow."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from control_plane.appointments.tasks import keep_reminders, refresh_feeds
from control_plane.kit.outbound import OutboundClient
from control_plane.kit.outbound_guard import Allowed, Guard
from tests.integration.appointments.conftest import DAY, Desk
from tests.integration.calls.conftest import CALLEE

ADA_MAIL = "ada@example.com"


@dataclass
class Office:
    """Somebody's calendar on loopback, and whoever has it read."""

    desk: Desk
    outbound: OutboundClient
    port: int = 0
    body: str = ""
    status: str = "200 OK"
    etag: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        self.asked.append(headers)
        is_known = bool(self.etag) and headers.get("if-none-match") == self.etag
        status, body = ("304 Not Modified", b"") if is_known else (self.status, self.body.encode())
        tag = f"ETag: {self.etag}\r\n" if self.etag else ""
        writer.write(f"HTTP/1.1 {status}\r\n{tag}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    def write(self, *events: str) -> None:
        self.body = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + "".join(events) + "END:VCALENDAR\r\n"

    async def feed(self, status: int = 201, **fields: Any) -> Any:
        asked = {"name": "Front desk", "url": f"http://127.0.0.1:{self.port}/c.ics", "assistant_id": self.desk.stage.assistant_id}
        return await self.desk.stage.post("/appointment-feeds", asked | {"time_zone": "Europe/Berlin"} | fields, status)

    async def refresh(self, later: timedelta = timedelta()) -> None:
        self.desk.clock.advance(later)
        api = self.desk.stage.api
        ctx = {"sessions": api.sessions, "queue": api.queue, "clock": self.desk.clock}
        await refresh_feeds(ctx | {"secret_box": api.app.state.secret_box, "outbound": self.outbound})
        await keep_reminders(ctx)

    async def read(self, feed: Any) -> Any:
        return await self.desk.stage.get(f"/appointment-feeds/{feed['id']}")

    async def appointments(self) -> list[Any]:
        return sorted((await self.desk.stage.get("/appointments"))["items"], key=lambda each: each["starts_at"])

    def at(self, days: float) -> datetime:
        return (self.desk.now + timedelta(days=days)).replace(second=0)


@pytest.fixture
async def office(desk: Desk) -> AsyncIterator[Office]:
    guard = Guard(Allowed.parse(["127.0.0.1"]))
    desk.stage.api.app.state.outbound_guard = guard
    made = Office(desk, OutboundClient(guard, within_s=30))
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
    await made.outbound.aclose()


def event(uid: str, at: datetime, *more: str, who: str = f"ATTENDEE:tel:{CALLEE}") -> str:
    lines = (
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTART:{at:%Y%m%dT%H%M%SZ}",
        f"SUMMARY:Visit {uid}",
        "LOCATION:Room 2",
        who,
        *more,
        "END:VEVENT",
    )
    return "\r\n".join(lines) + "\r\n"


async def test_entries_of_a_calendar_become_appointments_and_follow_it(office: Office) -> None:
    first, second = office.at(5), office.at(9)
    office.write(event("a", first), event("b", second, who=f"DESCRIPTION:Phone {CALLEE[:2]} ({CALLEE[2:5]}) {CALLEE[5:]}"))
    feed = await office.feed()
    await office.refresh()
    one, two = await office.appointments()
    assert (one["title"], one["place"], one["time_zone"], one["contact_id"]) == (
        "Visit a",
        "Room 2",
        "Europe/Berlin",
        office.desk.contact_id,
    )
    assert (len(one["reminders"]), two["title"], two["status"]) == (2, "Visit b", "scheduled")
    office.write(event("a", office.at(7)), event("b", second, "STATUS:CANCELLED"))
    await office.refresh(timedelta(minutes=15))
    moved, canceled = await office.appointments()
    assert (moved["id"], moved["starts_at"] > one["starts_at"], canceled["status"]) == (one["id"], True, "canceled")
    assert [reminder["state"] for reminder in canceled["reminders"]] == ["canceled", "canceled"]
    office.write(event("b", second))
    await office.refresh(timedelta(minutes=15))
    gone, back = await office.appointments()
    assert (gone["status"], back["status"]) == ("canceled", "scheduled")
    assert [reminder["state"] for reminder in back["reminders"]] == ["waiting", "waiting"]
    counts = (await office.read(feed))["counts"]
    assert counts == {"events": 1, "upcoming": 1, "created": 0, "changed": 1, "canceled": 1, "unmatched": 0}


async def test_what_a_person_has_said_stays_when_the_calendar_is_read_again(office: Office) -> None:
    office.write(event("a", office.at(5)))
    await office.feed()
    await office.refresh()
    (made,) = await office.appointments()
    await office.desk.change(made, status="reschedule_requested")
    await office.refresh(timedelta(minutes=15))
    assert [each["status"] for each in await office.appointments()] == ["reschedule_requested"]


async def test_a_repeated_entry_is_an_appointment_each_time_within_a_hundred_days_with_its_exceptions(office: Office) -> None:
    start = office.at(2)
    third = start + timedelta(weeks=2)
    exception = event("r", third + timedelta(hours=3), f"RECURRENCE-ID:{third:%Y%m%dT%H%M%SZ}")
    office.write(event("r", start, "RRULE:FREQ=WEEKLY", f"EXDATE:{start + timedelta(weeks=1):%Y%m%dT%H%M%SZ}"), exception)
    await office.feed()
    await office.refresh()
    found = await office.appointments()
    begin = [datetime.fromisoformat(each["starts_at"]) for each in found]
    assert begin[:3] == [start, third + timedelta(hours=3), start + timedelta(weeks=3)]
    assert len(found) == 14
    await office.refresh(DAY * 7)
    assert len(await office.appointments()) == 15


async def test_a_calendar_that_is_as_before_is_not_read_again_that_day(office: Office) -> None:
    office.etag = '"one"'
    office.write(event("a", office.at(5)))
    feed = await office.feed()
    await office.refresh()
    office.write()
    await office.refresh(timedelta(minutes=15))
    assert [each["status"] for each in await office.appointments()] == ["scheduled"]
    assert (office.asked[-1]["if-none-match"], (await office.read(feed))["error"]) == ('"one"', "")
    await office.refresh(DAY)
    assert ("if-none-match" in office.asked[-1], [each["status"] for each in await office.appointments()]) == (False, ["canceled"])


@pytest.mark.parametrize(
    ("status", "body", "because"),
    [
        ("404 Not Found", "", "The address answered 404."),
        ("302 Found", "", "The address answered 302. Give the address that it leads to."),
        ("200 OK", "<html>", "What came from the address is no complete iCal calendar."),
        ("200 OK", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "What came from the address is no complete iCal calendar."),
        ("200 OK", "x" * 2_100_000, "The answer is longer than 2 MB."),
    ],
)
async def test_a_reading_that_fails_says_why_changes_nothing_and_comes_later(office: Office, status: str, body: str, because: str) -> None:
    office.write(event("a", office.at(5)))
    feed = await office.feed()
    await office.refresh()
    office.status, office.body = status, body
    for _ in range(2):
        await office.refresh(timedelta(minutes=15))
    await office.refresh()
    shown = await office.read(feed)
    assert (shown["error"], shown["failures"], len(office.asked)) == (because, 2, 3)
    assert [each["status"] for each in await office.appointments()] == ["scheduled"]
    office.status = "200 OK"
    office.write(event("a", office.at(5)))
    await office.desk.stage.post(f"/appointment-feeds/{feed['id']}/refresh", None, 202)
    await office.refresh()
    assert ((await office.read(feed))["error"], len(office.asked)) == ("", 4)


async def test_entries_that_name_nobody_or_have_no_time_are_told(office: Office) -> None:
    whole_day = "BEGIN:VEVENT\r\nUID:d\r\nDTSTART;VALUE=DATE:20300101\r\nEND:VEVENT\r\n"
    odd = event("o", office.at(3), "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30")
    office.write(event("n", office.at(4), who="ATTENDEE:mailto:nobody@example.com"), whole_day, odd)
    feed = await office.feed()
    await office.refresh()
    shown = await office.read(feed)
    assert (shown["counts"]["unmatched"], await office.appointments()) == (1, [])
    assert {problem["message"] for problem in shown["problems"]} == {
        "No contact has a number or an e-mail address that this entry names.",
        "An entry of a whole day has no time to remind of.",
        "It repeats by a rule that is not understood (FREQ).",
    }


async def test_an_entry_that_is_somebody_elses_now_reminds_them(office: Office) -> None:
    other = await office.desk.stage.post("/contacts", {"name": "Bo", "email": ADA_MAIL, "phones": [{"e164": "+12025550177"}]})
    at = office.at(5)
    office.write(event("a", at))
    await office.feed()
    await office.refresh()
    office.write(event("a", at, who=f"ATTENDEE;CN=Bo:mailto:{ADA_MAIL.upper()}"))
    await office.refresh(timedelta(minutes=15))
    assert [each["contact_id"] for each in await office.appointments()] == [other["id"]]


async def test_an_erased_person_does_not_come_back_with_the_calendar(office: Office) -> None:
    office.write(event("a", office.at(5)))
    await office.feed()
    await office.refresh()
    await office.desk.stage.post(f"/contacts/{office.desk.contact_id}/erase", None, 202)
    await office.refresh(timedelta(minutes=15))
    assert await office.appointments() == []


async def test_two_workers_read_a_calendar_once(office: Office) -> None:
    office.write(event("a", office.at(5)))
    await office.feed()
    await asyncio.gather(office.refresh(), office.refresh())
    assert (len(office.asked), len(await office.appointments())) == (1, 1)


@pytest.mark.parametrize(
    "url", ["http://example.com/c.ics", "https://10.0.0.1/c.ics", "https://user@example.com/c.ics", "ftp://example.com"]
)
async def test_an_address_that_must_not_be_called_is_refused(office: Office, url: str) -> None:
    await office.feed(400, url=url)


async def test_the_address_is_kept_sealed_and_shown_to_nobody(office: Office) -> None:
    feed = await office.feed(url="webcal://calendar.example.com/private-4711/basic.ics")
    assert feed["url_host"] == "calendar.example.com"
    entries = (await office.desk.stage.api.manager.get("/audit")).json()["items"]
    assert "private-4711" not in f"{feed}{entries}{await office.read(feed)}"


async def test_appointments_stay_when_their_calendar_is_deleted(office: Office) -> None:
    office.write(event("a", office.at(5)))
    feed = await office.feed()
    await office.refresh()
    answer = await office.desk.stage.api.manager.delete(f"/appointment-feeds/{feed['id']}")
    assert (answer.status_code, [each["status"] for each in await office.appointments()]) == (204, ["scheduled"])
