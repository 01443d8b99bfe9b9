"""SQL for assistants and their versions."""

import uuid

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import (
    Appointment,
    AppointmentFeed,
    Assistant,
    AssistantVersion,
    Calendar,
    Call,
    Campaign,
    KnowledgeBase,
    Number,
    Schedule,
    Tool,
)
from control_plane.db.models.tool import MCP


class AssistantRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def get(self, assistant_id: uuid.UUID, *, lock: bool = False) -> Assistant | None:
        query = select(Assistant).where(Assistant.workspace_id == self._workspace_id, Assistant.id == assistant_id)
        return await self._session.scalar(query.with_for_update() if lock else query)

    def all(self, is_active: bool | None) -> Select[Assistant]:
        query = select(Assistant).where(Assistant.workspace_id == self._workspace_id)
        return query if is_active is None else query.where(Assistant.is_active == is_active)

    def versions(self, assistant_id: uuid.UUID) -> Select[AssistantVersion]:
        return select(AssistantVersion).where(
            AssistantVersion.workspace_id == self._workspace_id, AssistantVersion.assistant_id == assistant_id
        )

    async def versions_by_id(self, ids: list[uuid.UUID]) -> dict[uuid.UUID, AssistantVersion]:
        rows = await self._session.scalars(select(AssistantVersion).where(AssistantVersion.id.in_(ids)))
        return {row.id: row for row in rows}

    async def last_number(self, assistant_id: uuid.UUID) -> int:
        query = select(func.max(AssistantVersion.number)).where(AssistantVersion.assistant_id == assistant_id)
        return await self._session.scalar(query) or 0

    async def hold_knowledge(self, ids: list[uuid.UUID]) -> set[uuid.UUID]:
        """Those of the knowledge bases that there are, kept from being deleted until the transaction ends."""
        query = select(KnowledgeBase.id).where(KnowledgeBase.workspace_id == self._workspace_id, KnowledgeBase.id.in_(ids))
        return set(await self._session.scalars(query.with_for_update(read=True, key_share=True)))

    async def hold_tools(self, names: list[str]) -> set[str]:
        """Those of the names that there are, kept from being deleted until the transaction ends."""
        query = select(Tool.name).where(Tool.workspace_id == self._workspace_id, Tool.name.in_(names))
        return set(await self._session.scalars(query.with_for_update(read=True, key_share=True)))

    async def unready_tools(self, names: list[str]) -> dict[str, str]:
        """Why those of the names that cannot be used now cannot, in a sentence: tools of MCP servers that nobody has pinned, or whose
        server describes them otherwise since."""
        query = select(Tool.name, Tool.drift).where(Tool.workspace_id == self._workspace_id, Tool.name.in_(names), Tool.kind == MCP)
        found = await self._session.execute(query.where(or_(Tool.pinned_at.is_(None), Tool.drift != "")))
        return {name: drift or "It has not been pinned yet." for name, drift in found}

    async def has_calendars(self, ids: list[uuid.UUID]) -> bool:
        query = select(Calendar.id).where(Calendar.workspace_id == self._workspace_id, Calendar.id.in_(ids))
        return set(await self._session.scalars(query)) == set(ids)

    async def used_by(self, assistant_id: uuid.UUID) -> str | None:
        """What keeps the assistant from being deleted, in words; None when nothing does."""
        uses = (
            (Campaign, Campaign.assistant_id, "a campaign"),
            (Schedule, Schedule.assistant_id, "a schedule"),
            (Appointment, Appointment.assistant_id, "an appointment"),
            (AppointmentFeed, AppointmentFeed.assistant_id, "a calendar of appointments"),
            (Calendar, Calendar.assistant_id, "a calendar of bookings"),
            (Number, Number.assistant_id, "a number, whose inbound calls it takes"),
            (Call, Call.assistant_id, "calls, whose history is kept"),
        )
        for model, column, words in uses:
            if await self._session.scalar(select(model.id).where(column == assistant_id).limit(1)) is not None:
                return words
        return None
