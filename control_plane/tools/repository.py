"""SQL of tools, and of who uses them."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, Text, cast, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Assistant, AssistantVersion, Call, Campaign, Tool
from control_plane.db.models.tool import MCP

_OVER = ("stopped", "completed", "archived")


class ToolRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    def all(self) -> Select[Tool]:
        return select(Tool).where(Tool.workspace_id == self._workspace_id)

    async def get(self, tool_id: uuid.UUID, *, lock: bool = False) -> Tool | None:
        query = self.all().where(Tool.id == tool_id)
        return await self._session.scalar(query.with_for_update() if lock else query)

    async def named(self, names: Iterable[str]) -> Sequence[Tool]:
        """In the order of their names."""
        return (await self._session.scalars(self.all().where(Tool.name.in_(list(names))).order_by(Tool.name))).all()

    async def keep_drift(self, tool_id: uuid.UUID, words: str) -> None:
        """Beside what a manager has said of the tool, which it does not change."""
        of = (Tool.workspace_id == self._workspace_id, Tool.id == tool_id, Tool.drift != words)
        await self._session.execute(update(Tool).where(*of).values(drift=words, updated_at=Tool.updated_at))

    async def count(self) -> int:
        return await self._session.scalar(select(func.count()).select_from(Tool).where(Tool.workspace_id == self._workspace_id)) or 0

    async def used_by(self, names: Sequence[str]) -> dict[str, list[str]]:
        """For each name the assistants that use it now, or whose version a campaign keeps that may still call, by their names."""
        found: dict[str, set[str]] = {name: set() for name in names}
        for query in (self._drafts(names), self._versions(names)):
            for assistant, tools in await self._session.execute(query):
                for name in found.keys() & set(tools):
                    found[name].add(assistant)
        return {name: sorted(users) for name, users in found.items()}

    def _drafts(self, names: Sequence[str]) -> Select[Any, Any]:
        query = select(Assistant.name, Assistant.config["tools"])
        return query.where(Assistant.workspace_id == self._workspace_id, _names(Assistant.config, names))

    def _versions(self, names: Sequence[str]) -> Select[Any, Any]:
        """Published versions, and versions that campaigns keep."""
        published = select(Assistant.published_version_id).where(Assistant.workspace_id == self._workspace_id)
        kept = select(Campaign.assistant_version_id).where(
            Campaign.workspace_id == self._workspace_id, Campaign.execution_status.not_in(_OVER)
        )
        wanted = or_(AssistantVersion.id.in_(published), AssistantVersion.id.in_(kept))
        query = select(AssistantVersion.name, AssistantVersion.config["tools"])
        return query.where(AssistantVersion.workspace_id == self._workspace_id, wanted, _names(AssistantVersion.config, names))


async def mcp_tools_of(session: AsyncSession, assistant_id: uuid.UUID) -> Sequence[Tool]:
    """Those that the assistant's draft names."""
    query = select(Tool).join(Assistant, Assistant.workspace_id == Tool.workspace_id)
    named = Assistant.config["tools"].has_key(Tool.name)
    return (await session.scalars(query.where(Assistant.id == assistant_id, Tool.kind == MCP, named).order_by(Tool.name))).all()


async def tools_of_call(session: AsyncSession, call_id: uuid.UUID) -> tuple[uuid.UUID, list[str]]:
    """The workspace of a call that there is, and `tools` of the assistant's version that makes it."""
    query = select(Call.workspace_id, AssistantVersion.config["tools"])
    row = (
        await session.execute(query.join(AssistantVersion, AssistantVersion.id == Call.assistant_version_id).where(Call.id == call_id))
    ).one()
    return row[0], row[1] or []


def _names(config: Any, names: Sequence[str]) -> Any:
    return config["tools"].has_any(cast(list(names), ARRAY(Text)))
