"""SQL of the search: PostgreSQL's full text search."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, cast, func, literal, select, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.dialects.postgresql.ext import to_tsvector, ts_headline, websearch_to_tsquery
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import KnowledgeChunk, KnowledgeDocument

MOST_LEXEMES = 32
"""Of a question."""
_BY_LENGTH = 1
"""ts_rank divides by 1 + log(length): a long chunk is not better for having more words."""
_DASH = re.compile(r"(?<!\S)-+(?!\S)")
"""Between words, as a pause. PostgreSQL takes it for a minus before the next word."""
_SNIPPET = "StartSel=**, StopSel=**, MaxWords=35, MinWords=15"


COMMON = 0.25
"""Share of all passages above which a word says little of what a passage is about."""
_FEW = 3
"""Words of a question below which all of them are looked for."""
_FREQUENCIES = text(
    "select e.lexeme, e.share from pg_stats s, unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) as e(lexeme, share)"
    " where s.schemaname = current_schema() and s.tablename = :table and s.attname = 'words' and e.lexeme = any(:lexemes)"
)


def half(words: int) -> int:
    return (words + 1) // 2


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the text search of one language understands it."""

    strict: str
    """All of it, with what the asker put between quotes or behind a minus."""
    loose: str
    """Any word of it; the same where quotes or a minus would lose their meaning."""
    gate: str
    """What every passage has that has half of the words: any of the rarest. Of n words one half is h, and whoever has h of them has one of
    any n - h + 1; so passages that have only what nearly all have need not be ranked. What is `COMMON` opens nothing by itself."""
    lexemes: frozenset[str]

    @property
    def enough(self) -> int:
        """So many of its words make a passage one about it."""
        return half(len(self.lexemes))


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
        query = select(cast(websearch_to_tsquery(configuration, _DASH.sub(" ", question)), Text), lexemes)
        strict, words = (await self._session.execute(query)).one()
        words = words[:MOST_LEXEMES]
        is_said = _is_said(question, strict)
        loose = strict if is_said else _any_of(words)
        gate = loose if is_said or len(words) < _FEW else _any_of(await self._telling(words))
        return Asked(strict, loose, gate, frozenset(words))

    async def _telling(self, lexemes: Sequence[str]) -> list[str]:
        """By what the database's own statistics know of them; those that they do not know are rare."""
        rows = await self._session.execute(_FREQUENCIES, {"table": KnowledgeChunk.__tablename__, "lexemes": list(lexemes)})
        shares = dict.fromkeys(lexemes, 0.0) | {lexeme: float(share) for lexeme, share in rows}
        rarest = sorted(lexemes, key=lambda each: shares[each])[: len(lexemes) - half(len(lexemes)) + 1]
        return [each for each in rarest if shares[each] <= COMMON] or rarest

    async def by_words(self, base_ids: Sequence[uuid.UUID], asked: Asked, limit: int) -> list[tuple[uuid.UUID, int, bool]]:
        """Best first: the chunk's id, how many words of the question it has, and whether it has all that was asked for."""
        if not asked.loose:
            return []
        loose, strict, gate = (cast(literal(each), TSQUERY) for each in (asked.loose, asked.strict, asked.gate))
        has_all = KnowledgeChunk.words.op("@@")(strict).label("has_all")
        rank = func.ts_rank(KnowledgeChunk.words, loose, _BY_LENGTH)
        best = select(KnowledgeChunk.id, KnowledgeChunk.words, has_all, rank.label("rank")).where(
            *self._within(base_ids), KnowledgeChunk.words.op("@@")(gate)
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


def _is_said(question: str, strict: str) -> bool:
    """Whether the asker used quotes, a minus or an "or". Not by `<->` alone: PostgreSQL makes that of every hyphen, as in check-in."""
    return "!" in strict or "|" in strict or ("<" in strict and question.count('"') > 1)


def _any_of(lexemes: Sequence[str]) -> str:
    quoted = ("'" + each.replace("\\", "\\\\").replace("'", "''") + "'" for each in lexemes)
    return " | ".join(quoted)
