"""SQL of calendars that appointments are read from."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Appointment, AppointmentFeed, Contact, ContactPhone


class FeedRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def add(self, row: AppointmentFeed) -> None:
        self._session.add(row)
        await self.save(row)

    async def save(self, row: AppointmentFeed) -> None:
        await self._session.flush()
        await self._session.refresh(row)

    async def find(self, feed_id: uuid.UUID, *, lock: bool = False) -> AppointmentFeed | None:
        query = select(AppointmentFeed).where(AppointmentFeed.id == feed_id, AppointmentFeed.workspace_id == self._workspace_id)
        return await self._session.scalar(query.with_for_update() if lock else query)

    def listing(self) -> Select[AppointmentFeed]:
        return select(AppointmentFeed).where(AppointmentFeed.workspace_id == self._workspace_id)

    async def count(self) -> int:
        return await self._session.scalar(select(func.count()).select_from(self.listing().subquery())) or 0

    async def delete(self, row: AppointmentFeed) -> None:
        await self._session.delete(row)
        await self._session.flush()

    async def to_come(self, feed_id: uuid.UUID, now: datetime) -> Sequence[Appointment]:
        """The feed's appointments that have not begun."""
        query = select(Appointment).where(Appointment.feed_id == feed_id, Appointment.workspace_id == self._workspace_id)
        return (await self._session.scalars(query.where(Appointment.starts_at > now))).all()

    async def by_number(self, numbers: Collection[str]) -> dict[str, set[uuid.UUID]]:
        """The contacts that have each of the numbers."""
        query = select(ContactPhone.e164, ContactPhone.contact_id)
        return await self._grouped(query.where(ContactPhone.workspace_id == self._workspace_id, ContactPhone.e164.in_(numbers)))

    async def by_email(self, emails: Collection[str]) -> dict[str, set[uuid.UUID]]:
        """The contacts that have each of the addresses, which are in small letters."""
        address = func.lower(Contact.email)
        return await self._grouped(select(address, Contact.id).where(Contact.workspace_id == self._workspace_id, address.in_(emails)))

    async def mark(self, appointment_id: uuid.UUID, *, feed_id: uuid.UUID, is_withdrawn: bool) -> None:
        mine = update(Appointment).where(Appointment.id == appointment_id, Appointment.workspace_id == self._workspace_id)
        await self._session.execute(mine.values(feed_id=feed_id, is_withdrawn=is_withdrawn))

    async def _grouped(self, query: Select[str, uuid.UUID]) -> dict[str, set[uuid.UUID]]:
        found: dict[str, set[uuid.UUID]] = {}
        for clue, contact_id in await self._session.execute(query):
            found.setdefault(clue, set()).add(contact_id)
        return found


async def due_feeds(session: AsyncSession, now: datetime, limit: int) -> Sequence[uuid.UUID]:
    """Of all workspaces."""
    query = select(AppointmentFeed.id).where(AppointmentFeed.state == "active", AppointmentFeed.next_refresh_at <= now)
    return (await session.scalars(query.order_by(AppointmentFeed.next_refresh_at).limit(limit))).all()


async def take_feed(session: AsyncSession, feed_id: uuid.UUID, now: datetime) -> AppointmentFeed | None:
    """The feed that is due, locked; None when it is not any more, or another worker has it."""
    query = select(AppointmentFeed).where(AppointmentFeed.id == feed_id, AppointmentFeed.state == "active")
    return await session.scalar(query.where(AppointmentFeed.next_refresh_at <= now).with_for_update(skip_locked=True))
