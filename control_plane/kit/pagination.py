"""Lists in pages: newest first, with a cursor that says where the next page begins and nothing else."""

import base64
import binascii
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from litestar.params import QueryParameter
from msgspec import Struct
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.domain.errors import Invalid

Item = TypeVar("Item")

MAX_LIMIT = 200
DEFAULT_LIMIT = 50
_PAGE = 1_000

Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=MAX_LIMIT, description="How many items at most.")]
_CURSOR = {"pattern": "^[A-Za-z0-9_-]{22}$"}
Cursor = Annotated[
    str | None, QueryParameter(name="cursor", max_length=64, schema_extra=_CURSOR, description="`next_cursor` of the page before.")
]


class Page(Struct, Generic[Item]):
    """One page; `next_cursor` is null on the last."""

    items: list[Item]
    next_cursor: str | None = None


async def page_of(
    session: AsyncSession,
    query: Select[Any],
    id_column: Any,
    to_item: Callable[[Any], Item],
    *,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[Item]:
    """One page of `query` over entities with an `id`. UUIDv7 sorts by creation time, so the id is the whole order."""
    if cursor is not None:
        query = query.where(id_column < decode_cursor(cursor))
    rows = (await session.scalars(query.order_by(id_column.desc()).limit(limit + 1))).all()
    return cut(rows, limit, to_item)


def cut(rows: Sequence[Any], limit: int, to_item: Callable[[Any], Item]) -> Page[Item]:
    """A page from up to `limit + 1` rows: the extra one only says that there is more."""
    shown = rows[:limit]
    more = len(rows) > limit
    return Page([to_item(row) for row in shown], encode_cursor(shown[-1].id) if more else None)


def encode_cursor(last: uuid.UUID) -> str:
    return base64.urlsafe_b64encode(last.bytes).decode().rstrip("=")


def decode_cursor(cursor: str) -> uuid.UUID:
    """Raises `Invalid` for anything that `encode_cursor` did not make."""
    try:
        return uuid.UUID(bytes=base64.b64decode(cursor + "==", altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise Invalid.field("cursor", "The cursor is not one that a list gave; begin again without it.") from error


async def every(session: AsyncSession, query: Select[Any], id_column: Any) -> AsyncIterator[Any]:
    """All rows of `query` over entities with such an id, oldest first, for what streams out: read in pages, and none of them kept."""
    last: uuid.UUID | None = None
    while rows := (
        await session.scalars((query if last is None else query.where(id_column > last)).order_by(id_column).limit(_PAGE))
    ).all():
        last = getattr(rows[-1], id_column.key)
        session.expunge_all()
        for row in rows:
            yield row
