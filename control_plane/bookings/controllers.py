"""`/calendars` and `/bookings`."""

import uuid
from datetime import date, datetime
from typing import Annotated

from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter, SkipValidation

from control_plane.bookings.calendars import CalendarService
from control_plane.bookings.schemas import (
    Availability,
    BookingIn,
    BookingOut,
    BookingPatch,
    BookingStatus,
    CalendarIn,
    CalendarOut,
    CalendarPatch,
)
from control_plane.bookings.service import BookingService
from control_plane.kit.etags import IfMatch, tagged
from control_plane.kit.outbound_guard import Guard
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.kit.secrets import SecretBox
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Given, Id, Who, Work, over_unit

FirstDay = Annotated[date | None, QueryParameter(name="from", description="First day, as the calendar's clock has it; without it today.")]
LastDay = Annotated[date | None, QueryParameter(name="to", description="Last day, at most 30 days later; without it six days later.")]
InStatus = Annotated[BookingStatus | None, QueryParameter(name="status", description="Only bookings in this status.")]


async def provide_calendars(
    unit: Work,
    principal: Who,
    secret_box: NamedDependency[SkipValidation[SecretBox]],
    outbound_guard: NamedDependency[SkipValidation[Guard]],
) -> CalendarService:
    return CalendarService(unit, principal.workspace_id, secret_box, outbound_guard)


class CalendarController(Controller):
    path = "/calendars"
    tags = ("bookings",)
    guards = (requires("viewer"),)
    dependencies = {"calendars": provide_calendars}

    @get("/", summary="Calendars in which people can be given a time, newest first")
    async def listing(self, calendars: Given[CalendarService], limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[CalendarOut]:
        return await calendars.page(limit, cursor)

    @post("/", guards=[requires("manager")], summary="Make a calendar: hours, length of a slot, capacity")
    async def create(self, calendars: Given[CalendarService], data: JSONBody[CalendarIn]) -> CalendarOut:
        return await calendars.create(data)

    @get("/{calendar_id:uuid}", summary="One calendar")
    async def read(self, calendars: Given[CalendarService], calendar_id: Id) -> Response[CalendarOut]:
        return tagged(await calendars.get(calendar_id), CalendarPatch)

    @get("/{calendar_id:uuid}/availability", summary="What of it is free")
    async def availability(
        self, calendars: Given[CalendarService], calendar_id: Id, first: FirstDay = None, last: LastDay = None
    ) -> Availability:
        return await calendars.availability(calendar_id, first, last)

    @patch("/{calendar_id:uuid}", guards=[requires("manager")], summary="Change what can be booked from now on")
    async def update(
        self, calendars: Given[CalendarService], calendar_id: Id, data: JSONBody[CalendarPatch], if_match: IfMatch = None
    ) -> Response[CalendarOut]:
        return tagged(await calendars.change(calendar_id, data, if_match), CalendarPatch)

    @delete("/{calendar_id:uuid}", guards=[requires("manager")], summary="Forget a calendar in which nothing is booked any more")
    async def remove(self, calendars: Given[CalendarService], calendar_id: Id) -> None:
        await calendars.delete(calendar_id)


class BookingController(Controller):
    path = "/bookings"
    tags = ("bookings",)
    guards = (requires("viewer"),)
    dependencies = {"bookings": over_unit(BookingService)}

    @get("/", summary="Bookings, newest first")
    async def listing(
        self,
        bookings: Given[BookingService],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        calendar_id: FromQuery[uuid.UUID | None] = None,
        contact_id: FromQuery[uuid.UUID | None] = None,
        in_status: InStatus = None,
        since: FromQuery[datetime | None] = None,
        until: FromQuery[datetime | None] = None,
    ) -> Page[BookingOut]:
        """Bookings, newest first; `since` and `until` bound when they begin."""
        whose = {"calendar_id": calendar_id, "contact_id": contact_id}
        return await bookings.listing(limit, cursor, **whose, status=in_status, since=since, until=until)

    @post("/", guards=[requires("manager")], summary="Book a free slot")
    async def create(self, bookings: Given[BookingService], data: JSONBody[BookingIn]) -> BookingOut:
        return await bookings.create(data)

    @get("/{booking_id:uuid}", summary="One booking")
    async def read(self, bookings: Given[BookingService], booking_id: Id) -> Response[BookingOut]:
        return tagged(await bookings.get(booking_id), BookingPatch)

    @patch("/{booking_id:uuid}", guards=[requires("manager")], summary="Move it, cancel it, or change what is noted")
    async def update(
        self, bookings: Given[BookingService], booking_id: Id, data: JSONBody[BookingPatch], if_match: IfMatch = None
    ) -> Response[BookingOut]:
        return tagged(await bookings.update(booking_id, data, if_match), BookingPatch)

    @delete("/{booking_id:uuid}", guards=[requires("manager")], summary="Forget a booking; its time is free again")
    async def remove(self, bookings: Given[BookingService], booking_id: Id) -> None:
        await bookings.delete(booking_id)
