"""A preview of what is only planned: the campaign, its assistant and its people as they would be. Nothing is stored and nothing locked."""

import asyncio
import uuid
from typing import Any

from msgspec import structs, to_builtins

from control_plane.calls.lookup_repository import LookupRepository
from control_plane.campaigns.enrollments import spoken_texts
from control_plane.campaigns.repository import CampaignRepository
from control_plane.campaigns.service import CampaignService, check_rules
from control_plane.contacts.places import is_zone
from control_plane.contacts.repository import ContactRepository
from control_plane.db.models import Campaign
from control_plane.db.unit import Unit
from control_plane.domain import phone
from control_plane.domain.errors import Invalid, NotFound
from control_plane.domain.variables import contact_values
from control_plane.explanations.planned_people import PlannedPerson
from control_plane.explanations.planned_schemas import PlannedCampaign, PlannedContact, PlannedPreviewIn
from control_plane.explanations.preview import Intent, PreviewService
from control_plane.explanations.preview_repository import callers_among
from control_plane.explanations.preview_schemas import PreviewOut
from control_plane.kit.ids import new_id
from control_plane.trunks.service import check_breaker

_REFERENCES = ("contact_list_ids", "number_ids", "assistant_id", "budget", "breaker")


async def preview_planned(unit: Unit, workspace_id: uuid.UUID, asked: PlannedPreviewIn) -> PreviewOut:
    """Raises `Invalid` and `NotFound` as making the campaign would, `Conflict` for one that nobody could call from."""
    intent = await Planning(unit, workspace_id).intent(asked)
    return await PreviewService(unit, workspace_id).preview_of(intent, asked)


class Planning:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id

    async def intent(self, asked: PlannedPreviewIn) -> Intent:
        campaigns = CampaignService(self._unit, self._workspace_id)
        list_ids = list(dict.fromkeys(asked.campaign.contact_list_ids))
        await campaigns.require_lists(list_ids)
        pack = await campaigns.rule_pack(list(dict.fromkeys(asked.campaign.number_ids)))
        campaign = await self._campaign(asked, pack)
        # Thousands of numbers are read, some of them slowly: not on the event loop.
        people = await asyncio.to_thread(lambda: [_checked(contact, f"contacts[{i}]") for i, contact in enumerate(asked.contacts)])
        return Intent(
            campaign,
            await callers_among(self._unit.session, self._workspace_id, asked.campaign.number_ids),
            list_ids,
            is_stored=asked.campaign_id is not None,
            texts=await self._texts(asked, campaign),
            newcomers=[person for contact_id, person in people if contact_id is None],
            values=await self._known({contact_id: person.values for contact_id, person in people if contact_id is not None}),
            without=frozenset(asked.without),
        )

    async def _campaign(self, asked: PlannedPreviewIn, pack: str) -> Campaign:
        """A row that no session knows."""
        stored = None
        if asked.campaign_id is not None:
            stored = await LookupRepository(self._unit.session, self._workspace_id).campaign(asked.campaign_id)
        kept: dict[str, Any] = {"id": new_id(), "workspace_id": self._workspace_id, "execution_status": "idle"}
        if stored is not None:
            kept = {column.key: getattr(stored, column.key) for column in Campaign.__table__.columns}
        given: PlannedCampaign = asked.campaign
        check_breaker(given.breaker)
        values = {name: value for name, value in structs.asdict(given).items() if name not in _REFERENCES}
        values |= {"breaker": to_builtins(given.breaker), "rule_pack": pack, "assistant_id": await self._assistant(asked, stored)}
        campaign = Campaign(**(kept | values))
        check_rules(campaign)
        return campaign

    async def _assistant(self, asked: PlannedPreviewIn, stored: Campaign | None) -> uuid.UUID:
        """What the models cost is known by assistant; one that is not there yet has cost nothing."""
        given = asked.campaign.assistant_id or (stored.assistant_id if stored else None)
        if given is None:
            if asked.assistant is None:
                raise Invalid.field("campaign.assistant_id", "Say which assistant calls, or what it would be in `assistant`.")
            return new_id()
        if await CampaignRepository(self._unit.session).assistant(self._workspace_id, given) is None:
            raise NotFound.of("assistant")
        return given

    async def _texts(self, asked: PlannedPreviewIn, campaign: Campaign) -> tuple[str, ...] | None:
        """Those of the planned assistant, unless the campaign has begun and keeps its version."""
        if asked.assistant is None or campaign.assistant_version_id is not None:
            return None
        return spoken_texts(to_builtins(asked.assistant.config()))

    async def _known(self, values: dict[uuid.UUID, Any]) -> dict[uuid.UUID, Any]:
        if values and await ContactRepository(self._unit.session, self._workspace_id).owned(list(values)) != values.keys():
            raise NotFound.of("contact")
        return values


def _checked(contact: PlannedContact, field: str) -> tuple[uuid.UUID | None, PlannedPerson]:
    numbers = [phone.require(e164, field=f"{field}.numbers[{i}]") for i, e164 in enumerate(contact.numbers)]
    if contact.time_zone and not is_zone(contact.time_zone):
        raise Invalid.field(f"{field}.time_zone", f"The time zone {contact.time_zone!r} is not known; write it like America/New_York.")
    plain = {name: getattr(contact, name) for name in ("name", "email", "language", "time_zone", "attributes")}
    person = PlannedPerson(contact.name, numbers, contact.time_zone or None, contact.attributes, contact_values(**plain))
    return contact.contact_id, person
