"""SQL of the search: PostgreSQL's full text search, pgvector beside it, and one statement that puts together what they find."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from structlog import get_logger

from control_plane.db.models import KnowledgeChunk
from control_plane.db.vectors import LENGTHS, TABLE, VectorsFailed, set_apart

log = get_logger(__name__)
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
MOST_RANKED = 500
"""Passages of a list. Ranking one means unpacking its words, which takes longer than all else; where more have what is looked for, it
says little about any of them."""
_MOST_OPERANDS = 64
"""Of a query to the index."""
# A question's words, and how many of all passages have each of them, as the database's own statistics know it.
_UNDERSTOOD = text(
    """
    select q.strict, q.lexemes, array(
        select coalesce(max(e.share), 0) from unnest(q.lexemes) with ordinality as l(lexeme, place) left join (
            select c.lexeme, c.share
            from pg_stats s, unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) as c(lexeme, share)
            where s.schemaname = current_schema() and s.tablename = :table and s.attname = 'words'
        ) e on e.lexeme = l.lexeme
        group by l.place order by l.place
    )
    from (
        select cast(websearch_to_tsquery(cast(:configuration as regconfig), :query) as text) as strict,
            (tsvector_to_array(to_tsvector(cast(:configuration as regconfig), :question)))[1 : :most] as lexemes
    ) q
    """
)

_HAVING = f"""
            select c.id, c.words from knowledge_chunk c
            where c.workspace_id = :workspace_id and c.knowledge_base_id = any(:bases_{{at}})
            and c.words @@ cast(:{{query}}_{{at}} as tsquery) limit {MOST_RANKED}"""  # noqa: S608
# All that have every word, and those that have most of them; those that have half are looked for only where few have most.
_BY_WORDS = f"""
    whole_{{at}} as materialized ({_HAVING.format(at="{at}", query="strict")}
    ),
    nearly_{{at}} as materialized ({_HAVING.format(at="{at}", query="narrow")}
    ),
    list_{{at}} as materialized (
        select id, row_number() over (order by has_all desc, rank desc, id) as place from (
            select id, words, has_all, ts_rank(words, cast(:loose_{{at}} as tsquery), {_BY_LENGTH}) as rank from (
                select id, words, true as has_all from whole_{{at}}
                union all
                select id, words, false from (
                    select id, words from nearly_{{at}} where (select count(*) from nearly_{{at}}) >= {CANDIDATES}
                    union all
                    select id, words from ({_HAVING.format(at="{at}", query="gate")}
                    ) half where (select count(*) from nearly_{{at}}) < {CANDIDATES}
                ) others where id <> all (array(select id from whole_{{at}}))
            ) known
            order by has_all desc, rank desc, id limit {CANDIDATES}
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
# The index is looked through as far as it takes to find enough that belongs to the bases, nearest first. Whether it is worth it depends on
# which bases are asked for: a plan for any of them measures every vector.
_LOOK_FAR = text(
    "select set_config('hnsw.iterative_scan', 'strict_order', true), set_config('hnsw.ef_search', '100', true),"
    " set_config('plan_cache_mode', 'force_custom_plan', true)"
)


def half(words: int) -> int:
    return (words + 1) // 2


def most(words: int) -> int:
    return words - words // 4


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the text search of one language understands it."""

    strict: str
    """All of it, with what the asker put between quotes or behind a minus."""
    loose: str
    """Any word of it; the same where quotes or a minus would lose their meaning."""
    gate: str
    """What every passage has that has half of the words, as far as the index can be asked for it (`at_least`). What is `COMMON` opens
    nothing by itself."""
    narrow: str
    """The same of most of the words."""
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
        said = {name: getattr(asked, name) for name in ("strict", "loose", "gate", "narrow", "enough")}
        return {"bases": list(self.base_ids), "lexemes": list(asked.lexemes), **said}


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
        given = {"configuration": configuration, "question": question, "query": _DASH.sub(" ", question), "most": MOST_LEXEMES}
        strict, words, known = (await self._session.execute(_UNDERSTOOD, given | {"table": KnowledgeChunk.__tablename__})).one()
        if _is_said(question, strict):
            return Asked(strict, strict, strict, strict, frozenset(words))
        # What the statistics do not know is rare.
        shares = dict(zip(words, known, strict=True))
        rarest = sorted(words, key=lambda each: shares[each])
        return Asked(strict, _any_of(words), _gate(rarest, shares), at_least(most(len(words)), rarest), frozenset(words))

    async def found(self, by_words: Sequence[ByWords], by_meaning: Sequence[ByMeaning], limit: int) -> list[Passage]:
        """Best first, each with the part that answers best. By words alone where PostgreSQL refuses what is asked of vectors."""
        if by_meaning:
            try:
                async with set_apart(self._session):
                    return await self._fused(by_words, by_meaning, limit)
            except VectorsFailed as error:
                log.error("search_by_meaning_failed", workspace_id=str(self._workspace_id), error=str(error))
        return await self._fused(by_words, (), limit)

    async def _fused(self, by_words: Sequence[ByWords], by_meaning: Sequence[ByMeaning], limit: int) -> list[Passage]:
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


def _gate(rarest: Sequence[str], shares: Mapping[str, float]) -> str:
    """For passages with half of the words, of which the rarest come first. Of n words one half is h, and whoever has h of them has one of
    any n - h + 1: what has only what nearly all have need not be ranked."""
    if len(rarest) < _FEW:
        return _any_of(rarest)
    telling = rarest[: len(rarest) - half(len(rarest)) + 1]
    telling = [each for each in telling if shares[each] <= COMMON] or telling
    return f"({_any_of(telling)}) & ({at_least(half(len(rarest)), rarest)})"


def at_least(count: int, rarest: Sequence[str]) -> str:
    """A query for what has `count` of the words, or as much of that as an index can be asked: whoever has k of n words has j of any
    n - k + j of them, for every j up to k."""
    least = next(j for j in range(count, 0, -1) if j == 1 or _operands(j, len(rarest) - count + j) <= _MOST_OPERANDS) if rarest else 0
    return _so_many(least, [_quoted(each) for each in rarest[: len(rarest) - count + least]])


@cache
def _operands(count: int, words: int) -> int:
    """Of the query for `count` of so many words."""
    if count in (1, words):
        return words
    return 1 + _operands(count - 1, words - 1) + _operands(count, words - 1)


def _so_many(count: int, words: Sequence[str]) -> str:
    if count <= 1:
        return " | ".join(words)
    if count == len(words):
        return " & ".join(words)
    return f"{words[0]} & ({_so_many(count - 1, words[1:])}) | {_so_many(count, words[1:])}"


def _any_of(lexemes: Sequence[str]) -> str:
    return " | ".join(map(_quoted, lexemes))


def _quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
