"""The statements of a stretch of work as they reach the driver, with their parameters, whichever way they took to it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

Statement = tuple[Any, Mapping[str, Any] | Sequence[Any] | None]


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """What this process sends by the asynchronous driver meanwhile, on any connection, but for transactions' begins and ends."""
    found: list[Statement] = []
    execute = psycopg.AsyncCursor.execute

    async def noted(cursor: Any, query: Any, params: Any = None, **options: Any) -> Any:
        found.append((query, params))
        return await execute(cursor, query, params, **options)

    psycopg.AsyncCursor.execute = noted  # type: ignore[method-assign]
    try:
        yield found
    finally:
        psycopg.AsyncCursor.execute = execute  # type: ignore[method-assign]
