"""What the agent of a call does with tools by configuration: only those of its own assistant's version, only as often as a conversation can
need them, and each use in the ledger before it is sent.

Whom it is about is never the model's word: ids come from the call, the address and the headers from the tool's description.
"""

import json
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.assistants.schemas import BUILT_IN
from control_plane.calls.agent_service import AgentService
from control_plane.calls.reducer import Testimony, hear
from control_plane.calls.repository import CallRepository
from control_plane.db.models import Call, Contact, Tool
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, NotFound
from control_plane.domain.tool_schema import closed, wrong_with
from control_plane.kit.secrets import SecretBox
from control_plane.tools.describing import is_ready, keep_drift, parameters_of, recipe_of, values_of
from control_plane.tools.executing import Result
from control_plane.tools.repository import ToolRepository, tools_of_call
from control_plane.tools.request import Recipe
from sip_config.contract import ConfiguredTool

MOST_USES = 30
"""Per call; more is a model that repeats itself."""
USED, ANSWERED = "tool_used", "tool_answered"


@dataclass(frozen=True, slots=True)
class Use:
    """One use that stands in the ledger, with all that sending it takes."""

    id: str
    recipe: Recipe
    arguments: dict[str, Any]
    facts: dict[str, Any]
    secrets: dict[str, str]


async def configured_tools_of(session: AsyncSession, call_id: uuid.UUID) -> tuple[ConfiguredTool, ...]:
    """As the agent of the call is told of them."""
    workspace_id, names = await tools_of_call(session, call_id)
    own = [name for name in names if name not in BUILT_IN]
    rows = await ToolRepository(session, workspace_id).named(own) if own else ()
    return tuple(described(row) for row in rows if is_ready(row))


def described(row: Tool) -> ConfiguredTool:
    """A tool as an agent is told of it."""
    return ConfiguredTool(row.name, row.description, json.dumps(closed(parameters_of(row))), row.timeout_s)


class ToolsOfCall:
    def __init__(self, unit: Unit, call_id: uuid.UUID, ticket: str) -> None:
        self._unit = unit
        self._call_id = call_id
        self._agent = AgentService(unit, call_id, ticket)

    async def begin(self, name: str, use_id: str, arguments: Any, box: SecretBox) -> Use | str:
        """The use, noted; or why it is none, in a sentence for the model. Raises `NotFound` for a tool that is not the assistant's,
        `Conflict` for a call that is over, for one use said twice, and for too many."""
        call = await self._agent.under_way(lock=True)
        workspace_id, names = await tools_of_call(self._unit.session, call.id)
        rows = await ToolRepository(self._unit.session, workspace_id).named([name]) if name in names and name not in BUILT_IN else ()
        if not rows:
            raise NotFound.of("tool")
        wrong = wrong_with(arguments, parameters_of(rows[0]))
        if wrong is not None:
            return wrong
        await note_use(self._unit, call, name, use_id)
        contact = await self._unit.session.get(Contact, call.contact_id) if call.contact_id else None
        facts = {field: _fact(call, contact, source) for field, source in rows[0].sends.items()}
        return Use(use_id, recipe_of(rows[0]), arguments, facts, await values_of(self._unit.session, box, rows[0]))

    async def end(self, use: Use, result: Result) -> None:
        """What came of it, without anybody's words."""
        data = {"name": use.recipe.name, "status": result.status, "is_done": result.is_done, "took_s": result.took_s}
        said = Testimony("agent", f"{ANSWERED}:{use.id}", ANSWERED, self._unit.now, None, data | {"attempts": result.attempts})
        call = await hear(self._unit, self._call_id, said)
        await keep_drift(self._unit.session, call.workspace_id, use.recipe, result)


async def note_use(unit: Unit, call: Call, name: str, use_id: str) -> None:
    """In the ledger before anything is done. Raises `Conflict` for too many, and for one said twice."""
    used = [event for event in await CallRepository(unit.session).events(call.id) if event.kind == USED]
    if len(used) >= MOST_USES:
        raise Conflict(f"At most {MOST_USES} uses of tools are made in one call.", code="too_many_uses")
    if any(event.source_event_id == f"{USED}:{use_id}" for event in used):
        raise Conflict("This use has been made.", code="used_already")
    await hear(unit, call.id, Testimony("agent", f"{USED}:{use_id}", USED, unit.now, None, {"name": name}))


def _fact(call: Call, contact: Contact | None, source: str) -> Any:
    """One thing that the call itself contributes; null where it has none."""
    kind, _, name = source.partition(".")
    if kind == "attributes":
        return (contact.attributes if contact else {}).get(name)
    if name:
        return (call.request.get(kind) or {}).get(name)
    plain = {
        **{name: _text(getattr(call, name)) for name in ("contact_id", "campaign_id", "assistant_id")},
        "call_id": str(call.id),
        "to": call.to_e164,
        "user_id": call.request.get("user_id"),
        "contact_name": contact.name if contact else None,
        "contact_email": contact.email if contact else None,
    }
    return plain[kind]


def _text(id_: uuid.UUID | None) -> str | None:
    return None if id_ is None else str(id_)
