"""SQL of secrets, of who uses them, and of those that one call needs."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import (
    Assistant,
    AssistantVersion,
    Call,
    Campaign,
    CarrierAccount,
    KnowledgeBase,
    KnowledgeEmbedding,
    Secret,
    Tool,
)

KINDS = ("llm", "stt", "tts")
"""The models of an assistant; `models.<kind>.credential` of its configuration names a secret."""
CARRIER = "the Twilio account"
"""A user of secrets that is no assistant."""
_OVER = ("stopped", "completed", "archived")


class SecretRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    def all(self) -> Select[Secret]:
        return select(Secret).where(Secret.workspace_id == self._workspace_id)

    async def get(self, secret_id: uuid.UUID, *, lock: bool = False) -> Secret | None:
        query = self.all().where(Secret.id == secret_id)
        return await self._session.scalar(query.with_for_update() if lock else query)

    async def named(self, names: Iterable[str]) -> dict[str, Secret]:
        rows = await self._session.scalars(self.all().where(Secret.name.in_(list(names))))
        return {row.name: row for row in rows}

    async def hold(self, names: Iterable[str]) -> set[str]:
        """Those of the names that there are, kept from being deleted until the transaction ends."""
        query = select(Secret.name).where(Secret.workspace_id == self._workspace_id, Secret.name.in_(list(names)))
        return set(await self._session.scalars(query.with_for_update(read=True, key_share=True)))

    async def count(self) -> int:
        query = select(func.count()).select_from(Secret).where(Secret.workspace_id == self._workspace_id)
        return await self._session.scalar(query) or 0

    async def used_by(self, names: Sequence[str]) -> dict[str, list[str]]:
        """For each name the assistants that use it now, or whose version a campaign keeps that may still call, the tools whose headers
        refer to it, and the knowledge whose model it opens, by their names."""
        found: dict[str, set[str]] = {name: set() for name in names}
        for query in (self._drafts(), self._versions()):
            for assistant, *credentials in await self._session.execute(query):
                for credential in credentials:
                    if credential in found:
                        found[credential].add(assistant)
        tools = select(Tool.name, Tool.secrets).where(Tool.workspace_id == self._workspace_id, Tool.secrets.overlap(list(names)))
        for tool, secrets in await self._session.execute(tools):
            for name in found.keys() & set(secrets):
                found[name].add(tool)
        for row in await self._session.execute(self._of_knowledge()):
            found.get(row.credential, set()).add(row.name)
        for name in await self._session.scalars(self._of_carriers()):
            found.get(name, set()).add(CARRIER)
        return {name: sorted(users) for name, users in found.items()}

    def _of_knowledge(self) -> Any:
        """Bases with the secrets of their models; also of one that answers while the next is being built."""
        mine = KnowledgeBase.workspace_id == self._workspace_id
        of_bases = select(KnowledgeBase.name, KnowledgeBase.embedding["credential"].astext.label("credential")).where(mine)
        in_use = select(KnowledgeBase.name, KnowledgeEmbedding.credential)
        return of_bases.union(in_use.join(KnowledgeEmbedding, KnowledgeEmbedding.knowledge_base_id == KnowledgeBase.id).where(mine))

    def _of_carriers(self) -> Select[str]:
        opens = or_(Secret.id == CarrierAccount.auth_token_secret_id, Secret.id == CarrierAccount.signing_secret_id)
        return select(Secret.name).join(CarrierAccount, opens).where(Secret.workspace_id == self._workspace_id)

    def _drafts(self) -> Select[Any]:
        named = _credentials(Assistant.config)
        return select(Assistant.name, *named).where(Assistant.workspace_id == self._workspace_id, _any(named))

    def _versions(self) -> Select[Any]:
        """Published versions, and versions that campaigns keep."""
        named = _credentials(AssistantVersion.config)
        published = select(Assistant.published_version_id).where(Assistant.workspace_id == self._workspace_id)
        campaigns = (Campaign.workspace_id == self._workspace_id, Campaign.execution_status.not_in(_OVER))
        kept = select(Campaign.assistant_version_id).where(*campaigns)
        # Null in a list of `in` matches nothing, and there may be one in either.
        wanted = or_(AssistantVersion.id.in_(published), AssistantVersion.id.in_(kept))
        query = select(AssistantVersion.name, *named)
        return query.where(AssistantVersion.workspace_id == self._workspace_id, wanted, _any(named))


async def models_of_call(session: AsyncSession, call_id: uuid.UUID) -> tuple[uuid.UUID, dict[str, Any]] | None:
    """The workspace of a call, and `models` of the assistant's version that makes it."""
    query = select(Call.workspace_id, AssistantVersion.config["models"])
    row = (
        await session.execute(query.join(AssistantVersion, AssistantVersion.id == Call.assistant_version_id).where(Call.id == call_id))
    ).first()
    return None if row is None else (row[0], row[1] or {})


def _credentials(config: Any) -> list[ColumnElement[Any]]:
    # Text where a model is named by itself: it has no member, so the path leads nowhere.
    return [config["models", kind, "credential"].astext for kind in KINDS]


def _any(columns: Sequence[ColumnElement[Any]]) -> ColumnElement[bool]:
    return or_(*(column.is_not(None) for column in columns))
