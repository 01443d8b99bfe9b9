"""People are given times that are free, and no time is given twice."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from control_plane.db.models import Booking
from control_plane.kit.ids import new_id
from tests.fixtures.api import Api

DAYS = ["mon", "tue", "wed", "thu", "fri"]
CALENDAR = {
    "name": "Model home",
    "title": "Tour of the model home",
    "place": "12 Main Street",
    "time_zone": "America/New_York",
    "weekly": [{"days": DAYS, "start": "09:00", "end": "12:00"}],
    "slot_s": 3600,
}
NINE, TEN, ELEVEN = "2026-11-24T14:00:00Z", "2026-11-24T15:00:00Z", "2026-11-24T16:00:00Z"
"""Tuesday in New York; the clock begins on Monday at 10:00 there."""
MANY = 50


def checked(answer: httpx.Response, expected: int) -> Any:
    assert answer.status_code == expected, answer.text
    return answer.json() if answer.content else None


async def calendar(api: Api, expected: int = 201, **fields: Any) -> Any:
    return checked(await api.manager.post("/calendars", json=CALENDAR | fields), expected)


async def book(api: Api, calendar: Any, at: str = TEN, expected: int = 201, **fields: Any) -> Any:
    body = {"calendar_id": calendar["id"], "starts_at": at} | fields
    return checked(await api.manager.post("/bookings", json=body), expected)


async def change(api: Api, path: str, expected: int = 200, **fields: Any) -> Any:
    return checked(await api.manager.patch(path, json=fields), expected)


async def change_booking(api: Api, booking: Any, expected: int = 200, **fields: Any) -> Any:
    return await change(api, f"/bookings/{booking['id']}", expected, **fields)


async def read(api: Api, path: str, expected: int = 200, **query: str) -> Any:
    return checked(await api.viewer.get(path, params=query), expected)


async def free(api: Api, calendar: Any, first: str = "2026-11-24", last: str = "2026-11-24") -> list[tuple[str, int]]:
    answer = await read(api, f"/calendars/{calendar['id']}/availability", **{"from": first, "to": last})
    return [(slot["starts_at"], slot["free"]) for slot in answer["slots"]]


async def person(api: Api) -> tuple[str, str]:
    """An assistant and a contact."""
    assistant = checked(await api.manager.post("/assistants", json={"name": "Ann", "system_prompt": "Be kind."}), 201)
    contact = {"name": "Ada Lee", "phones": [{"e164": "+12025550101"}]}
    return assistant["id"], checked(await api.manager.post("/contacts", json=contact), 201)["id"]


async def test_what_is_booked_is_not_free_any_more_and_is_again_once_it_is_given_up(api: Api) -> None:
    made = await calendar(api)
    assert await free(api, made) == [(NINE, 1), (TEN, 1), (ELEVEN, 1)]
    booking = await book(api, made, name="Ada", e164="+12025550101")
    assert (booking["status"], booking["seat"], booking["ends_at"], booking["appointment_id"]) == ("booked", 1, ELEVEN, None)
    assert await free(api, made) == [(NINE, 1), (ELEVEN, 1)]
    assert (await book(api, made, expected=409))["code"] == "slot_taken"
    await change_booking(api, booking, status="canceled")
    assert (TEN, 1) in await free(api, made)
    assert (await change_booking(api, booking, 409, starts_at=ELEVEN))["code"] == "booking_canceled"
    other = await book(api, made)
    assert (await change_booking(api, booking, 409, status="booked"))["code"] == "slot_taken"
    checked(await api.manager.delete(f"/bookings/{other['id']}"), 204)
    assert (await change_booking(api, booking, status="booked"))["status"] == "booked"
    assert [each["id"] for each in (await read(api, "/bookings", calendar_id=made["id"]))["items"]] == [booking["id"]]


@pytest.mark.parametrize("capacity", [1, 3])
async def test_of_fifty_who_want_the_same_time_at_once_as_many_get_it_as_there_are_seats(api: Api, capacity: int) -> None:
    made = await calendar(api, capacity=capacity)
    body = {"calendar_id": made["id"], "starts_at": TEN}
    answers = await asyncio.gather(*(api.manager.post("/bookings", json=body) for _ in range(MANY)))
    codes = [answer.status_code for answer in answers]
    assert (codes.count(201), codes.count(409)) == (capacity, MANY - capacity)
    assert sorted(answer.json()["seat"] for answer in answers if answer.status_code == 201) == list(range(1, capacity + 1))


async def test_no_seat_is_given_twice_even_by_who_does_not_look(api: Api) -> None:
    """The database itself says no, whatever the program thinks is free: by time, by calendar and by seat."""
    made, other = await calendar(api, capacity=2), await calendar(api, name="Other")
    ten = datetime(2026, 11, 24, 15, tzinfo=UTC)

    def of(calendar_id: str, minutes: int, seat: int, **fields: Any) -> Booking:
        start = ten + timedelta(minutes=minutes)
        times = {"starts_at": start, "ends_at": start + timedelta(hours=1), "held_until": start + timedelta(hours=1, minutes=15)}
        of = {"workspace_id": api.workspace_id, "calendar_id": UUID(calendar_id), "seat": seat}
        return Booking(id=new_id(), **of, **times, **fields)

    async with api.sessions.begin() as session:
        session.add_all([of(made["id"], 0, 1), of(made["id"], 0, 2), of(other["id"], 0, 1), of(made["id"], 75, 1)])
        session.add(of(made["id"], 0, 1, status="canceled"))
    for minutes in (-74, 0, 74):
        with pytest.raises(IntegrityError, match="ex_booking_seat"):
            async with api.sessions.begin() as session:
                session.add(of(made["id"], minutes, 1))
    async with api.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Booking)) == 5


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2026-11-24T15:30:00Z", "no_such_slot"),
        ("2026-11-28T15:00:00Z", "no_such_slot"),
        ("2026-11-25T15:00:00Z", "no_such_slot"),
        ("2026-11-23T15:00:00Z", "no_such_slot"),
        ("2026-12-24T15:00:00Z", "no_such_slot"),
        ("0001-01-01T00:00:00Z", "no_such_slot"),
        ("9999-12-31T23:59:59Z", "no_such_slot"),
    ],
    ids=["within a slot", "weekend", "blocked", "too soon", "too far", "first of all times", "last of all times"],
)
async def test_only_what_the_calendar_offers_can_be_booked(api: Api, at: str, code: str) -> None:
    made = await calendar(api, blocked_dates=["2026-11-25"])
    assert (await book(api, made, at, 409))["code"] == code
    booking = await book(api, made)
    assert (await change_booking(api, booking, 409, starts_at=at))["code"] == code


async def test_a_contact_who_is_booked_has_an_appointment_that_moves_and_ends_with_the_booking(api: Api) -> None:
    assistant, contact = await person(api)
    made = await calendar(api, assistant_id=assistant, reminder_offsets_s=[7200])
    booking = await book(api, made, e164="+1 202-555-0101")
    assert (booking["contact_id"], booking["name"]) == (contact, "Ada Lee")
    path = f"/appointments/{booking['appointment_id']}"
    kept = await read(api, path)
    assert (kept["title"], kept["place"], kept["starts_at"]) == ("Tour of the model home", "12 Main Street", TEN)
    assert [reminder["offset_s"] for reminder in kept["reminders"]] == [7200]
    await change_booking(api, booking, starts_at=ELEVEN)
    assert (await read(api, path))["starts_at"] == ELEVEN
    assert await free(api, made) == [(NINE, 1), (TEN, 1)]
    assert (await change(api, path, 409, starts_at=NINE))["code"] == "appointment_of_booking"
    await change_booking(api, booking, status="canceled")
    assert (await read(api, path))["status"] == "canceled"
    assert (await change(api, path, 409, status="scheduled"))["code"] == "appointment_of_booking"
    await change_booking(api, booking, status="booked")
    assert (await read(api, path))["status"] == "scheduled"


async def test_an_appointment_that_is_given_up_gives_its_time_back(api: Api) -> None:
    assistant, _ = await person(api)
    made = await calendar(api, assistant_id=assistant)
    booking = await book(api, made, e164="+12025550101")
    await change(api, f"/appointments/{booking['appointment_id']}", status="canceled")
    assert (await read(api, f"/bookings/{booking['id']}"))["status"] == "canceled"
    assert (TEN, 1) in await free(api, made)
    checked(await api.manager.delete(f"/bookings/{booking['id']}"), 204)


async def test_a_time_that_is_not_free_leaves_booking_and_appointment_as_they_were(api: Api) -> None:
    assistant, _ = await person(api)
    made = await calendar(api, assistant_id=assistant)
    booking = await book(api, made, e164="+12025550101")
    await book(api, made, ELEVEN)
    assert (await change_booking(api, booking, 409, starts_at=ELEVEN))["code"] == "slot_taken"
    assert (await read(api, f"/appointments/{booking['appointment_id']}"))["starts_at"] == TEN


async def test_other_hours_leave_bookings_alone_and_what_they_hold_is_not_free(api: Api) -> None:
    made = await calendar(api, buffer_s=900)
    await book(api, made, "2026-11-24T15:15:00Z")
    await change(api, f"/calendars/{made['id']}", slot_s=1800, buffer_s=0)
    held = {"2026-11-24T15:00:00Z", "2026-11-24T15:30:00Z", "2026-11-24T16:00:00Z"}
    open_ones = {at for at, _ in await free(api, made)}
    assert open_ones == {"2026-11-24T14:00:00Z", "2026-11-24T14:30:00Z", "2026-11-24T16:30:00Z"}
    assert not open_ones & held


async def test_a_calendar_with_bookings_to_come_stays_and_one_without_goes_with_those_of_the_past(api: Api) -> None:
    made = await calendar(api)
    await book(api, made)
    path = f"/calendars/{made['id']}"
    assert checked(await api.manager.delete(path), 409)["code"] == "calendar_booked"
    api.clock.advance(timedelta(days=2))
    checked(await api.manager.delete(path), 204)
    assert (await read(api, "/bookings"))["items"] == []


async def test_what_cannot_be_a_calendar_is_refused(api: Api) -> None:
    await calendar(api)
    assert (await calendar(api, 409))["code"] == "calendar_exists"
    backwards = [{"days": ["mon"], "start": "12:00", "end": "09:00"}]
    assert (await calendar(api, 400, name="B", weekly=backwards))["errors"][0]["field"] == "weekly[0].end"
    assert (await calendar(api, 400, name="B", time_zone="Mars/Base"))["errors"][0]["field"] == "time_zone"
    assert (await calendar(api, 400, name="B", busy_url="http://10.0.0.1/x.ics"))["errors"][0]["field"] == "busy_url"


async def test_too_many_days_are_not_told_at_once(api: Api) -> None:
    made = await calendar(api)
    query = {"from": "2026-11-24", "to": "2027-11-24"}
    await read(api, f"/calendars/{made['id']}/availability", 400, **query)
    assert await free(api, made, "2026-11-20", "2026-11-23") == [("2026-11-23T16:00:00Z", 1)]


async def test_a_person_who_is_erased_leaves_no_booking_behind(api: Api) -> None:
    made = await calendar(api)
    _, contact = await person(api)
    await book(api, made, e164="+12025550101")
    await book(api, made, ELEVEN, e164="+12025550102", name="Bea")
    shown = await read(api, f"/contacts/{contact}/export")
    assert [each["starts_at"] for each in shown["planned"]["bookings"]] == [TEN]
    checked(await api.owner.post(f"/contacts/{contact}/erase"), 202)
    checked(await api.owner.post("/erasures", json={"e164": "+12025550102"}), 202)
    assert (await read(api, "/bookings"))["items"] == []


async def test_whoever_listens_is_told_of_bookings_without_names(api: Api) -> None:
    hook = {"url": "https://hooks.example.com/", "events": ["booking.updated"]}
    checked(await api.manager.post("/webhook-endpoints", json=hook), 201)
    booking = await book(api, await calendar(api), name="Ada Lee", note="Wheelchair.")
    await change_booking(api, booking, starts_at=ELEVEN)
    await change_booking(api, booking, status="canceled")
    told = (await read(api, "/webhook-deliveries"))["items"]
    assert [(each["data"]["status"], each["data"]["changed"]) for each in reversed(told)] == [
        ("booked", ["status"]),
        ("booked", ["starts_at"]),
        ("canceled", ["status"]),
    ]
    assert "Ada" not in str(told)
    assert "Wheelchair" not in str(told)
