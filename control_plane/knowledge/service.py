"""Knowledge bases of a workspace: made, described, searched, deleted when no assistant looks there any more."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET, to_builtins

from control_plane.audit.service import record
from control_plane.db.models import KnowledgeBase
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, Invalid, NotFound, Refused
from control_plane.kit.etags import require_match
from control_plane.kit.ids import new_id
from control_plane.kit.pagination import Page, page_of
from control_plane.kit.storage import Storage
from control_plane.knowledge.embedding_models import Means, wanted_of
from control_plane.knowledge.meaning import Asking, Meant, asking, charge_questions
from control_plane.knowledge.meaning_state import meaning_of
from control_plane.knowledge.repository import DocumentRepository, KnowledgeRepository
from control_plane.knowledge.schemas import EmbeddingChoice, Hit, KnowledgeIn, KnowledgeOut, KnowledgePatch, SearchOut
from control_plane.knowledge.search_repository import Passage
from control_plane.knowledge.searching import search
from control_plane.knowledge.vector_repository import awaken, known, passages_in, room_of
from control_plane.secrets.repository import SecretRepository

MOST_BASES = 100
"""Per workspace."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be looked for in a base, and whom to ask what it means."""

    base: KnowledgeBase
    words: str
    askings: list[Asking]


class KnowledgeService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID, means: Means) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._means = means
        self._rows = KnowledgeRepository(unit.session, workspace_id)

    async def page(self, *, limit: int, cursor: str | None) -> Page[KnowledgeOut]:
        page: Page[KnowledgeBase] = await page_of(
            self._unit.session, self._rows.all(), KnowledgeBase.id, lambda row: row, limit=limit, cursor=cursor
        )
        return Page(await self._shown(page.items), page.next_cursor)

    async def get(self, base_id: uuid.UUID) -> KnowledgeOut:
        return await self._out(await self._row(base_id))

    async def create(self, wanted: KnowledgeIn) -> KnowledgeOut:
        """Raises `Conflict` for a name that is taken, `Refused` for too many."""
        if await self._rows.count() >= MOST_BASES:
            raise Refused(f"A workspace has at most {MOST_BASES} knowledge bases.", code="too_many_knowledge_bases")
        await self._require_free(wanted.name)
        await self._require_credential(wanted.embedding)
        row = KnowledgeBase(id=new_id(), workspace_id=self._workspace_id, name=wanted.name, description=wanted.description)
        row.language, row.searches_by, row.least_similarity = wanted.language, wanted.searches_by, wanted.least_similarity
        row.embedding, row.created_at, row.updated_at = _kept(wanted.embedding), self._unit.now, self._unit.now
        self._unit.session.add(row)
        await self._unit.session.flush()
        self._record("created", row, None, _trail(row))
        return await self._out(row)

    async def change(self, base_id: uuid.UUID, patch: KnowledgePatch, if_match: str | None) -> KnowledgeOut:
        row = await self._row(base_id, lock=True)
        require_match(if_match, await self._out(row), KnowledgePatch)
        before = _trail(row)
        if patch.name is not UNSET and patch.name != row.name:
            await self._require_free(patch.name)
            row.name = patch.name
        if patch.description is not UNSET:
            row.description = patch.description
        await self._set_meaning(row, patch)
        row.updated_at = self._unit.now
        await self._unit.session.flush()
        self._record("changed", row, before, _trail(row))
        return await self._out(row)

    async def delete(self, base_id: uuid.UUID, storage: Storage) -> None:
        """With its documents. Raises `Conflict` while an assistant uses it."""
        row = await self._row(base_id, lock=True)
        await self._rows.lock_whole(row.id)
        users = await self._rows.used_by(row.id)
        if users:
            named = ", ".join(repr(user) for user in users[:5])
            words = f"This knowledge is used by {named}; take it from their knowledge_ids and publish them first."
            raise Conflict(words, code="knowledge_in_use")
        for key in await DocumentRepository(self._unit.session, self._workspace_id).waiting_files(row.id):
            await storage.delete(key)
        self._record("deleted", row, _trail(row), None)
        await self._unit.session.delete(row)

    async def question(self, base_id: uuid.UUID, words: str) -> Question:
        """Before a model is asked, for which no transaction should wait. Raises `NotFound`."""
        base = await self._row(base_id)
        return Question(base, words, await asking(self._unit.session, self._means, [base]))

    async def search(self, question: Question, meant: Sequence[Meant], limit: int) -> SearchOut:
        found = await search(self._unit.session, [question.base], question.words, meant, limit=limit)
        await charge_questions(self._unit, meant)
        return SearchOut([_hit(each) for each in found])

    async def _set_meaning(self, row: KnowledgeBase, patch: KnowledgePatch) -> None:
        if patch.least_similarity is not UNSET:
            row.least_similarity = patch.least_similarity
        if patch.searches_by is not UNSET:
            row.searches_by = patch.searches_by
        if patch.embedding is not UNSET:
            await self._require_credential(patch.embedding)
            row.embedding = _kept(patch.embedding)
        if patch.searches_by is not UNSET or patch.embedding is not UNSET:
            await awaken(self._unit.session, row.id, self._unit.now)
            self._unit.nudges.add("embed_chunks")

    async def _require_credential(self, chosen: EmbeddingChoice | None) -> None:
        """Raises `Invalid` for one that names no secret; one that there is stays until the change is committed."""
        name = chosen.credential if chosen is not None else None
        if name and not await SecretRepository(self._unit.session, self._workspace_id).hold([name]):
            raise Invalid.field("embedding.credential", f"There is no secret called {name!r}.")

    async def _require_free(self, name: str) -> None:
        if await self._rows.named(name) is not None:
            raise Conflict(f"There is knowledge called {name!r} already.", code="knowledge_exists")

    async def _row(self, base_id: uuid.UUID, *, lock: bool = False) -> KnowledgeBase:
        row = await self._rows.get(base_id, lock=lock)
        if row is None:
            raise NotFound.of("knowledge")
        return row

    async def _out(self, row: KnowledgeBase) -> KnowledgeOut:
        (shown,) = await self._shown([row])
        return shown

    async def _shown(self, rows: Sequence[KnowledgeBase]) -> list[KnowledgeOut]:
        ids, session = [row.id for row in rows], self._unit.session
        counts, passages, lacks = await self._rows.documents_in(ids), await passages_in(session, ids), (await room_of(session)).lacks
        models = {} if lacks else await known(session, ids)
        shown = []
        for row in rows:
            wanted = wanted_of(row, self._means.settings.embedding_model)
            meaning = meaning_of(row.searches_by, wanted, lacks, models.get(row.id, ()), passages.get(row.id, 0))
            shown.append(KnowledgeOut.of(row, counts.get(row.id, {}), await self._rows.used_by(row.id), meaning))
        return shown

    def _record(self, what: str, row: KnowledgeBase, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        record(self._unit, self._workspace_id, f"knowledge.{what}", "knowledge", row.id, before, after)


def _hit(passage: Passage) -> Hit:
    return Hit(
        document_id=passage.document_id,
        document=passage.document,
        heading=passage.heading,
        page=passage.page,
        text=passage.text,
        snippet=passage.snippet,
    )


def _trail(row: KnowledgeBase) -> dict[str, Any]:
    names = ("name", "description", "language", "searches_by", "embedding", "least_similarity")
    return {name: getattr(row, name) for name in names}


def _kept(chosen: EmbeddingChoice | None) -> dict[str, Any] | None:
    return to_builtins(chosen) if chosen is not None else None
