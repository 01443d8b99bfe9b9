"""`/contacts` and `/contact-lists`."""

import uuid
from typing import Annotated

from litestar import Controller, Response, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter, SkipValidation

from control_plane.contacts.confirmed_zones import ConfirmedZone, ConfirmedZoneIn, ConfirmedZones
from control_plane.contacts.lists import ListService
from control_plane.contacts.quiet_schemas import QuietTimes
from control_plane.contacts.quiet_times import read_quiet_times, set_quiet_times
from control_plane.contacts.schemas import ContactIn, ContactOut, ContactPatch, ListIn, ListOut, ListPatch, MembersIn
from control_plane.contacts.service import ContactService
from control_plane.contacts.timeline import timeline
from control_plane.contacts.timeline_schemas import TimelineEntry
from control_plane.kit.api_schemas import PHONE
from control_plane.kit.etags import IfMatch, tagged
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.kit.storage import Storage
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Given, Id, Who, Work, over_unit

Files = NamedDependency[SkipValidation[Storage]]
Search = Annotated[str | None, QueryParameter(name="q", max_length=200, description="Part of a name, an e-mail address or a number.")]
Number = Annotated[str | None, QueryParameter(name="e164", max_length=32, schema_extra=PHONE, description="Contacts with this number.")]
OnList = Annotated[uuid.UUID | None, QueryParameter(name="contact_list_id", description="Members of this list.")]


class ContactController(Controller):
    path = "/contacts"
    tags = ["contacts"]
    guards = [requires("viewer")]
    dependencies = {"contacts": over_unit(ContactService), "confirmed_zones": over_unit(ConfirmedZones)}

    @get("/", summary="Contacts, newest first")
    async def listing(
        self,
        contacts: Given[ContactService],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        q: Search = None,
        e164: Number = None,
        contact_list_id: OnList = None,
    ) -> Page[ContactOut]:
        return await contacts.listing(limit, cursor, q=q, e164=e164, list_id=contact_list_id)

    @post("/", guards=[requires("manager")], summary="Create a contact")
    async def create(self, contacts: Given[ContactService], data: JSONBody[ContactIn]) -> ContactOut:
        return await contacts.create(data)

    @get("/{contact_id:uuid}", summary="One contact")
    async def read(self, contacts: Given[ContactService], contact_id: Id) -> Response[ContactOut]:
        return tagged(await contacts.get(contact_id), ContactPatch)

    @patch("/{contact_id:uuid}", guards=[requires("manager")], summary="Change what is sent")
    async def update(
        self, contacts: Given[ContactService], contact_id: Id, data: JSONBody[ContactPatch], if_match: IfMatch = None
    ) -> Response[ContactOut]:
        return tagged(await contacts.update(contact_id, data, if_match), ContactPatch)

    @delete("/{contact_id:uuid}", guards=[requires("manager")], summary="Delete a contact; its calls are kept")
    async def remove(self, contacts: Given[ContactService], contact_id: Id) -> None:
        await contacts.delete(contact_id)

    @get("/{contact_id:uuid}/timeline", summary="What happened with the contact, newest first")
    async def timeline_of(
        self, unit: Work, principal: Who, contact_id: Id, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
    ) -> Page[TimelineEntry]:
        return await timeline(unit, principal.workspace_id, contact_id, limit, cursor)

    @get("/{contact_id:uuid}/quiet-times", summary="When the person wants no calls, in their own zone")
    async def quiet_times(self, unit: Work, principal: Who, contact_id: Id) -> QuietTimes:
        return await read_quiet_times(unit, principal.workspace_id, contact_id)

    @put("/{contact_id:uuid}/quiet-times", guards=[requires("manager")], summary="Say anew when the person wants no calls")
    async def set_quiet_times(self, unit: Work, principal: Who, contact_id: Id, data: JSONBody[QuietTimes]) -> QuietTimes:
        return await set_quiet_times(unit, principal.workspace_id, contact_id, data)

    @get("/{contact_id:uuid}/confirmed-zone", summary="The time zone that somebody has confirmed the contact is in")
    async def confirmed_zone(self, confirmed_zones: Given[ConfirmedZones], contact_id: Id) -> ConfirmedZone:
        return await confirmed_zones.read(contact_id)

    @put(
        "/{contact_id:uuid}/confirmed-zone",
        guards=[requires("manager")],
        summary="Say with evidence in which time zone the contact is, whatever number, address and list say; audited",
    )
    async def confirm_zone(self, confirmed_zones: Given[ConfirmedZones], contact_id: Id, data: JSONBody[ConfirmedZoneIn]) -> ConfirmedZone:
        return await confirmed_zones.confirm(contact_id, data)

    @delete("/{contact_id:uuid}/confirmed-zone", guards=[requires("manager")], summary="Go by number, address and list again")
    async def unconfirm_zone(self, confirmed_zones: Given[ConfirmedZones], contact_id: Id) -> None:
        await confirmed_zones.take_back(contact_id)


class ContactListController(Controller):
    path = "/contact-lists"
    tags = ["contact lists"]
    guards = [requires("viewer")]
    dependencies = {"lists": over_unit(ListService)}

    @get("/", summary="Contact lists, newest first")
    async def listing(self, lists: Given[ListService], limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[ListOut]:
        return await lists.listing(limit, cursor)

    @post("/", guards=[requires("manager")], summary="Create an empty list")
    async def create(self, lists: Given[ListService], data: JSONBody[ListIn]) -> ListOut:
        return await lists.create(data)

    @get("/{list_id:uuid}", summary="One list")
    async def read(self, lists: Given[ListService], list_id: Id) -> Response[ListOut]:
        return tagged(await lists.get(list_id), ListPatch)

    @patch("/{list_id:uuid}", guards=[requires("manager")], summary="Change what is sent")
    async def update(
        self, lists: Given[ListService], list_id: Id, data: JSONBody[ListPatch], if_match: IfMatch = None
    ) -> Response[ListOut]:
        return tagged(await lists.update(list_id, data, if_match), ListPatch)

    @delete("/{list_id:uuid}", guards=[requires("manager")], summary="Delete a list; its contacts are kept")
    async def remove(self, lists: Given[ListService], storage: Files, list_id: Id) -> None:
        await lists.delete(list_id, storage)

    @post("/{list_id:uuid}/contacts", status_code=200, guards=[requires("manager")], summary="Put contacts on the list")
    async def add_members(self, lists: Given[ListService], list_id: Id, data: JSONBody[MembersIn]) -> ListOut:
        return await lists.add_members(list_id, data.contact_ids)

    @delete("/{list_id:uuid}/contacts/{contact_id:uuid}", guards=[requires("manager")], summary="Take a contact off the list")
    async def remove_member(self, lists: Given[ListService], list_id: Id, contact_id: Id) -> None:
        await lists.remove_member(list_id, contact_id)
