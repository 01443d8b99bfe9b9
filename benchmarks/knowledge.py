"""Search in knowledge of ten thousand passages: how long it takes at the service, by words and by words and meaning, and whether what was
asked about comes first. The model's own time for a question is not in it: it is the vendor's, and the way there."""

import asyncio
import random
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median, quantiles

import numpy as np
from sqlalchemy import select

from benchmarks.stage import database
from control_plane.db.models import KnowledgeBase, KnowledgeChunk, KnowledgeDocument, KnowledgeEmbedding, Workspace
from control_plane.db.session import Sessions, create_engine, create_sessions
from control_plane.kit.ids import new_id
from control_plane.knowledge.embedding_models import EmbeddingModel
from control_plane.knowledge.meaning import Asking, Meant, Within
from control_plane.knowledge.repository import ReadingRepository
from control_plane.knowledge.searching import search
from control_plane.knowledge.vector_repository import EmbeddingWork
from control_plane.secrets.model_endpoints import Trusted

CHUNKS, DOCUMENTS, QUESTIONS, WORDS = 10_000, 50, 200, 20_000
SENTENCES, LONG = 10, 14
"""Of a passage, and words of a sentence: about a thousand letters."""
DIMENSIONS, BATCH, TOPICS = 1536, 64, 200
"""As many numbers as text-embedding-3-small gives. Passages of one topic lie at about 0.7 of each other, of two at 0."""
NOISE = 0.5
"""How far a question lies from its passage, which lies at 1: at a cosine of about 0.9."""
LIMIT_MS = 50
_SYLLABLES = ("ba", "den", "fil", "gor", "lim", "mar", "nes", "pol", "rik", "sta", "tur", "ven", "zol", "kra", "hus", "wim")


@dataclass(frozen=True, slots=True)
class Timed:
    """Of questions of one kind: times at the service, and how many found their passage in the first place, and among three."""

    p50_ms: float
    p95_ms: float
    first: int
    found: int


@dataclass(frozen=True, slots=True)
class Searched:
    chunks: int
    questions: int
    by_words: Timed
    by_both: Timed
    by_meaning: Timed
    """Questions none of whose words stands in any passage."""


@dataclass(frozen=True, slots=True)
class Library:
    """What is stored: passages with what they mean, in the order of their rows."""

    base: KnowledgeBase
    passages: list[str]
    meanings: np.ndarray
    embedding_id: uuid.UUID


def vocabulary(chance: random.Random) -> tuple[list[str], list[float]]:
    """Made-up words, as often as words of a language are (Zipf): the most frequent stand in nearly every passage."""
    made = list(dict.fromkeys("".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4))) for _ in range(2 * WORDS)))[:WORDS]
    return made, [1 / (rank + 1) for rank in range(len(made))]


async def measure(chunks: int = CHUNKS) -> Searched:
    chance = random.Random(8)
    words, weights = vocabulary(chance)
    count = chunks // DOCUMENTS * DOCUMENTS
    passages = [_passage(chance, words, weights) for _ in range(count)]
    with database() as url:
        engine = create_engine(url)
        sessions = create_sessions(engine, "benchmark")
        library = await _stored(sessions, passages)
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.exec_driver_sql("vacuum analyze knowledge_chunk, knowledge_vector")
        places = [chance.randrange(count) for _ in range(QUESTIONS)]
        asked = [_question(chance, passages[place], words, frequent=at % 2 == 1) for at, place in enumerate(places)]
        unheard = [f"qqx{at} qqz{at} qqy{at}?" for at in range(QUESTIONS)]
        by_words = await _timed(sessions, library, places, asked, means=False)
        by_both = await _timed(sessions, library, places, asked, means=True)
        by_meaning = await _timed(sessions, library, places, unheard, means=True)
        await engine.dispose()
    return Searched(count, QUESTIONS, by_words, by_both, by_meaning)


