"""One search over knowledge bases: by words, each by the grammar of its own language, and by meaning where a model knows them. What the
lists find is put together by reciprocal rank.

Fusion after Cormack, Clarke and Büttcher (SIGIR 2009): a passage counts 1 / (60 + rank) in each list it stands in, so no list's own
numbers, which mean different things, are compared. Each list leaves out what is not about the question, so that nothing is found where
there is nothing.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import KnowledgeBase
from control_plane.knowledge.languages import configuration_of
from control_plane.knowledge.meaning import Meant
from control_plane.knowledge.search_repository import ByMeaning, ByWords, Passage, SearchRepository


async def search(
    session: AsyncSession, bases: Sequence[KnowledgeBase], question: str, meant: Sequence[Meant] = (), *, limit: int
) -> list[Passage]:
    """Best first. The bases are those of one workspace, and nothing beside them is looked at; `meant` is of the same question."""
    if not bases:
        return []
    rows = SearchRepository(session, bases[0].workspace_id)
    by_configuration: dict[str, list[uuid.UUID]] = defaultdict(list)
    for base in bases:
        by_configuration[configuration_of(base.language)].append(base.id)
    by_words = [ByWords(ids, name, await rows.understood(name, question)) for name, ids in by_configuration.items()]
    by_meaning = [] if any(each.asked.leaves_out for each in by_words) else _by_meaning(meant)
    return await rows.found([each for each in by_words if each.asked.loose], by_meaning, limit)


def _by_meaning(meant: Sequence[Meant]) -> list[ByMeaning]:
    """A list for each model and threshold. A model that gives vectors of another length than it gave of the passages means another."""
    found = []
    for each in meant:
        by_threshold: dict[float, list[uuid.UUID]] = defaultdict(list)
        for within in each.asking.within:
            if within.dimensions == each.dimensions:
                by_threshold[within.least_similarity].append(within.embedding_id)
        found += [ByMeaning(ids, each.vector, each.length, least) for least, ids in by_threshold.items()]
    return found
