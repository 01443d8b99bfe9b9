"""Files that come in as a form's field or as the whole body, and reports on their rows: what all imports share."""

import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from litestar import Request
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import QueryParameter
from litestar.response import Stream

from control_plane.domain.errors import Invalid
from control_plane.kit.api_schemas import ENCODING
from control_plane.kit.csv_text import csv_download

MAX_FILE = 2_000_000_000
"""Bytes; some 30 million contacts."""
_CHUNK = 256 * 1024
_LONGEST_TEXT = 20_000


Encoding = Annotated[
    str | None,
    QueryParameter(
        name="encoding",
        max_length=40,
        description="Such as windows-1251; without it Unicode and Western text are recognised.",
        schema_extra=ENCODING,
    ),
]


@dataclass
class UploadOperation(Operation):
    """Tells OpenAPI what the handler reads from the request by itself."""

    fields: ClassVar[tuple[str, ...]] = ("default_country", "encoding")

    def __post_init__(self) -> None:
        file = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        options = {name: Schema(type=OpenAPIType.STRING) for name in self.fields}
        form = Schema(type=OpenAPIType.OBJECT, properties={"file": file, **options}, required=["file"])
        content = {"multipart/form-data": OpenAPIMediaType(schema=form), "text/csv": OpenAPIMediaType(schema=file)}
        self.request_body = RequestBody(content=content, required=True, description="A CSV file, as a form's field or as the whole body.")


@dataclass
class MappedUploadOperation(UploadOperation):
    """The same for files whose columns the uploader may name."""

    fields: ClassVar[tuple[str, ...]] = ("default_country", "encoding", "mapping")


def is_form(request: Request[Any, Any, Any]) -> bool:
    """Whether the file is a field of a form; otherwise the body is the file."""
    return request.content_type[0] == "multipart/form-data"


async def uploaded(request: Request[Any, Any, Any]) -> tuple[FormMultiDict, AsyncIterator[bytes]]:
    """The form and the bytes of its field `file`. Raises `Invalid` without one."""
    form = await request.form()
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise Invalid.field("file", "The form has no file in its field `file`.")
    return form, _chunks_of(file)


def said_in(form: Mapping[str, Any], name: str) -> str | None:
    """What the form says in a field of text; None when it says nothing. Raises `Invalid`."""
    value = form.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > _LONGEST_TEXT):
        raise Invalid.field(name, f"The field `{name}` of the form is a short text.")
    return value or None


def error_report(lines: AsyncIterator[bytes], import_id: uuid.UUID) -> Stream:
    """Rejected rows as a CSV file to keep."""
    return csv_download(lines, f"import-{import_id}-errors.csv")


async def _chunks_of(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(_CHUNK):
        yield chunk
