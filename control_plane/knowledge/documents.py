"""Documents of a knowledge base: uploaded, told apart by their content, replaced by name, deleted. A task reads them."""

import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePath
from typing import Any

from control_plane.audit.service import record
from control_plane.db.models import KnowledgeDocument
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, Invalid, NotFound, Refused
from control_plane.kit.ids import new_id
from control_plane.kit.pagination import Page, page_of
from control_plane.kit.storage import Storage
from control_plane.knowledge.repository import DocumentRepository, KnowledgeRepository
from control_plane.knowledge.schemas import DocumentOut

MAX_FILE = 20_000_000
"""Bytes: an illustrated manual."""
MOST_DOCUMENTS = 2_000
MOST_BYTES = 500_000_000
"""Of uploads; these and the documents are counted per workspace."""
LONGEST_NAME = 200
UNNAMED = "document"
_HEAD = 4_096
_SUFFIXES = {".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html", ".xhtml": "html"}
_TYPES = {"text/markdown": "markdown", "text/html": "html", "application/xhtml+xml": "html"}
_PAGE = re.compile(rb"\s*(<!doctype html|<html)\b", re.IGNORECASE)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that lies in the storage."""

    name: str
    kind: str
    key: str
    sha256: str
    size: int


class DocumentService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID, storage: Storage) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._storage = storage
        self._rows = DocumentRepository(unit.session, workspace_id)

    async def page(self, base_id: uuid.UUID, *, limit: int, cursor: str | None) -> Page[DocumentOut]:
        await self._require_base(base_id)
        query = self._rows.all(base_id)
        return await page_of(self._unit.session, query, KnowledgeDocument.id, DocumentOut.of, limit=limit, cursor=cursor)

    async def get(self, base_id: uuid.UUID, document_id: uuid.UUID) -> DocumentOut:
        return DocumentOut.of(await self._row(base_id, document_id))

    async def prepare(self, base_id: uuid.UUID) -> None:
        """Before a file is read: raises `NotFound` without the base. A slow upload must not hold a connection."""
        await self._require_base(base_id)
        await self._unit.session.rollback()

    async def accept(self, base_id: uuid.UUID, name: str, content_type: str, chunks: AsyncIterator[bytes]) -> DocumentOut:
        """Store the file and have it read. Of a name that is there it is the next version, which replaces the former once it is read;
        the same content again changes nothing. Raises `Invalid`, `Conflict` for content that another document has, `Refused`."""
        upload = await self._stored(_name_of(name), content_type, chunks)
        try:
            row, is_new = await self._placed(base_id, upload)
        except BaseException:
            await self._storage.delete(upload.key)
            raise
        if row.file_key != upload.key:
            await self._storage.delete(upload.key)
            return DocumentOut.of(row)
        self._unit.nudges.add("read_documents")
        after = {"name": row.name, "kind": row.kind, "size": row.size, "sha256": row.sha256, "knowledge_id": row.knowledge_base_id}
        self._record("uploaded" if is_new else "replaced", row, None, after)
        return DocumentOut.of(row)

    async def delete(self, base_id: uuid.UUID, document_id: uuid.UUID) -> None:
        row = await self._row(base_id, document_id, lock=True)
        if row.file_key:
            await self._storage.delete(row.file_key)
        self._record("deleted", row, {"name": row.name, "sha256": row.sha256, "knowledge_id": row.knowledge_base_id}, None)
        await self._unit.session.delete(row)

    async def _stored(self, name: str, content_type: str, chunks: AsyncIterator[bytes]) -> Upload:
        key, content, head, size = f"knowledge/{new_id()}", sha256(), bytearray(), 0

        async def counted() -> AsyncIterator[bytes]:
            nonlocal size
            async for chunk in chunks:
                size += len(chunk)
                if size > MAX_FILE:
                    raise Invalid.field("file", f"The file is larger than {MAX_FILE:,} bytes; divide it.")
                content.update(chunk)
                head.extend(chunk[: _HEAD - len(head)])
                yield chunk

        await self._storage.put(key, counted())
        try:
            return Upload(name, _kind_of(name, content_type, bytes(head)), key, content.hexdigest(), size)
        except Invalid:
            await self._storage.delete(key)
            raise

    async def _placed(self, base_id: uuid.UUID, upload: Upload) -> tuple[KnowledgeDocument, bool]:
        """The document's row, and whether it is a new one. The base is locked, so that of two uploads one comes first."""
        await self._require_base(base_id, lock=True)
        same = await self._rows.of_content(base_id, upload.sha256)
        if same is not None and same.name != upload.name:
            raise Conflict(f"{same.name!r} has the same content.", code="document_exists")
        row = await self._rows.named(base_id, upload.name)
        if row is not None and same is not None and row.state != "failed":
            return row, False
        await self._require_room(upload.size - (row.size if row else 0), 0 if row else 1)
        if row is not None and row.file_key:
            await self._storage.delete(row.file_key)
        is_new = row is None
        if row is None:
            row = KnowledgeDocument(id=new_id(), workspace_id=self._workspace_id, knowledge_base_id=base_id, name=upload.name)
            row.created_at = self._unit.now
            self._unit.session.add(row)
        row.kind, row.file_key, row.sha256, row.size = upload.kind, upload.key, upload.sha256, upload.size
        row.state, row.error, row.attempts, row.lease_until, row.updated_at = "queued", "", 0, None, self._unit.now
        await self._unit.session.flush()
        return row, is_new

    async def _require_room(self, size: int, documents: int) -> None:
        there, stored, _ = await self._rows.amounts()
        if there + documents > MOST_DOCUMENTS:
            raise Refused(f"A workspace has at most {MOST_DOCUMENTS:,} documents.", code="too_many_documents")
        if stored + size > MOST_BYTES:
            raise Refused(f"A workspace's documents have at most {MOST_BYTES:,} bytes together.", code="too_many_documents")

    async def _require_base(self, base_id: uuid.UUID, *, lock: bool = False) -> None:
        if await KnowledgeRepository(self._unit.session, self._workspace_id).get(base_id, lock=lock) is None:
            raise NotFound.of("knowledge")

    async def _row(self, base_id: uuid.UUID, document_id: uuid.UUID, *, lock: bool = False) -> KnowledgeDocument:
        row = await self._rows.get(base_id, document_id, lock=lock)
        if row is None:
            raise NotFound.of("document")
        return row

    def _record(self, what: str, row: KnowledgeDocument, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        record(self._unit, self._workspace_id, f"document.{what}", "document", row.id, before, after)


def _name_of(text: str) -> str:
    """A file's name without the folders that some programs send along."""
    name = re.split(r"[/\\]", text)[-1]
    return "".join(letter for letter in name if letter.isprintable()).strip()[:LONGEST_NAME].strip() or UNNAMED


def _kind_of(name: str, content_type: str, head: bytes) -> str:
    """What it says of itself by its first bytes, then its name, then its type. Raises `Invalid` for what is no document."""
    if not head.strip():
        raise Invalid.field("file", "The file is empty.")
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if b"\0" in head and not head.startswith(_UTF16):
        raise Invalid.field("file", "The file is not text, Markdown, HTML or PDF.")
    named = _SUFFIXES.get(PurePath(name).suffix.lower()) or _TYPES.get(content_type)
    return named or ("html" if _PAGE.match(head) else "text")
