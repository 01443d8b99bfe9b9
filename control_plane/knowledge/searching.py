"""One search over knowledge bases, each by the grammar of its own language; what they find is put together by reciprocal rank.

Fusion after Cormack, Clarke and Büttcher (SIGIR 2009): a passage counts 1 / (60 + rank) in each list it stands in, so no list's own
numbers, which mean different things, are compared.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import KnowledgeBase
from control_plane.knowledge.languages import configuration_of
from control_plane.knowledge.search_repository import Asked, Passage, SearchRepository

CANDIDATES = 30
"""Of each list."""
RANK_OFFSET = 60


async def search(session: AsyncSession, bases: Sequence[KnowledgeBase], question: str, *, limit: int) -> list[Passage]:
    """Best first. The bases are those of one workspace, and nothing beside them is looked at."""
    if not bases:
        return []
    rows = SearchRepository(session, bases[0].workspace_id)
    by_configuration: dict[str, list[uuid.UUID]] = defaultdict(list)
    for base in bases:
        by_configuration[configuration_of(base.language)].append(base.id)
    asked = {configuration: await rows.understood(configuration, question) for configuration in by_configuration}
    points: dict[uuid.UUID, float] = defaultdict(float)
    for configuration, ids in by_configuration.items():
        found = await rows.by_words(ids, asked[configuration], CANDIDATES)
        _count(points, _about(found, asked[configuration]))
    best = sorted(points, key=lambda id_: (-points[id_], id_))[:limit]
    configuration = max(by_configuration, key=lambda each: len(by_configuration[each]))
    passages = await rows.passages(best, configuration, asked[configuration]) if best else {}
    return [passages[id_] for id_ in best if id_ in passages]


def _about(found: Sequence[tuple[uuid.UUID, int, bool]], asked: Asked) -> list[uuid.UUID]:
    """Those that have all that was asked for, or at least half of its words: a single one of many is an accident."""
    return [id_ for id_, words, has_all in found if has_all or words >= asked.enough]


def _count(points: dict[uuid.UUID, float], ids: Sequence[uuid.UUID]) -> None:
    for rank, id_ in enumerate(ids, start=1):
        points[id_] += 1 / (RANK_OFFSET + rank)
