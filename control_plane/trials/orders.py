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


@dataclass(frozen=True, slots=True)
class Tried:
    """What is tried: an assistant, as it stands there or as it is edited, towards somebody."""

    name: str
    config: Mapping[str, Any]
    to: str = ANYBODY
    request: Mapping[str, Any] = field(default_factory=dict)
    """As a call's: variables, agenda, custom_prompt …"""


def trial_order(tried: Tried, workspace: Workspace, contact: Contact | None, now: datetime) -> CallOrder:
    """Raises `Invalid` when a text needs a variable that nobody gives."""
    version = AssistantVersion(id=new_id(), workspace_id=workspace.id, name=tried.name, config=dict(tried.config), number=0)
    require_variables(version, None, contact, tried.request)
    call = Call(
        id=new_id(),
        workspace_id=workspace.id,
        purpose=CallPurpose.SINGLE.value,
        to_e164=tried.to,
        from_e164=ANYBODY,
        request=dict(tried.request),
        agent_generation=1,
        ringing_timeout_s=30,
        max_duration_s=tried.config.get("max_duration_s") or 600,
        trace_context="",
    )
    trunk = Trunk(is_rehearsal=False)
    return order_of(call, Parts(version, workspace, trunk, None, contact), now)
