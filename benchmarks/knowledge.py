"""Search in knowledge of ten thousand passages: how long it takes at the service, and whether what was asked about comes first."""

import asyncio
import random
import sys
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median, quantiles

from benchmarks.stage import database
from control_plane.db.models import KnowledgeBase, KnowledgeDocument, Workspace
from control_plane.db.session import create_engine, create_sessions
from control_plane.kit.ids import new_id
from control_plane.knowledge.repository import ReadingRepository
from control_plane.knowledge.searching import search

CHUNKS, DOCUMENTS, QUESTIONS, WORDS = 10_000, 50, 200, 20_000
SENTENCES, LONG = 10, 14
"""Of a passage, and words of a sentence: about a thousand letters."""
LIMIT_MS = 50
_SYLLABLES = ("ba", "den", "fil", "gor", "lim", "mar", "nes", "pol", "rik", "sta", "tur", "ven", "zol", "kra", "hus", "wim")


@dataclass(frozen=True, slots=True)
class Searched:
    chunks: int
    p50_ms: float
    p95_ms: float
    first: int
    """How many of the questions found their passage in the first place."""
    questions: int


def vocabulary(chance: random.Random) -> tuple[list[str], list[float]]:
    """Made-up words, as often as words of a language are (Zipf): the most frequent stand in nearly every passage."""
    made = list(dict.fromkeys("".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4))) for _ in range(2 * WORDS)))[:WORDS]
    return made, [1 / (rank + 1) for rank in range(len(made))]


async def measure(chunks: int = CHUNKS) -> Searched:
    chance = random.Random(8)
    words, weights = vocabulary(chance)
    passages = [_passage(chance, words, weights) for _ in range(chunks)]
    with database() as url:
        engine = create_engine(url)
        sessions = create_sessions(engine, "benchmark")
        base = KnowledgeBase(id=new_id(), workspace_id=new_id(), name="Manuals", language="en")
        async with sessions.begin() as session:
            session.add(Workspace(id=base.workspace_id, name="Benchmark"))
            await session.flush()
            session.add(base)
            await session.flush()
            each = chunks // DOCUMENTS
            for number in range(DOCUMENTS):
                document = _document(base, number)
                session.add(document)
                await session.flush()
                part = [(f"Chapter {place}", None, text) for place, text in enumerate(passages[number * each : (number + 1) * each])]
                await ReadingRepository(session).replace_chunks(document, "english", part, datetime.now(UTC))
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.exec_driver_sql("vacuum analyze knowledge_chunk")
        times, first = [], 0
        for place in range(QUESTIONS):
            wanted = chance.choice(passages[: each * DOCUMENTS])
            question = _question(chance, wanted, weights, words, frequent=place % 2 == 1)
            begun = time.perf_counter()
            async with sessions() as session:
                found = await search(session, [base], question, limit=3)
            times.append(1000 * (time.perf_counter() - begun))
            first += bool(found) and found[0].text == wanted
        await engine.dispose()
    return Searched(each * DOCUMENTS, median(times), quantiles(times, n=20)[-1], first, QUESTIONS)


def _passage(chance: random.Random, words: list[str], weights: list[float]) -> str:
    spoken = chance.choices(words, weights, k=SENTENCES * LONG)
    return " ".join(" ".join(spoken[at : at + LONG]).capitalize() + "." for at in range(0, len(spoken), LONG))


def _question(chance: random.Random, passage: str, weights: list[float], words: list[str], *, frequent: bool) -> str:
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
    return (
        f"| search in {told.chunks:,} passages of knowledge, by words: p50, p95 | {told.p50_ms:.0f} ms, {told.p95_ms:.0f} ms |"
        f" p95 ≤ {LIMIT_MS} ms |\n"
        f"| of {told.questions} questions, those whose passage came first | {told.first} | |"
    )


if __name__ == "__main__":
    print(section(asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else CHUNKS))))
