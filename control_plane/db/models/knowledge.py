"""Knowledge bases, their documents, and the chunks that are searched."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class KnowledgeBase(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "knowledge_base"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="", server_default="")
    """What is in it; assistants are told."""
    language: Mapped[str]
    """BCP 47: by whose grammar words are searched. Never changes, because the words are kept by it."""


class KnowledgeDocument(HasId, OfWorkspace, HasTimes, Base):
    """What an upload has made of one document. While a newer file waits or has failed, the chunks are those of the one before."""

    __tablename__ = "knowledge_document"
    __table_args__ = (
        CheckConstraint("state in ('queued', 'ready', 'failed')", name="state"),
        CheckConstraint("kind in ('text', 'markdown', 'html', 'pdf')", name="kind"),
        UniqueConstraint("knowledge_base_id", "name"),
        UniqueConstraint("knowledge_base_id", "sha256"),
        Index("ix_knowledge_document_queued", "id", postgresql_where=text("state = 'queued'")),
    )

    knowledge_base_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("knowledge_base.id", ondelete="CASCADE"))
    name: Mapped[str]
    """By which a later upload replaces it."""
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="queued", server_default="queued")
    """Of the last upload: queued → ready | failed."""
    error: Mapped[str] = mapped_column(default="", server_default="")
    file_key: Mapped[str]
    """Where the uploaded bytes lie until they are read; empty afterwards."""
    sha256: Mapped[str]
    """Of the last upload, in hexadecimal."""
    size: Mapped[int]
    """Bytes of it."""
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    """To read it; counted before each, so that a file which ends its reader is not read for ever."""
    lease_until: Mapped[datetime | None]
    """Until when one task worker has it to read."""
    title: Mapped[str] = mapped_column(default="", server_default="")
    pages: Mapped[int | None]
    chunks: Mapped[int] = mapped_column(default=0, server_default="0")
    """That are searched."""
    read_at: Mapped[datetime | None]
    """When what is searched was read."""


class KnowledgeChunk(HasId, OfWorkspace, Base):
    __tablename__ = "knowledge_chunk"
    __table_args__ = (
        UniqueConstraint("document_id", "seq"),
        Index(None, "knowledge_base_id"),
        Index(None, "words", postgresql_using="gin"),
    )

    knowledge_base_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("knowledge_base.id", ondelete="CASCADE"))
    document_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("knowledge_document.id", ondelete="CASCADE"))
    seq: Mapped[int]
    heading: Mapped[str]
    page: Mapped[int | None]
    text: Mapped[str]
    words: Mapped[str] = mapped_column(TSVECTOR)
    """By the language of the base: of the heading (weight A), the text (B) and the document's name (C)."""
