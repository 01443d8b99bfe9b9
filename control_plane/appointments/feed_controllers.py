"""`/appointment-feeds`."""

import uuid

from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation

from control_plane.appointments.feed_schemas import AppointmentFeedIn, AppointmentFeedOut, AppointmentFeedPatch
from control_plane.appointments.feed_service import FeedService
from control_plane.db.unit import Unit
from control_plane.kit.etags import IfMatch, tagged
from control_plane.kit.outbound_guard import Guard
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.kit.secrets import SecretBox
from control_plane.workspaces.guards import requires
from control_plane.workspaces.principal import Principal


async def provide_feeds(
    unit: NamedDependency[SkipValidation[Unit]],
    principal: NamedDependency[SkipValidation[Principal]],
    secret_box: NamedDependency[SkipValidation[SecretBox]],
    outbound_guard: NamedDependency[SkipValidation[Guard]],
) -> FeedService:
    return FeedService(unit, principal.workspace_id, secret_box, outbound_guard)


Feeds = NamedDependency[SkipValidation[FeedService]]
Id = FromPath[uuid.UUID]


class AppointmentFeedController(Controller):
    path = "/appointment-feeds"
    tags = ("appointments",)
    guards = (requires("viewer"),)
    dependencies = {"feeds": provide_feeds}

    @get("/", summary="Calendars that appointments are read from, newest first")
    async def listing(self, feeds: Feeds, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[AppointmentFeedOut]:
        return await feeds.page(limit, cursor)

    @post("/", guards=[requires("manager")], summary="Read appointments from a calendar's iCal address, now and again and again")
    async def create(self, feeds: Feeds, data: JSONBody[AppointmentFeedIn]) -> AppointmentFeedOut:
        return await feeds.create(data)

    @get("/{feed_id:uuid}", summary="One calendar, and how its last reading went")
    async def read(self, feeds: Feeds, feed_id: Id) -> Response[AppointmentFeedOut]:
        return tagged(await feeds.get(feed_id), AppointmentFeedPatch)

    @patch("/{feed_id:uuid}", guards=[requires("manager")], summary="Change what is sent; the calendar is read again at once")
    async def update(
        self, feeds: Feeds, feed_id: Id, data: JSONBody[AppointmentFeedPatch], if_match: IfMatch = None
    ) -> Response[AppointmentFeedOut]:
        return tagged(await feeds.change(feed_id, data, if_match), AppointmentFeedPatch)

    @post("/{feed_id:uuid}/refresh", status_code=202, guards=[requires("manager")], summary="Read the calendar now")
    async def refresh(self, feeds: Feeds, feed_id: Id) -> AppointmentFeedOut:
        return await feeds.refresh(feed_id)

    @delete("/{feed_id:uuid}", guards=[requires("manager")], summary="Read it no more; its appointments stay")
    async def remove(self, feeds: Feeds, feed_id: Id) -> None:
        await feeds.delete(feed_id)
