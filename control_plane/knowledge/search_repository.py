"""SQL of the search: PostgreSQL's full text search."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.dialects.postgresql.ext import to_tsvector, ts_headline, websearch_to_tsquery
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import KnowledgeChunk, KnowledgeDocument

MOST_LEXEMES = 32
"""Of a question."""
_BY_LENGTH = 1
"""ts_rank divides by 1 + log(length): a long chunk is not better for having more words."""
_SNIPPET = "StartSel=**, StopSel=**, MaxWords=35, MinWords=15"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the text search of one language understands it."""

    strict: str
    """All of it, with what the asker put between quotes or behind a minus."""
    loose: str
    """Any word of it; the same where quotes or a minus would lose their meaning."""
    lexemes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Passage:
    id: uuid.UUID
    document_id: uuid.UUID
    document: str
    heading: str
    page: int | None
    text: str
    snippet: str


class SearchRepository:
    """Over bases that the caller has seen to be the workspace's."""

    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def understood(self, configuration: str, question: str) -> Asked:
        lexemes = func.tsvector_to_array(to_tsvector(configuration, question))
        query = select(cast(websearch_to_tsquery(configuration, question), Text), lexemes)
        strict, words = (await self._session.execute(query)).one()
        words = words[:MOST_LEXEMES]
        return Asked(strict, strict if "!" in strict or "<" in strict else _any_of(words), frozenset(words))

    async def by_words(self, base_ids: Sequence[uuid.UUID], asked: Asked, limit: int) -> list[tuple[uuid.UUID, int, bool]]:
        """Best first: the chunk's id, how many words of the question it has, and whether it has all that was asked for."""
        if not asked.loose:
            return []
        loose, strict = cast(literal(asked.loose), TSQUERY), cast(literal(asked.strict), TSQUERY)
        has_all = KnowledgeChunk.words.op("@@")(strict).label("has_all")
        rank = func.ts_rank(KnowledgeChunk.words, loose, _BY_LENGTH)
        best = select(KnowledgeChunk.id, KnowledgeChunk.words, has_all, rank.label("rank")).where(
            *self._within(base_ids), KnowledgeChunk.words.op("@@")(loose)
        )
        best = best.order_by(has_all.desc(), rank.desc(), KnowledgeChunk.id).limit(limit).subquery()
        found = await self._session.execute(
            select(best.c.id, func.tsvector_to_array(best.c.words), best.c.has_all).order_by(
                best.c.has_all.desc(), best.c.rank.desc(), best.c.id
            )
        )
        return [(id_, len(asked.lexemes.intersection(words)), exact) for id_, words, exact in found]

    async def passages(self, ids: Sequence[uuid.UUID], configuration: str, asked: Asked) -> dict[uuid.UUID, Passage]:
        """The chunks with their sources, each with the part that answers best."""
        snippet = ts_headline(configuration, KnowledgeChunk.text, cast(literal(asked.loose), TSQUERY), _SNIPPET)
        columns = (KnowledgeChunk.id, KnowledgeChunk.document_id, KnowledgeDocument.name, KnowledgeChunk.heading, KnowledgeChunk.page)
        query = select(*columns, KnowledgeChunk.text, snippet).join(KnowledgeDocument, KnowledgeDocument.id == KnowledgeChunk.document_id)
        rows = await self._session.execute(query.where(KnowledgeChunk.workspace_id == self._workspace_id, KnowledgeChunk.id.in_(ids)))
        return {row[0]: Passage(*row) for row in rows}

    def _within(self, base_ids: Sequence[uuid.UUID]) -> tuple[Any, ...]:
        return KnowledgeChunk.workspace_id == self._workspace_id, KnowledgeChunk.knowledge_base_id.in_(base_ids)


def _any_of(lexemes: Sequence[str]) -> str:
    quoted = ("'" + each.replace("\\", "\\\\").replace("'", "''") + "'" for each in lexemes)
    return " | ".join(quoted)