async def _stored(sessions: Sessions, passages: list[str]) -> Library:
    base = KnowledgeBase(id=new_id(), workspace_id=new_id(), name="Manuals", language="en", least_similarity=0.35)
    row = KnowledgeEmbedding(id=new_id(), workspace_id=base.workspace_id, knowledge_base_id=base.id, model="m", state="answering")
    row.dimensions = DIMENSIONS
    each = len(passages) // DOCUMENTS
    async with sessions.begin() as session:
        session.add(Workspace(id=base.workspace_id, name="Benchmark"))
        await session.flush()
        session.add(base)
        await session.flush()
        session.add(row)
        for number in range(DOCUMENTS):
            document = _document(base, number)
            session.add(document)
            await session.flush()
            part = [(f"Chapter {place}", None, text) for place, text in enumerate(passages[number * each : (number + 1) * each])]
            await ReadingRepository(session).replace_chunks(document, "english", part, datetime.now(UTC))
    meanings = _meanings(len(passages))
    places = {text: place for place, text in enumerate(passages)}
    async with sessions() as session:
        chunks = (await session.execute(select(KnowledgeChunk.id, KnowledgeChunk.text))).all()
    for at in range(0, len(chunks), BATCH):
        part = chunks[at : at + BATCH]
        async with sessions.begin() as session:
            vectors = [_as_text(meanings[places[text]]) for _, text in part]
            await EmbeddingWork(session).store(row, [id_ for id_, _ in part], vectors, DIMENSIONS)
    return Library(base, passages, meanings, row.id)


async def _timed(sessions: Sessions, library: Library, places: Sequence[int], questions: Sequence[str], *, means: bool) -> Timed:
    noise = np.random.default_rng(9).standard_normal((len(places), DIMENSIONS)) * (NOISE / DIMENSIONS**0.5)
    within = (Within(library.embedding_id, library.base.id, DIMENSIONS, library.base.least_similarity),)
    asking = Asking(library.base.workspace_id, EmbeddingModel("m", "", "", Trusted()), within)
    times, first, among = [], 0, 0
    for at, (place, question) in enumerate(zip(places, questions, strict=True)):
        vector = _as_text(library.meanings[place] + noise[at])
        meant = [Meant(asking, vector, DIMENSIONS, DIMENSIONS, 0)] if means else []
        begun = time.perf_counter()
        async with sessions() as session:
            found = await search(session, [library.base], question, meant, limit=3)
        times.append(1000 * (time.perf_counter() - begun))
        texts = [each.text for each in found]
        first += texts[:1] == [library.passages[place]]
        among += library.passages[place] in texts
    return Timed(median(times), quantiles(times, n=20)[-1], first, among)


def _meanings(count: int) -> np.ndarray:
    """Directions around those of topics."""
    chance = np.random.default_rng(8)
    topics = chance.standard_normal((TOPICS, DIMENSIONS))
    made = topics[chance.integers(0, TOPICS, count)] + 0.65 * chance.standard_normal((count, DIMENSIONS))
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def _as_text(vector: np.ndarray) -> str:
    return f"[{','.join(f'{number:.6g}' for number in vector)}]"


def _passage(chance: random.Random, words: list[str], weights: list[float]) -> str:
    spoken = chance.choices(words, weights, k=SENTENCES * LONG)
    return " ".join(" ".join(spoken[at : at + LONG]).capitalize() + "." for at in range(0, len(spoken), LONG))


def _question(chance: random.Random, passage: str, words: list[str], *, frequent: bool) -> str:
    """Six words of the passage; every second time with two of the most frequent of all, which nearly every passage has."""
    said = list(dict.fromkeys(passage.lower().replace(".", "").split()))
    asked = chance.sample(said, k=min(6, len(said)))
    return "How is " + " ".join([*asked, *(words[:2] if frequent else ())]) + "?"


def _document(base: KnowledgeBase, number: int) -> KnowledgeDocument:
    row = KnowledgeDocument(id=new_id(), workspace_id=base.workspace_id, knowledge_base_id=base.id, name=f"manual-{number}.md")
    row.kind, row.state, row.file_key, row.sha256, row.size, row.title = "markdown", "ready", "", uuid.uuid4().hex, 0, ""
    return row


def section(told: Searched) -> str:
    """Rows for the table of docs/benchmarks.md."""
    kinds = {"by words": told.by_words, "by words and meaning": told.by_both, "by meaning, no word of the question in it": told.by_meaning}
    lines = []
    for kind, timed in kinds.items():
        lines += [
            f"| search in {told.chunks:,} passages of knowledge, {kind}: p50, p95 | {timed.p50_ms:.0f} ms, {timed.p95_ms:.0f} ms |"
            f" p95 ≤ {LIMIT_MS} ms |",
            f"| of {told.questions} questions, those whose passage came first; among three | {timed.first}; {timed.found} | |",
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(section(asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else CHUNKS))))
