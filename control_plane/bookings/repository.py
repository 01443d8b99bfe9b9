"""SQL of calendars, their bookings and the times in which they are busy."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Booking, Calendar, CalendarBusy, Contact
from control_plane.domain.slots import Held
from control_plane.kit.ids import new_id


class BookingRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def save(self, row: Calendar | Booking) -> None:
        self._session.add(row)
        await self._session.flush()
        await self._session.refresh(row)

    async def save_if_free(self, row: Booking) -> bool:
        """False when the seat is somebody else's by now, and nothing was written."""
        try:
            async with self._session.begin_nested():
                await self.save(row)
        except IntegrityError as error:
            if "ex_booking_seat" not in str(error.orig):
                raise
            return False
        return True

    async def delete(self, row: Calendar | Booking) -> None:
        await self._session.delete(row)
        await self._session.flush()

    async def calendar(self, calendar_id: uuid.UUID, *, lock: bool = False) -> Calendar | None:
        query = select(Calendar).where(Calendar.id == calendar_id, Calendar.workspace_id == self._workspace_id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        return await self._session.scalar(query)

    def calendars(self) -> Select[Calendar]:
        return select(Calendar).where(Calendar.workspace_id == self._workspace_id)

    async def calendar_named(self, name: str) -> uuid.UUID | None:
        return await self._session.scalar(self.calendars().where(Calendar.name == name).with_only_columns(Calendar.id))

    async def count_calendars(self) -> int:
        return await self._session.scalar(select(func.count()).select_from(self.calendars().subquery())) or 0

    async def is_booked(self, calendar_id: uuid.UUID, now: datetime) -> bool:
        """Whether a booking in it is still to come."""
        query = select(Booking.id).where(Booking.calendar_id == calendar_id, Booking.status == "booked", Booking.ends_at > now)
        return await self._session.scalar(query.limit(1)) is not None

    async def forget_bookings(self, calendar_id: uuid.UUID) -> None:
        await self._session.execute(delete(Booking).where(Booking.calendar_id == calendar_id))

    async def booking(self, booking_id: uuid.UUID, *, lock: bool = False) -> Booking | None:
        query = select(Booking).where(Booking.id == booking_id, Booking.workspace_id == self._workspace_id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        return await self._session.scalar(query)

    def bookings(
        self,
        *,
        calendar_id: uuid.UUID | None,
        contact_id: uuid.UUID | None,
        status: str | None,
        since: datetime | None,
        until: datetime | None,
    ) -> Select[Booking]:
        query = select(Booking).where(Booking.workspace_id == self._workspace_id)
        given = ((Booking.calendar_id, calendar_id), (Booking.contact_id, contact_id), (Booking.status, status))
        query = query.where(*(column == value for column, value in given if value is not None))
        query = query if since is None else query.where(Booking.starts_at >= since)
        return query if until is None else query.where(Booking.starts_at < until)

    async def held(self, calendar_id: uuid.UUID, since: datetime, until: datetime, but_for: uuid.UUID | None = None) -> list[Held]:
        """What of the time is taken: by bookings, and by the calendar that this one follows."""
        mine = (Booking.calendar_id == calendar_id, Booking.status == "booked", Booking.starts_at < until, Booking.held_until > since)
        query = select(Booking.starts_at, Booking.held_until, Booking.seat).where(*mine)
        booked = await self._session.execute(query if but_for is None else query.where(Booking.id != but_for))
        busy = select(CalendarBusy.starts_at, CalendarBusy.ends_at).where(CalendarBusy.calendar_id == calendar_id)
        entries = await self._session.execute(busy.where(CalendarBusy.starts_at < until, CalendarBusy.ends_at > since))
        return [Held(*row) for row in booked] + [Held(*row) for row in entries]

    async def keep_contact(self, contact_id: uuid.UUID) -> Contact | None:
        """The contact, who is not erased until the transaction ends: they are locked before what hangs on them."""
        query = select(Contact).where(Contact.id == contact_id, Contact.workspace_id == self._workspace_id)
        return await self._session.scalar(query.with_for_update(read=True, key_share=True))

    async def put_busy(self, calendar_id: uuid.UUID, times: Iterable[tuple[datetime, datetime]]) -> None:
        """In the place of those from before."""
        await self._session.execute(delete(CalendarBusy).where(CalendarBusy.calendar_id == calendar_id))
        of = {"workspace_id": self._workspace_id, "calendar_id": calendar_id}
        rows = [{"id": new_id(), "starts_at": start, "ends_at": end} | of for start, end in times]
        if rows:
            await self._session.execute(insert(CalendarBusy), rows)


async def due_calendars(session: AsyncSession, now: datetime, limit: int) -> Sequence[uuid.UUID]:
    """Of all workspaces, those whose busy times are to be read."""
    query = select(Calendar.id).where(Calendar.busy_url_sealed.is_not(None), Calendar.next_refresh_at <= now)
    return (await session.scalars(query.order_by(Calendar.next_refresh_at).limit(limit))).all()


async def take_calendar(session: AsyncSession, calendar_id: uuid.UUID, now: datetime) -> Calendar | None:
    """The calendar that is due, locked; None when it is not any more, or another worker has it."""
    query = select(Calendar).where(Calendar.id == calendar_id, Calendar.busy_url_sealed.is_not(None))
    return await session.scalar(query.where(Calendar.next_refresh_at <= now).with_for_update(skip_locked=True))
