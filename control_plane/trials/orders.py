"""The order of a call that is never made: written by the code that writes those of calls, from rows that are never stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from control_plane.calls.orders import Parts, order_of, require_variables
from control_plane.db.models import AssistantVersion, Call, Contact, Trunk, Workspace
from control_plane.kit.ids import new_id
from sip_config.contract import CallOrder, CallPurpose

ANYBODY = "+12025550100"
"""A number that is nobody's (555-0100 to 0199 are kept for fiction), in a place whose rules are packed."""


_UNSAID: dict[str, Any] = {"system_prompt": "", "first_message": "", "voicemail": {}, "menu": {}, "call_screening": {}}


@dataclass(frozen=True, slots=True)
class Draft:
    """What is tried: an assistant, as it stands there or as it is edited, towards somebody."""

    name: str
    config: Mapping[str, Any]
    to: str = ANYBODY
    request: Mapping[str, Any] = field(default_factory=dict)
    """As a call's: variables, agenda, custom_prompt …"""


def trial_order(draft: Draft, workspace: Workspace, contact: Contact | None, now: datetime, *, is_silent: bool = False) -> CallOrder:
    """Raises `Invalid` when a text needs a variable that nobody gives, unless nothing of it will be said."""
    config = dict(draft.config) | (_UNSAID if is_silent else {})
    version = AssistantVersion(id=new_id(), workspace_id=workspace.id, name=draft.name, config=config, number=0)
    require_variables(version, None, contact, draft.request)
    call = Call(
        id=new_id(),
        workspace_id=workspace.id,
        purpose=CallPurpose.SINGLE.value,
        to_e164=draft.to,
        from_e164=ANYBODY,
        request=dict(draft.request),
        agent_generation=1,
        ringing_timeout_s=30,
        max_duration_s=draft.config.get("max_duration_s") or 600,
        trace_context="",
    )
    trunk = Trunk(is_rehearsal=False)
    return order_of(call, Parts(version, workspace, trunk, None, contact), now)
