"""SQL of the search: PostgreSQL's full text search, pgvector beside it, and one statement that puts together what they find."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, cast, func, select, text
from sqlalchemy.dialects.postgresql.ext import to_tsvector, websearch_to_tsquery
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import KnowledgeChunk
from control_plane.db.vectors import LENGTHS, TABLE

MOST_LEXEMES = 32
"""Of a question."""
_BY_LENGTH = 1
"""ts_rank divides by 1 + log(length): a long chunk is not better for having more words."""
_DASH = re.compile(r"(?<!\S)-+(?!\S)")
"""Between words, as a pause. PostgreSQL takes it for a minus before the next word."""
_SNIPPET = "StartSel=**, StopSel=**, MaxWords=35, MinWords=15"
CANDIDATES = 30
"""Of each list."""
RANK_OFFSET = 60

COMMON = 0.25
"""Share of all passages above which a word says little of what a passage is about."""
_FEW = 3
"""Words of a question below which all of them are looked for."""
_FREQUENCIES = text(
    "select e.lexeme, e.share from pg_stats s, unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) as e(lexeme, share)"
    " where s.schemaname = current_schema() and s.tablename = :table and s.attname = 'words' and e.lexeme = any(:lexemes)"
)

_BY_WORDS = f"""
    list_{{at}} as materialized (
        select id, row_number() over (order by has_all desc, rank desc, id) as place from (
            select c.id, c.words, c.words @@ cast(:strict_{{at}} as tsquery) as has_all,
                ts_rank(c.words, cast(:loose_{{at}} as tsquery), {_BY_LENGTH}) as rank
            from knowledge_chunk c
            where c.workspace_id = :workspace_id and c.knowledge_base_id = any(:bases_{{at}}) and c.words @@ cast(:gate_{{at}} as tsquery)
            order by has_all desc, rank desc, c.id limit {CANDIDATES}
        ) best
        where has_all or :enough_{{at}} <= (select count(*) from unnest(tsvector_to_array(words)) w where w = any(:lexemes_{{at}}))
    )"""  # noqa: S608
_BY_MEANING = f"""
    list_{{at}} as materialized (
        select id, row_number() over (order by distance, id) as place from (
            select v.chunk_id as id, v.vector::halfvec({{length}}) <=> cast(:vector_{{at}} as halfvec({{length}})) as distance
            from {TABLE} v
            where v.dimensions = {{length}} and v.embedding_id = any(:embeddings_{{at}})
            order by distance limit {CANDIDATES}
        ) near
        where distance <= :furthest_{{at}}
    )"""  # noqa: S608
_FUSED = f"""
    with {{lists}},
    best as (
        select id, sum(1.0 / ({RANK_OFFSET} + place)) as points from ({{everything}}) places
        group by id order by points desc, id limit :limit
    )
    select c.id, c.document_id, d.name, c.heading, c.page, c.text,
        ts_headline(cast(:configuration as regconfig), c.text, cast(:loose as tsquery), :options)
    from best b join knowledge_chunk c on c.id = b.id join knowledge_document d on d.id = c.document_id
    where c.workspace_id = :workspace_id order by b.points desc, c.id
"""  # noqa: S608
# The index is looked through as far as it takes to find enough that belongs to the bases, nearest first.
_LOOK_FAR = text("select set_config('hnsw.iterative_scan', 'strict_order', true), set_config('hnsw.ef_search', '100', true)")


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
    def leaves_out(self) -> bool:
        """Whether something was put behind a minus, which a meaning does not know."""
        return "!" in self.strict

    @property
    def enough(self) -> int:
        """So many of its words make a passage one about it."""
        return half(len(self.lexemes))


@dataclass(frozen=True, slots=True)
class ByWords:
    """One list: passages that have all that was asked for, or at least half of its words: a single one of many is an accident."""

    base_ids: Sequence[uuid.UUID]
    configuration: str
    asked: Asked

    def sql(self, at: int) -> str:
        return _BY_WORDS.format(at=at)

    def given(self) -> dict[str, Any]:
        asked = self.asked
        said = {"strict": asked.strict, "loose": asked.loose, "gate": asked.gate, "lexemes": list(asked.lexemes), "enough": asked.enough}
        return {"bases": list(self.base_ids), **said}


@dataclass(frozen=True, slots=True)
class ByMeaning:
    """One list: passages that lie at least so close to the question in one model's idea of the bases."""

    embedding_ids: Sequence[uuid.UUID]
    vector: str
    length: int
    least_similarity: float

    def sql(self, at: int) -> str:
        # In the statement's text, because only so the index for that length is seen to fit.
        if self.length not in LENGTHS:
            raise ValueError(self.length)
        return _BY_MEANING.format(at=at, length=self.length)

    def given(self) -> dict[str, Any]:
        return {"embeddings": list(self.embedding_ids), "vector": self.vector, "furthest": 1 - self.least_similarity}


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

    async def found(self, by_words: Sequence[ByWords], by_meaning: Sequence[ByMeaning], limit: int) -> list[Passage]:
        """Best first, each with the part that answers best."""
        lists = [*by_words, *by_meaning]
        if not lists:
            return []
        if by_meaning:
            await self._session.execute(_LOOK_FAR)
        parts, given = [], {"workspace_id": self._workspace_id, "limit": limit}
        for at, each in enumerate(lists):
            parts.append(each.sql(at))
            given |= {f"{name}_{at}": value for name, value in each.given().items()}
        # The snippet is cut by the words of the largest list.
        first = max(by_words, key=lambda each: len(each.base_ids)) if by_words else None
        given |= {
            "configuration": first.configuration if first else "simple",
            "loose": first.asked.loose if first else "",
            "options": _SNIPPET,
        }
        everything = " union all ".join(f"select id, place from list_{at}" for at in range(len(lists)))  # noqa: S608
        rows = await self._session.execute(text(_FUSED.format(lists=", ".join(parts), everything=everything)), given)
        return [Passage(*row) for row in rows]


def _is_said(question: str, strict: str) -> bool:
    """Whether the asker used quotes, a minus or an "or". Not by `<->` alone: PostgreSQL makes that of every hyphen, as in check-in."""
    return "!" in strict or "|" in strict or ("<" in strict and question.count('"') > 1)


def _any_of(lexemes: Sequence[str]) -> str:
    quoted = ("'" + each.replace("\\", "\\\\").replace("'", "''") + "'" for each in lexemes)
    return " | ".join(quoted)
