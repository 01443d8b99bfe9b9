"""A calendar of somebody else's that is followed: while its entries last nothing can be booked."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from control_plane.bookings.busy import refresh_calendars
from control_plane.kit.outbound import OutboundClient
from control_plane.kit.outbound_guard import Allowed, Guard
from tests.fixtures.api import Api
from tests.integration.bookings.test_bookings import ELEVEN, NINE, TEN, book, calendar, change, free, read


@dataclass
class Elsewhere:
    """The other calendar, on loopback, and whoever has it read."""

    api: Api
    outbound: OutboundClient
    port: int = 0
    entries: str = ""
    status: str = "200 OK"
    times_read: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/c.ics"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        self.times_read += 1
        body = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{self.entries}END:VCALENDAR\r\n".encode()
        tag = f'"{hash(self.entries)}"'
        status, body = ("304 Not Modified", b"") if tag.encode() in asked else (self.status, body)
        head = f"HTTP/1.1 {status}\r\nETag: {tag}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    def write(self, *entries: tuple[str, ...]) -> None:
        written = [("BEGIN:VEVENT", f"UID:{at}", *lines, "END:VEVENT") for at, lines in enumerate(entries)]
        self.entries = "".join(f"{line}\r\n" for entry in written for line in entry)

    async def refresh(self, later: timedelta = timedelta()) -> None:
        self.api.clock.advance(later)
        of = self.api
        ctx: dict[str, Any] = {"sessions": of.sessions, "queue": of.queue, "clock": of.clock}
        await refresh_calendars(ctx | {"secret_box": of.app.state.secret_box, "outbound": self.outbound})


@pytest.fixture
async def elsewhere(api: Api) -> AsyncIterator[Elsewhere]:
    guard = Guard(Allowed.parse(["127.0.0.1"]))
    api.app.state.outbound_guard = guard
    made = Elsewhere(api, OutboundClient(guard, within_s=30))
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
    await made.outbound.aclose()


async def test_nothing_can_be_booked_before_the_other_calendar_was_read_nor_while_its_entries_last(api: Api, elsewhere: Elsewhere) -> None:
    elsewhere.write(("DTSTART;TZID=America/New_York:20261124T103000", "DURATION:PT15M"))
    made = await calendar(api, busy_url=elsewhere.url)
    assert (made["busy_url_host"], made["refreshed_at"]) == ("127.0.0.1", None)
    assert await free(api, made) == []
    assert (await book(api, made, expected=409))["code"] == "busy_times_unknown"
    await elsewhere.refresh()
    assert await free(api, made) == [(NINE, 1), (ELEVEN, 1)]
    assert (await book(api, made, TEN, 409))["code"] == "slot_taken"
    elsewhere.write()
    await elsewhere.refresh(timedelta(minutes=5))
    assert [at for at, _ in await free(api, made)] == [NINE, TEN, ELEVEN]
    await elsewhere.refresh(timedelta(minutes=5))
    assert elsewhere.times_read == 3
    assert (await change(api, f"/calendars/{made['id']}", busy_url=None))["busy_url_host"] == ""
    await elsewhere.refresh(timedelta(minutes=5))
    assert elsewhere.times_read == 3


@pytest.mark.parametrize(
    ("entry", "left"),
    [
        (("DTSTART;VALUE=DATE:20261124",), []),
        (("DTSTART;VALUE=DATE:20261120", "DTEND;VALUE=DATE:20261125"), []),
        (("DTSTART;VALUE=DATE:20261120", "DTEND;VALUE=DATE:20261124"), [NINE, TEN, ELEVEN]),
        (("DTSTART:20261117T150000Z", "DTEND:20261117T160000Z", "RRULE:FREQ=WEEKLY"), [NINE, ELEVEN]),
        (("DTSTART:20261124T120000Z", "DTEND:20261124T233000Z", "TRANSP:TRANSPARENT"), [NINE, TEN, ELEVEN]),
        (("DTSTART:20261124T120000Z", "DTEND:20261124T233000Z", "STATUS:CANCELLED"), [NINE, TEN, ELEVEN]),
        (("DTSTART:20261124T100000", "DTEND:20261124T103000"), [NINE, ELEVEN]),
    ],
    ids=["a day", "a week off that has begun", "until the day before", "weekly", "free", "canceled", "by no zone"],
)
async def test_entries_of_every_kind_are_kept_free_of(api: Api, elsewhere: Elsewhere, entry: tuple[str, ...], left: list[str]) -> None:
    elsewhere.write(entry)
    made = await calendar(api, busy_url=elsewhere.url)
    await elsewhere.refresh()
    assert (await read(api, f"/calendars/{made['id']}"))["error"] == ""
    assert [at for at, _ in await free(api, made)] == left


async def test_what_was_read_before_counts_on_while_the_other_calendar_cannot_be_read(api: Api, elsewhere: Elsewhere) -> None:
    elsewhere.write(("DTSTART:20261124T150000Z", "DURATION:PT1H"))
    made = await calendar(api, busy_url=elsewhere.url)
    await elsewhere.refresh()
    elsewhere.write()
    elsewhere.status = "500 Oops"
    await elsewhere.refresh(timedelta(minutes=5))
    shown = await read(api, f"/calendars/{made['id']}")
    assert "500" in shown["error"]
    assert [at for at, _ in await free(api, made)] == [NINE, ELEVEN]
