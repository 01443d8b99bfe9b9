"""Calendars that appointments are read from, as people edit them. The reading is in `feed_refreshing`."""

import uuid
from typing import Any

from msgspec import UNSET

from control_plane.appointments.feed_repository import FeedRepository
from control_plane.appointments.feed_schemas import AppointmentFeedIn, AppointmentFeedOut, AppointmentFeedPatch
from control_plane.appointments.service import zone_known
from control_plane.audit.service import record
from control_plane.calls.lookup_repository import LookupRepository
from control_plane.db.models import AppointmentFeed
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, Invalid, NotFound, Refused
from control_plane.kit.etags import require_match
from control_plane.kit.ids import new_id
from control_plane.kit.outbound_guard import Forbidden, Guard
from control_plane.kit.pagination import Page, page_of
from control_plane.kit.secrets import SecretBox

MOST_FEEDS = 100
"""Per workspace."""
TASK = "refresh_feeds"
_TRAIL = ("name", "url_host", "assistant_id", "time_zone", "reminder_offsets_s", "refresh_every_s", "state")


class FeedService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID, box: SecretBox, guard: Guard) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._box = box
        self._guard = guard
        self._rows = FeedRepository(unit.session, workspace_id)
        self._lookups = LookupRepository(unit.session, workspace_id)

    async def page(self, limit: int, cursor: str | None) -> Page[AppointmentFeedOut]:
        query = self._rows.listing()
        return await page_of(self._unit.session, query, AppointmentFeed.id, AppointmentFeedOut.of, limit=limit, cursor=cursor)

    async def get(self, feed_id: uuid.UUID) -> AppointmentFeedOut:
        return AppointmentFeedOut.of(await self._find(feed_id))

    async def create(self, data: AppointmentFeedIn) -> AppointmentFeedOut:
        """It is read at once. Raises `Invalid` for an address that must not be called, `NotFound` for a foreign assistant."""
        url, host = self._address(data.url)
        await self._lookups.active_assistant(data.assistant_id)
        if await self._rows.count() >= MOST_FEEDS:
            raise Refused(f"A workspace has at most {MOST_FEEDS} calendars.", code="too_many_feeds")
        row = AppointmentFeed(
            id=new_id(),
            workspace_id=self._workspace_id,
            name=data.name,
            url_sealed=self._box.seal(url),
            url_host=host,
            assistant_id=data.assistant_id,
            time_zone=zone_known(data.time_zone or (await self._lookups.workspace()).time_zone),
            reminder_offsets_s=sorted(set(data.reminder_offsets_s), reverse=True),
            refresh_every_s=data.refresh_every_s,
            next_refresh_at=self._unit.now,
        )
        await self._rows.add(row)
        self._unit.nudges.add(TASK)
        self._record("created", row, None, _trail(row))
        return AppointmentFeedOut.of(row)

    async def change(self, feed_id: uuid.UUID, data: AppointmentFeedPatch, if_match: str | None = None) -> AppointmentFeedOut:
        """Change what was sent, and read the whole calendar again at once."""
        changes: dict[str, Any] = {name: value for name in data.__struct_fields__ if (value := getattr(data, name)) is not UNSET}
        if "url" in changes:
            url, changes["url_host"] = self._address(changes.pop("url"))
            changes["url_sealed"] = self._box.seal(url)
        if "assistant_id" in changes:
            await self._lookups.active_assistant(changes["assistant_id"])
        if "time_zone" in changes:
            zone_known(changes["time_zone"])
        if "reminder_offsets_s" in changes:
            changes["reminder_offsets_s"] = sorted(set(changes["reminder_offsets_s"]), reverse=True)
        row = await self._find(feed_id, lock=True)
        require_match(if_match, AppointmentFeedOut.of(row), AppointmentFeedPatch)
        before = _trail(row)
        for name, value in changes.items():
            setattr(row, name, value)
        self._read_all_again(row)
        await self._rows.save(row)
        self._record("changed", row, before, _trail(row))
        return AppointmentFeedOut.of(row)

    async def refresh(self, feed_id: uuid.UUID) -> AppointmentFeedOut:
        """Read it now. Raises `Conflict` for one that is paused."""
        row = await self._find(feed_id, lock=True)
        if row.state != "active":
            raise Conflict("The calendar is paused; resume it first.", code="feed_paused")
        self._read_all_again(row)
        await self._rows.save(row)
        self._record("refreshed", row, None, None)
        return AppointmentFeedOut.of(row)

    async def delete(self, feed_id: uuid.UUID) -> None:
        """Its appointments stay, and are not kept in step with it any more."""
        row = await self._find(feed_id, lock=True)
        self._record("deleted", row, _trail(row), None)
        await self._rows.delete(row)

    def _read_all_again(self, row: AppointmentFeed) -> None:
        row.next_refresh_at, row.read_at, row.etag, row.failures = self._unit.now, None, "", 0
        self._unit.nudges.add(TASK)

    def _address(self, url: str) -> tuple[str, str]:
        url = f"https://{url[9:]}" if url.lower().startswith("webcal://") else url
        try:
            return url, self._guard.check_url(url).hostname or ""
        except Forbidden as error:
            raise Invalid.field("url", str(error)) from error

    async def _find(self, feed_id: uuid.UUID, *, lock: bool = False) -> AppointmentFeed:
        row = await self._rows.find(feed_id, lock=lock)
        if row is None:
            raise NotFound.of("appointment feed")
        return row

    def _record(self, what: str, row: AppointmentFeed, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        record(self._unit, self._workspace_id, f"appointment_feed.{what}", "appointment_feed", row.id, before, after)


def _trail(row: AppointmentFeed) -> dict[str, Any]:
    """Never the address, which is secret."""
    return {name: getattr(row, name) for name in _TRAIL}
