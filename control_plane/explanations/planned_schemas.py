"""What the API takes for a preview of a campaign that is only planned."""

import uuid
from typing import Annotated

from msgspec import Meta, Struct, field

from control_plane.assistants.schemas import AssistantIn
from control_plane.campaigns.schemas import CampaignIn
from control_plane.contacts.schemas import E164
from control_plane.explanations.preview_schemas import PreviewIn

Text = Annotated[str, Meta(max_length=320)]
Attribute = Annotated[str, Meta(max_length=65_536)]
MOST_CONTACTS = 10_000


class PlannedContact(Struct, forbid_unknown_fields=True):
    """Somebody who would be called, with what would be known of them, as `POST /contact-lists/imports/compare` says it."""

    numbers: Annotated[list[E164], Meta(min_length=1, max_length=20)]
    contact_id: uuid.UUID | None = None
    """Of a contact that is known; the gate is asked about its own numbers then."""
    name: Text = ""
    email: Text = ""
    language: Text = ""
    time_zone: Text = ""
    attributes: dict[str, Attribute] = field(default_factory=dict)


class PlannedCampaign(CampaignIn, kw_only=True, forbid_unknown_fields=True):
    """A campaign as it would be made, or as it would be after a change."""

    assistant_id: uuid.UUID | None = None  # type: ignore[assignment]
    """May be left out where the assistant itself is only planned."""
    contact_list_ids: Annotated[list[uuid.UUID], Meta(max_length=100)] = field(default_factory=list)


class PlannedPreviewIn(PreviewIn, kw_only=True, forbid_unknown_fields=True):
    """Everything that is planned at once, and the pace to reckon with."""

    campaign: PlannedCampaign
    campaign_id: uuid.UUID | None = None
    """The campaign that would be changed; without one it would be made."""
    assistant: AssistantIn | None = None
    """An assistant that would be made or changed; without one `campaign.assistant_id` as it is published."""
    contacts: Annotated[list[PlannedContact], Meta(max_length=MOST_CONTACTS)] = field(default_factory=list)
    """Who would come to its lists, and of whom more would be known."""
    without: Annotated[list[uuid.UUID], Meta(max_length=MOST_CONTACTS)] = field(default_factory=list)
    """Contacts who would be taken off its lists, and called no more."""
