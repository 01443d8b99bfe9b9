"""What a trial is made from: an assistant's draft as it is now, and what the draft names."""

import uuid
from collections.abc import Mapping, Sequence

from control_plane.calls.calendar_repository import calendars_named
from control_plane.calls.destinations import Named, destinations_by
from control_plane.db.models import Assistant, Calendar
from control_plane.db.unit import Unit
from control_plane.domain.errors import NotFound
from control_plane.trials.orders import ANYBODY, Draft, trial_order
from control_plane.trials.repository import TrialRepository
from control_plane.trials.room import About
from sip_config.contract import CallOrder
from sip_config.contract.trial import PROBE

OF_A_CALL = ("variables", "agenda", "custom_prompt")
"""What is said of a trial as it is of a call."""


async def drafted(about: About, unit: Unit) -> tuple[Assistant, CallOrder]:
    """The assistant, and the order of a call by its draft. Raises `NotFound`, `Invalid` for what a call could not be made of either."""
    rows, asked = TrialRepository(unit.session, about.workspace_id), about.asked
    assistant = await _assistant(about, unit)
    contact_id = asked.get("contact_id")
    contact = await rows.contact(uuid.UUID(contact_id)) if contact_id else None
    if contact_id and contact is None:
        raise NotFound.of("contact")
    to = asked.get("to") or (contact.phones[0].e164 if contact and contact.phones else ANYBODY)
    draft = Draft(assistant.name, assistant.config, to, {name: asked[name] for name in OF_A_CALL if name in asked})
    return assistant, trial_order(draft, await rows.workspace(), contact, unit.now, is_silent=about.kind == PROBE)


async def calendars_of_trial(about: About, unit: Unit) -> Sequence[Calendar]:
    """In which a call by the draft would book."""
    return await calendars_named(unit.session, about.workspace_id, (await _assistant(about, unit)).config)


async def destinations_of_trial(about: About, unit: Unit) -> Mapping[str, Named]:
    """To whom a call by the draft could be put through now."""
    assistant = await _assistant(about, unit)
    return await destinations_by(unit.session, assistant.config, (about.workspace_id, assistant.id), unit.now)


async def _assistant(about: About, unit: Unit) -> Assistant:
    found = await TrialRepository(unit.session, about.workspace_id).assistant(about.assistant_id)
    if found is None:
        raise NotFound.of("assistant")
    return found
