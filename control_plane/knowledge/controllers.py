"""`/knowledge`: bases, their documents, and the search in them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency, Provide
from litestar.openapi.spec import OpenAPIMediaType, Operation, Reference, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import JSONBody, QueryParameter, SkipValidation

from control_plane.domain.errors import Invalid
from control_plane.kit.etags import IfMatch, tagged
from control_plane.kit.outbound import OutboundClient
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.kit.secrets import SecretBox
from control_plane.kit.storage import Storage
from control_plane.knowledge.documents import LONGEST_NAME, MAX_FILE, DocumentService
from control_plane.knowledge.embedding_models import Means
from control_plane.knowledge.meaning import understand
from control_plane.knowledge.schemas import DocumentOut, KnowledgeIn, KnowledgeOut, KnowledgePatch, SearchOut
from control_plane.knowledge.service import KnowledgeService
from control_plane.settings import Settings
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Given, Id, Who, Work
from control_plane.workspaces.idempotency import NOT_IDEMPOTENT

Files = NamedDependency[SkipValidation[Storage]]
Question = Annotated[str, QueryParameter(name="q", min_length=1, max_length=500, description="A question, or words that matter.")]
Hits = Annotated[int, QueryParameter(name="limit", ge=1, le=20, description="How many passages at most.")]
DocumentName = Annotated[
    str, QueryParameter(name="name", max_length=LONGEST_NAME, description="Its name, by which a later upload replaces it; else the file's.")
]
_EXAMPLES = {
    "text/plain": "The gold membership is $40 a month.",
    "text/markdown": "# Prices\n\nThe gold membership is $40 a month.",
    "text/html": "<h1>Prices</h1><p>The gold membership is $40 a month.",
    "application/pdf": "%PDF-1.7 …",
}
_ABOVE_FILE = 100_000
"""Bytes of a form around its file."""


@dataclass
class DocumentUpload(Operation):
    """Tells OpenAPI what the handler reads from the request by itself."""

    def __post_init__(self) -> None:
        file = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        fields: dict[str, Reference | Schema] = {"file": file, "name": Schema(type=OpenAPIType.STRING)}
        form = Schema(type=OpenAPIType.OBJECT, properties=fields, required=["file"])
        kinds = {name: OpenAPIMediaType(schema=file, example=example) for name, example in _EXAMPLES.items()}
        content = {"multipart/form-data": OpenAPIMediaType(schema=form), **kinds}
        words = "Text, Markdown, HTML or PDF, as a form's field or as the whole body."
        self.request_body = RequestBody(content=content, required=True, description=words)


def provide_means(
    settings: NamedDependency[SkipValidation[Settings]],
    secret_box: NamedDependency[SkipValidation[SecretBox]],
    outbound: NamedDependency[SkipValidation[OutboundClient]],
) -> Means:
    """What questions are understood with."""
    return Means(settings, secret_box, outbound)


def provide_knowledge(unit: Work, principal: Who, means: NamedDependency[SkipValidation[Means]]) -> KnowledgeService:
    return KnowledgeService(unit, principal.workspace_id, means)


def provide_documents(unit: Work, principal: Who, storage: Files) -> DocumentService:
    return DocumentService(unit, principal.workspace_id, storage)


class KnowledgeController(Controller):
    path = "/knowledge"
    tags = ["knowledge"]
    guards = [requires("viewer")]
    dependencies = {
        "means": Provide(provide_means, sync_to_thread=False),
        "knowledge": Provide(provide_knowledge, sync_to_thread=False),
        "documents": Provide(provide_documents, sync_to_thread=False),
    }

    @get(summary="Knowledge bases, newest first")
    async def index(self, knowledge: Given[KnowledgeService], limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[KnowledgeOut]:
        return await knowledge.page(limit=limit, cursor=cursor)

    @post(guards=[requires("manager")], summary="Make a knowledge base, for documents that assistants may look things up in")
    async def create(self, knowledge: Given[KnowledgeService], data: JSONBody[KnowledgeIn]) -> Response[KnowledgeOut]:
        return tagged(await knowledge.create(data), KnowledgePatch)

    @get("/{knowledge_id:uuid}", summary="A knowledge base")
    async def read(self, knowledge: Given[KnowledgeService], knowledge_id: Id) -> Response[KnowledgeOut]:
        return tagged(await knowledge.get(knowledge_id), KnowledgePatch)

    @patch("/{knowledge_id:uuid}", guards=[requires("manager")], summary="Change its name, what is said of it, or how it is searched")
    async def change(
        self, knowledge: Given[KnowledgeService], knowledge_id: Id, data: JSONBody[KnowledgePatch], if_match: IfMatch = None
    ) -> Response[KnowledgeOut]:
        return tagged(await knowledge.change(knowledge_id, data, if_match), KnowledgePatch)

    @delete("/{knowledge_id:uuid}", guards=[requires("manager")], summary="Delete knowledge that no assistant uses, with its documents")
    async def remove(self, knowledge: Given[KnowledgeService], storage: Files, knowledge_id: Id) -> None:
        await knowledge.delete(knowledge_id, storage)

    @get("/{knowledge_id:uuid}/search", summary="What an assistant would find, best first, each passage with where it stands")
    async def search(self, unit: Work, knowledge: Given[KnowledgeService], knowledge_id: Id, q: Question, limit: Hits = 5) -> SearchOut:
        """By words, and by meaning where the base is known by it; a model that does not answer within 1.5 s is done without."""
        question = await knowledge.question(knowledge_id, q)
        # No database connection waits for a model.
        await unit.session.commit()
        return await knowledge.search(question, await understand(question.askings, q), limit)

    @get("/{knowledge_id:uuid}/documents", summary="Documents, newest first")
    async def documents(
        self, documents: Given[DocumentService], knowledge_id: Id, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
    ) -> Page[DocumentOut]:
        return await documents.page(knowledge_id, limit=limit, cursor=cursor)

    @post(
        "/{knowledge_id:uuid}/documents",
        status_code=202,
        guards=[requires("manager")],
        request_max_body_size=MAX_FILE + _ABOVE_FILE,
        opt=NOT_IDEMPOTENT,
        operation_class=DocumentUpload,
        summary="Upload a document, or its next version by the same name; it is read in the background",
    )
    async def upload(
        self, request: Request[Any, Any, Any], documents: Given[DocumentService], knowledge_id: Id, name: DocumentName = ""
    ) -> DocumentOut:
        """The former version is found until the next one is ready. The same content again changes nothing."""
        await documents.prepare(knowledge_id)
        if request.content_type[0] != "multipart/form-data":
            return await documents.accept(knowledge_id, name, request.content_type[0], request.stream())
        form = await request.form()
        file, said = form.get("file"), form.get("name")
        if not isinstance(file, UploadFile):
            raise Invalid.field("file", "The form has no file in its field `file`.")
        given = (said if isinstance(said, str) else "") or name or file.filename
        return await documents.accept(knowledge_id, given, file.content_type, _chunks_of(file))

    @get("/{knowledge_id:uuid}/documents/{document_id:uuid}", summary="A document, and what became of its last upload")
    async def document(self, documents: Given[DocumentService], knowledge_id: Id, document_id: Id) -> DocumentOut:
        return await documents.get(knowledge_id, document_id)

    @delete("/{knowledge_id:uuid}/documents/{document_id:uuid}", guards=[requires("manager")], summary="Delete a document at once")
    async def remove_document(self, documents: Given[DocumentService], knowledge_id: Id, document_id: Id) -> None:
        await documents.delete(knowledge_id, document_id)


async def _chunks_of(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(256 * 1024):
        yield chunk
