"""The least that an HTTP answer from the database can be: a Litestar handler with one query by key, no authentication, no schema."""

import os
from typing import Any
from uuid import UUID

from granian.constants import Interfaces
from granian.server import Server
from litestar import Litestar, get
from litestar.params import FromPath
from sqlalchemy import text

from control_plane.db.session import create_engine

_QUERY = text("select id, state, to_e164, due_at from call where id = :id")


def app() -> Litestar:
    engine = create_engine(os.environ["CALLWRIGHT_DATABASE_URL"])

    @get("/calls/{call_id:uuid}")
    async def one_call(call_id: FromPath[UUID]) -> dict[str, Any]:
        async with engine.connect() as connection:
            return dict((await connection.execute(_QUERY, {"id": call_id})).mappings().one())

    return Litestar([one_call], on_shutdown=[engine.dispose], openapi_config=None, logging_config=None)


if __name__ == "__main__":
    port = int(os.environ["API_PORT"])
    Server("benchmarks.bare_app:app", address="127.0.0.1", port=port, interface=Interfaces.ASGI, factory=True, log_enabled=False).serve()
