"""SQL of knowledge bases and their documents, and of who uses them."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Text, bindparam, cast, delete, func, insert, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.ext import to_tsvector
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import (
    Assistant,
    AssistantVersion,
    Call,
    Campaign,
    KnowledgeBase,
    KnowledgeChunk,
    KnowledgeDocument,
    KnowledgeEmbedding,
)
from control_plane.kit.ids import new_id_texts

_OVER = ("stopped", "completed", "archived")


class KnowledgeRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    def all(self) -> Select[KnowledgeBase]:
        return select(KnowledgeBase).where(KnowledgeBase.workspace_id == self._workspace_id)

    async def get(self, base_id: uuid.UUID, *, lock: bool = False) -> KnowledgeBase | None:
        """Locked, it stays as it is until the transaction ends; passages of it may be stored meanwhile: whoever stores has a document
        locked already, for which the caller may wait next."""
        query = self.all().where(KnowledgeBase.id == base_id)
        return await self._session.scalar(query.with_for_update(key_share=True) if lock else query)

    async def lock_whole(self, base_id: uuid.UUID) -> None:
        """A base that the caller has locked: nobody stores a passage of it now, and nobody begins to use it. Its documents come first
        and its models next, as they do for those who store."""
        documents = select(KnowledgeDocument.id).where(KnowledgeDocument.knowledge_base_id == base_id).order_by(KnowledgeDocument.id)
        await self._session.execute(documents.where(KnowledgeDocument.workspace_id == self._workspace_id).with_for_update())
        models = select(KnowledgeEmbedding.id).where(KnowledgeEmbedding.knowledge_base_id == base_id).order_by(KnowledgeEmbedding.id)
        await self._session.execute(models.where(KnowledgeEmbedding.workspace_id == self._workspace_id).with_for_update())
        await self._session.execute(self.all().where(KnowledgeBase.id == base_id).with_for_update())

    async def these(self, base_ids: Iterable[uuid.UUID]) -> Sequence[KnowledgeBase]:
        """Those of them that there are, by their names."""
        return (await self._session.scalars(self.all().where(KnowledgeBase.id.in_(list(base_ids))).order_by(KnowledgeBase.name))).all()

    async def named(self, name: str) -> KnowledgeBase | None:
        return await self._session.scalar(self.all().where(KnowledgeBase.name == name))

    async def count(self) -> int:
        return await self._session.scalar(select(func.count()).select_from(self.all().subquery())) or 0

    async def documents_in(self, base_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
        """By base: how many documents are in each state."""
        key = (KnowledgeDocument.knowledge_base_id, KnowledgeDocument.state)
        query = select(*key, func.count()).where(KnowledgeDocument.knowledge_base_id.in_(base_ids)).group_by(*key)
        found: dict[uuid.UUID, dict[str, int]] = {}
        for base_id, state, number in await self._session.execute(query):
            found.setdefault(base_id, {})[state] = number
        return found

    async def used_by(self, base_id: uuid.UUID) -> list[str]:
        """Names of assistants that use it in their draft, their published version, or a version that a campaign keeps."""
        published = select(Assistant.published_version_id).where(Assistant.workspace_id == self._workspace_id)
        kept = select(Campaign.assistant_version_id).where(
            Campaign.workspace_id == self._workspace_id, Campaign.execution_status.not_in(_OVER)
        )
        drafts = select(Assistant.name).where(Assistant.workspace_id == self._workspace_id, _names(Assistant.config, base_id))
        versions = select(AssistantVersion.name).where(
            AssistantVersion.workspace_id == self._workspace_id,
            or_(AssistantVersion.id.in_(published), AssistantVersion.id.in_(kept)),
            _names(AssistantVersion.config, base_id),
        )
        return sorted(set(await self._session.scalars(drafts.union(versions))))


class DocumentRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    def all(self, base_id: uuid.UUID) -> Select[KnowledgeDocument]:
        mine = (KnowledgeDocument.workspace_id == self._workspace_id, KnowledgeDocument.knowledge_base_id == base_id)
        return select(KnowledgeDocument).where(*mine)

    async def get(self, base_id: uuid.UUID, document_id: uuid.UUID, *, lock: bool = False) -> KnowledgeDocument | None:
        query = self.all(base_id).where(KnowledgeDocument.id == document_id)
        return await self._session.scalar(query.with_for_update() if lock else query)

    async def named(self, base_id: uuid.UUID, name: str) -> KnowledgeDocument | None:
        """Kept as it is until the transaction ends."""
        return await self._session.scalar(self.all(base_id).where(KnowledgeDocument.name == name).with_for_update())

    async def of_content(self, base_id: uuid.UUID, sha256: str) -> KnowledgeDocument | None:
        return await self._session.scalar(self.all(base_id).where(KnowledgeDocument.sha256 == sha256))

    async def waiting_files(self, base_id: uuid.UUID) -> Sequence[str]:
        """Where the uploaded files of a base lie that have not been read."""
        query = select(KnowledgeDocument.file_key).where(KnowledgeDocument.knowledge_base_id == base_id, KnowledgeDocument.file_key != "")
        return (await self._session.scalars(query.where(KnowledgeDocument.workspace_id == self._workspace_id))).all()

    async def amounts(self) -> tuple[int, int, int]:
        """Of the workspace: documents, their bytes, chunks."""
        columns = (func.count(), func.coalesce(func.sum(KnowledgeDocument.size), 0), func.coalesce(func.sum(KnowledgeDocument.chunks), 0))
        row = (await self._session.execute(select(*columns).where(KnowledgeDocument.workspace_id == self._workspace_id))).one()
        return row[0], row[1], row[2]


class ReadingRepository:
    """For the task that reads documents, of all workspaces."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def take(self, now: datetime, lease: timedelta) -> KnowledgeDocument | None:
        """The oldest that waits to be read and that nobody else has; it is the caller's until `lease` is over."""
        free = or_(KnowledgeDocument.lease_until.is_(None), KnowledgeDocument.lease_until < now)
        query = select(KnowledgeDocument).where(KnowledgeDocument.state == "queued", free).order_by(KnowledgeDocument.id).limit(1)
        row = await self._session.scalar(query.with_for_update(skip_locked=True))
        if row is not None:
            row.lease_until, row.attempts = now + lease, row.attempts + 1
        return row

    async def lock(self, document_id: uuid.UUID) -> KnowledgeDocument | None:
        return await self._session.get(KnowledgeDocument, document_id, with_for_update=True)

    async def language_of(self, document: KnowledgeDocument) -> str:
        return (await self._session.get_one(KnowledgeBase, document.knowledge_base_id)).language

    async def chunks_beside(self, document: KnowledgeDocument) -> int:
        """Of the workspace's other documents."""
        others = (KnowledgeDocument.workspace_id == document.workspace_id, KnowledgeDocument.id != document.id)
        return await self._session.scalar(select(func.coalesce(func.sum(KnowledgeDocument.chunks), 0)).where(*others)) or 0

    async def replace_chunks(
        self, document: KnowledgeDocument, configuration: str, chunks: Sequence[tuple[str, int | None, str]], now: datetime
    ) -> None:
        """The document's chunks are these from the commit on, as (heading, page, text)."""
        await self._session.execute(delete(KnowledgeChunk).where(KnowledgeChunk.document_id == document.id))
        heading, text = bindparam("b_heading", type_=Text), bindparam("b_text", type_=Text)
        name = _words(configuration, bindparam("b_name", type_=Text), "C")
        statement = insert(KnowledgeChunk.__table__).values(  # type: ignore[arg-type]
            heading=heading,
            page=bindparam("b_page", type_=Integer),
            text=text,
            words=_words(configuration, heading, "A").concat(_words(configuration, text, "B")).concat(name),
        )
        same = {"workspace_id": document.workspace_id, "knowledge_base_id": document.knowledge_base_id, "document_id": document.id}
        said = f"{document.name.replace('_', ' ')} {document.title}"
        ids = new_id_texts(len(chunks))
        rows = [
            {**same, "id": uuid.UUID(ids[seq]), "seq": seq, "b_heading": each[0], "b_page": each[1], "b_text": each[2], "b_name": said}
            for seq, each in enumerate(chunks)
        ]
        await (await self._session.connection()).execute(statement, rows)
        document.chunks, document.read_at = len(rows), now


async def config_of_call(session: AsyncSession, call_id: uuid.UUID) -> tuple[uuid.UUID, dict[str, Any]]:
    """The workspace of a call that there is, and the configuration of the assistant's version that makes it."""
    query = select(Call.workspace_id, AssistantVersion.config)
    query = query.join(AssistantVersion, AssistantVersion.id == Call.assistant_version_id).where(Call.id == call_id)
    workspace_id, config = (await session.execute(query)).one()
    return workspace_id, config


def _words(configuration: str, text: ColumnElement[str], weight: str) -> Any:
    return func.setweight(to_tsvector(configuration, text), literal_column(f"'{weight}'"))


def _names(config: Any, base_id: uuid.UUID) -> Any:
    return config["knowledge_ids"].has_any(cast([str(base_id)], ARRAY(Text)))
