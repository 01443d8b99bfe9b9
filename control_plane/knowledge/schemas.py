"""What the API takes and gives for knowledge."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, convert

from control_plane.db.models import KnowledgeBase, KnowledgeDocument
from control_plane.secrets.schemas import SecretName

Name = Annotated[str, Meta(min_length=1, max_length=200, examples=["Prices and terms"])]
About = Annotated[str, Meta(max_length=500, examples=["What memberships cost and how they are ended."])]
# BCP 47, as for assistants.
Language = Annotated[str, Meta(pattern="^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35, examples=["en", "es-MX"])]
State = Annotated[Literal["queued", "ready", "failed"], Meta(examples=["ready"])]
Kind = Annotated[Literal["text", "markdown", "html", "pdf"], Meta(examples=["pdf"])]
By = Literal["meaning", "words"]
ModelName = Annotated[str, Meta(pattern="^[!-~]{1,200}$", examples=["text-embedding-3-small"])]
Similarity = Annotated[float, Meta(ge=0, le=1, examples=[0.35])]


class EmbeddingChoice(Struct, forbid_unknown_fields=True, kw_only=True):
    """A model that understands texts, with OpenAI's interface (`/embeddings`)."""

    model: ModelName
    credential: SecretName | None = None
    """A secret's name (`/secrets`), whose value opens its endpoint; null for the installation's account."""


class KnowledgeIn(Struct, forbid_unknown_fields=True, kw_only=True):
    name: Name
    description: About = ""
    """What is in it: assistants are told, so that they know when to look there."""
    language: Language = "en"
    """Of its documents; it cannot be changed. Words are found in all their forms in the languages that PostgreSQL knows, in others as
    they are written."""
    searches_by: By = "meaning"
    """`meaning`: by it and by words, where there is a model for it. `words`: by words alone; no passage and no question goes to any
    model."""
    embedding: Annotated[EmbeddingChoice | None, Meta(examples=[None])] = None
    """The model by which meaning is found; null for the installation's, if it has one (CALLWRIGHT_EMBEDDING_MODEL)."""
    least_similarity: Similarity = 0.35
    """How close a passage must lie to the question to be found by meaning (the cosine of their angle). What suits depends on the model:
    with some, texts that have nothing to do with each other lie at 0.1, with others at 0.7. Too low, and there is an answer to
    everything."""


class KnowledgePatch(Struct, forbid_unknown_fields=True, kw_only=True):
    name: Name | UnsetType = UNSET
    description: About | UnsetType = UNSET
    searches_by: By | UnsetType = UNSET
    embedding: Annotated[EmbeddingChoice | UnsetType | None, Meta(examples=[None])] = UNSET
    """Another model learns the passages in the background; until it knows them all, the one before answers."""
    least_similarity: Similarity | UnsetType = UNSET


class Meaning(Struct, kw_only=True):
    """Whether the base is searched by meaning, too."""

    state: Literal["off", "waiting", "building", "ready", "failing", "unavailable"]
    words: Annotated[str, Meta(examples=["It is searched by words and by meaning (text-embedding-3-small)."])]
    """The same in a sentence, with what to do where something is to be done."""
    model: str
    """By which questions are understood now; empty while there is none."""
    passages: int
    """That the model knows which is to answer."""
    of: int
    """That there are."""


class DocumentCounts(Struct):
    queued: int = 0
    ready: int = 0
    failed: int = 0


class KnowledgeOut(Struct, kw_only=True):
    id: uuid.UUID
    name: str
    description: str
    language: str
    searches_by: By
    embedding: EmbeddingChoice | None
    least_similarity: float
    meaning: Meaning
    documents: DocumentCounts
    used_by: list[str]
    """Names of assistants that use it in their draft, their published version or a version that a campaign keeps."""
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: KnowledgeBase, documents: dict[str, int], used_by: list[str], meaning: Meaning) -> "KnowledgeOut":
        return cls(
            id=row.id,
            name=row.name,
            description=row.description,
            language=row.language,
            searches_by="words" if row.searches_by == "words" else "meaning",
            embedding=convert(row.embedding, EmbeddingChoice) if row.embedding is not None else None,
            least_similarity=row.least_similarity,
            meaning=meaning,
            documents=DocumentCounts(**documents),
            used_by=used_by,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


class DocumentOut(Struct, kw_only=True):
    id: uuid.UUID
    knowledge_id: uuid.UUID
    name: str
    kind: Kind
    state: State
    """Of the last upload. Until it is ready, and when it has failed, what the one before said is found."""
    error: str
    """Why the last upload could not be read, in a sentence; else empty."""
    size: int
    """Bytes."""
    sha256: str
    title: str
    """As the document itself says."""
    pages: int | None
    chunks: int
    """That are searched."""
    read_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: KnowledgeDocument) -> "DocumentOut":
        plain = {name: getattr(row, name) for name in cls.__struct_fields__ if name != "knowledge_id"}
        return cls(knowledge_id=row.knowledge_base_id, **plain)


class Hit(Struct, kw_only=True):
    """A passage, with where it stands."""

    document_id: uuid.UUID
    document: str
    heading: Annotated[str, Meta(examples=["Prices › Gold"])]
    """The path of headings above it; empty where there is none."""
    page: int | None
    """Null for documents without pages."""
    text: str
    snippet: Annotated[str, Meta(examples=["The **gold** membership is $40 a month."])]
    """The part of it that answers best, the words that were looked for between double asterisks."""


class SearchOut(Struct):
    items: list[Hit]
    """Best first; empty when nothing is about it."""
