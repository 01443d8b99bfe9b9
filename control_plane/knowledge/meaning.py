"""A question's meaning: asked of the models by which the bases can be searched now, while no transaction waits for them."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession
from structlog import get_logger

from control_plane.db.models import KnowledgeBase
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict
from control_plane.knowledge.embedding_models import (
    QUESTION_WITHIN_S,
    EmbeddingModel,
    Means,
    NotEmbedded,
    Wanted,
    length_of,
    model_of,
    wanted_of,
)
from control_plane.knowledge.vector_repository import answering
from control_plane.usage.knowledge_costs import charge_embedding

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Within:
    """The same model's idea of one base."""

    embedding_id: uuid.UUID
    base_id: uuid.UUID
    dimensions: int
    least_similarity: float


@dataclass(frozen=True, slots=True)
class Asking:
    """One model, and the bases that it knows."""

    workspace_id: uuid.UUID
    model: EmbeddingModel
    within: Sequence[Within]


@dataclass(frozen=True, slots=True)
class Meant:
    """What a model makes of a question: a vector as PostgreSQL reads it, of a length that has an index."""

    asking: Asking
    vector: str
    length: int
    dimensions: int
    tokens: int


async def asking(session: AsyncSession, means: Means, bases: Sequence[KnowledgeBase], *, is_rehearsal: bool = False) -> list[Asking]:
    """Whom to ask for these bases of one workspace. A model that cannot be asked is left out: words still find. A rehearsal asks the
    stand-in and no other: a simulated call is nobody's question, and no vendor is paid for it."""
    # Where nothing is to be searched by meaning any more, what a model said of old is not asked for.
    wanted = {base.id: base for base in bases if wanted_of(base, means.settings.embedding_model) is not None}
    if not wanted:
        return []
    by_model: dict[Wanted, list[Within]] = defaultdict(list)
    for row in await answering(session, list(wanted)):
        base, model = wanted[row.knowledge_base_id], Wanted(row.model, row.credential)
        if is_rehearsal and not model.is_stand_in:
            continue
        by_model[model].append(Within(row.id, base.id, row.dimensions or 0, base.least_similarity))
    workspace_id, found = bases[0].workspace_id, []
    for model, within in by_model.items():
        try:
            found.append(Asking(workspace_id, await model_of(session, means, workspace_id, model, within_s=QUESTION_WITHIN_S), within))
        except Conflict:
            log.warning("question_model_unusable", workspace_id=str(workspace_id), model=model.model)
    return found


async def understand(askings: Sequence[Asking], question: str) -> list[Meant]:
    """What the models make of it; of those that do not answer in time, nothing. No transaction should be open."""
    found = await asyncio.gather(*(_understood(each, question) for each in askings))
    return [each for each in found if each is not None]


async def charge_questions(unit: Unit, meant: Sequence[Meant]) -> None:
    """Last in a transaction. A question that was asked for several bases of one model is the first one's."""
    for each in meant:
        await charge_embedding(unit, each.asking.workspace_id, each.asking.within[0].base_id, each.asking.model.name, each.tokens)


async def _understood(asked: Asking, question: str) -> Meant | None:
    try:
        told = await asked.model.embed([question])
    except NotEmbedded as error:
        log.warning("question_not_understood", workspace_id=str(asked.workspace_id), model=asked.model.name, why=str(error))
        return None
    return Meant(asked, told.vectors[0], length_of(told.dimensions), told.dimensions, told.tokens)
