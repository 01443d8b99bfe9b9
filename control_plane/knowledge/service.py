"""Knowledge bases of a workspace: made, described, searched, deleted when no assistant looks there any more."""

import uuid
from typing import Any

from msgspec import UNSET

from control_plane.audit.service import record
from control_plane.db.models import KnowledgeBase
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, NotFound, Refused
from control_plane.kit.etags import require_match
from control_plane.kit.ids import new_id
from control_plane.kit.pagination import Page, page_of
from control_plane.kit.storage import Storage
from control_plane.knowledge.repository import DocumentRepository, KnowledgeRepository
from control_plane.knowledge.schemas import Hit, KnowledgeIn, KnowledgeOut, KnowledgePatch, SearchOut
from control_plane.knowledge.search_repository import Passage
from control_plane.knowledge.searching import search

MOST_BASES = 100
"""Per workspace."""


class KnowledgeService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = KnowledgeRepository(unit.session, workspace_id)

    async def page(self, *, limit: int, cursor: str | None) -> Page[KnowledgeOut]:
        page: Page[KnowledgeBase] = await page_of(
            self._unit.session, self._rows.all(), KnowledgeBase.id, lambda row: row, limit=limit, cursor=cursor
        )
        counts = await self._rows.documents_in([row.id for row in page.items])
        users = [await self._rows.used_by(row.id) for row in page.items]
        return Page([KnowledgeOut.of(row, counts.get(row.id, {}), u) for row, u in zip(page.items, users, strict=True)], page.next_cursor)

    async def get(self, base_id: uuid.UUID) -> KnowledgeOut:
        return await self._out(await self._row(base_id))

    async def create(self, wanted: KnowledgeIn) -> KnowledgeOut:
        """Raises `Conflict` for a name that is taken, `Refused` for too many."""
        if await self._rows.count() >= MOST_BASES:
            raise Refused(f"A workspace has at most {MOST_BASES} knowledge bases.", code="too_many_knowledge_bases")
        await self._require_free(wanted.name)
        row = KnowledgeBase(id=new_id(), workspace_id=self._workspace_id, name=wanted.name, description=wanted.description)
        row.language, row.created_at, row.updated_at = wanted.language, self._unit.now, self._unit.now
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

    async def search(self, base_id: uuid.UUID, question: str, limit: int) -> SearchOut:
        base = await self._row(base_id)
        return SearchOut([_hit(each) for each in await search(self._unit.session, [base], question, limit=limit)])

    async def _require_free(self, name: str) -> None:
        if await self._rows.named(name) is not None:
            raise Conflict(f"There is knowledge called {name!r} already.", code="knowledge_exists")

    async def _row(self, base_id: uuid.UUID, *, lock: bool = False) -> KnowledgeBase:
        row = await self._rows.get(base_id, lock=lock)
        if row is None:
            raise NotFound.of("knowledge")
        return row

    async def _out(self, row: KnowledgeBase) -> KnowledgeOut:
        counts = (await self._rows.documents_in([row.id])).get(row.id, {})
        return KnowledgeOut.of(row, counts, await self._rows.used_by(row.id))

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
    return {"name": row.name, "description": row.description, "language": row.language}
