"""Knowledge bases, their documents, the chunks that are searched, and which models know them by meaning.

What a chunk means to a model lies in `knowledge_vector`, which is no model of ours: it is there where PostgreSQL has pgvector (db/vectors).
"""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class KnowledgeBase(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "knowledge_base"
    __table_args__ = (
        UniqueConstraint("workspace_id", "name"),
        CheckConstraint("searches_by in ('meaning', 'words')", name="searches_by"),
        CheckConstraint("least_similarity between 0 and 1", name="least_similarity"),
    )

    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="", server_default="")
    """What is in it; assistants are told."""
    language: Mapped[str]
    """BCP 47: by whose grammar words are searched. Never changes, because the words are kept by it."""
    searches_by: Mapped[str] = mapped_column(default="meaning", server_default="meaning")
    """meaning: also by it, where there is a model; words: by them alone, and nothing is sent to any model."""
    embedding: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """`model`, and `credential` (a secret's name, or empty) that it is asked with; None: the installation's."""
    least_similarity: Mapped[float] = mapped_column(default=0.35, server_default="0.35")
    """Cosine of the angle between question and passage below which meaning finds nothing."""


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


class KnowledgeEmbedding(HasId, OfWorkspace, HasTimes, Base):
    """One model's idea of a base: the one that answers, and beside it the one that is being built to take its place."""

    __tablename__ = "knowledge_embedding"
    __table_args__ = (
        CheckConstraint("state in ('building', 'answering')", name="state"),
        UniqueConstraint("knowledge_base_id", "state"),
        Index("ix_knowledge_embedding_due", "due_at", postgresql_where=text("due_at is not null")),
    )

    knowledge_base_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("knowledge_base.id", ondelete="CASCADE"))
    model: Mapped[str]
    credential: Mapped[str] = mapped_column(default="", server_default="")
    """Name of the secret that opens it; empty: the installation's account."""
    state: Mapped[str] = mapped_column(default="building", server_default="building")
    dimensions: Mapped[int | None]
    """That the model gave; None before its first answer."""
    error: Mapped[str] = mapped_column(default="", server_default="")
    """Why the model could not be asked last, in a sentence; empty once it answers."""
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    """In a row that failed."""
    due_at: Mapped[datetime | None]
    """From when on passages are to be looked for that it does not know; None: it knows all."""
    lease_until: Mapped[datetime | None]
    """Until when one task worker has it."""


class KnowledgeUsage(HasId, OfWorkspace, Base):
    """What a base's passages and questions consumed of an embedding model on one day. No foreign key to the base: the bill outlives it."""

    __tablename__ = "knowledge_usage"
    __table_args__ = (UniqueConstraint("workspace_id", "day", "knowledge_base_id", "model", "currency", name="uq_knowledge_usage_key"),)

    knowledge_base_id: Mapped[uuid.UUID]
    day: Mapped[date]
    """In the workspace's time zone."""
    model: Mapped[str]
    currency: Mapped[str]
    tokens: Mapped[int] = mapped_column(BigInteger)
    cost: Mapped[Decimal | None] = mapped_column(Numeric(18, 10))
    """Not rounded, because a question costs less than is counted; None for a model without a price."""
