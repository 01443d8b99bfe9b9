"""What has happened with a contact, of every kind, on one line; read from the rows themselves, so what is erased there is gone here."""

import uuid

from control_plane.contacts.repository import ContactRepository
from control_plane.contacts.timeline_repository import TimelineRepository
from control_plane.contacts.timeline_schemas import TimelineEntry
from control_plane.db.unit import Unit
from control_plane.domain.errors import NotFound
from control_plane.kit.pagination import Page, decode_cursor, encode_cursor


async def timeline(unit: Unit, workspace_id: uuid.UUID, contact_id: uuid.UUID, limit: int, cursor: str | None) -> Page[TimelineEntry]:
    """Newest first, in the order of recording. Raises `NotFound`."""
    if await ContactRepository(unit.session, workspace_id).find(contact_id) is None:
        raise NotFound.of("contact")
    before = decode_cursor(cursor) if cursor is not None else None
    rows = await TimelineRepository(unit.session, workspace_id).entries(contact_id, before, limit + 1)
    items = [TimelineEntry(**row) for row in rows[:limit]]
    return Page(items, encode_cursor(items[-1].id) if len(rows) > limit else None)
