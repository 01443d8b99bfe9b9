"""Which rules bind the call that a question is about: where the person may be, why they are called, what the workspace has added."""

from datetime import datetime

from control_plane.db.models import Campaign, Contact, Trunk, Workspace
from control_plane.domain.rules import Rules
from control_plane.rules import places
from control_plane.rules.places import NOWHERE, Address, Whereabouts
from control_plane.rules.resolving import own_rules, rehearsal_rules, rules_for
from control_plane.rules.resolving import purpose_of as known_purpose

OUTSIDE_CAMPAIGNS = "informational"
"""What a call is for that belongs to no campaign: somebody has asked for this one call."""


def purpose_of(campaign: Campaign | None) -> str:
    """Why the person is called, as the rules know it."""
    return known_purpose(campaign.purpose) if campaign is not None else OUTSIDE_CAMPAIGNS


def jurisdictions(e164: str, contact: Contact | None) -> tuple[str, ...]:
    """Countries and states where the person may be."""
    return places.jurisdictions(e164, _address(contact))


def time_zones(e164: str, contact: Contact | None) -> tuple[str, ...]:
    """Every zone the person may be in, the likeliest first."""
    return whereabouts(e164, contact).time_zones


def whereabouts(e164: str, contact: Contact | None) -> Whereabouts:
    """The zones that the number allows, narrowed by those stored with it, by the address and by what the list says."""
    stored = next((p.time_zones for p in contact.phones if p.e164 == e164), []) if contact is not None else []
    given, confirmed = (contact.time_zone, contact.confirmed_zone) if contact is not None else (None, None)
    return places.whereabouts(e164, tuple(stored), _address(contact), given, confirmed)


def rules_of(workspace: Workspace, trunk: Trunk, where: tuple[str, ...], purpose: str, now: datetime) -> Rules:
    """All that binds the call. Rehearsal trunks have their own rules, which no other trunk can select."""
    own = own_rules(workspace.id, workspace.rules_version, workspace.rules)
    return rehearsal_rules(now, own) if trunk.is_rehearsal else rules_for(where, purpose, own, now)


def _address(contact: Contact | None) -> Address:
    return Address.of(contact.attributes) if contact is not None and contact.attributes else NOWHERE
