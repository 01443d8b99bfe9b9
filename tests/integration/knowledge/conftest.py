"""Knowledge over the API, with the task that reads documents run by hand; and the stage of calls."""

import asyncio
from typing import Any

from control_plane.knowledge.tasks import read_documents
from tests.fixtures.api import Api
from tests.integration.calls.conftest import checked, settings, stage

__all__ = ["base", "found", "read_all", "settings", "stage", "uploaded"]


async def base(api: Api, **fields: Any) -> str:
    """The id of a new knowledge base."""
    return checked(await api.manager.post("/knowledge", json={"name": "Prices"} | fields), 201)["id"]


async def uploaded(api: Api, base_id: str, name: str, content: str | bytes, status: int = 202, content_type: str = "text/plain") -> Any:
    """What the upload answers. The document is not read yet."""
    data = content.encode() if isinstance(content, str) else content
    answer = await api.manager.post(f"/knowledge/{base_id}/documents", files={"file": (name, data, content_type)})
    return checked(answer, status)


async def read_all(api: Api) -> None:
    """As the task worker would, told by a nudge or by its cron."""
    state = api.app.state
    ctx = {"sessions": state.sessions, "queue": api.queue, "clock": api.clock, "storage": state.storage}
    await read_documents(ctx | {"knowledge_turn": asyncio.Lock()})


async def found(api: Api, base_id: str, question: str, **query: Any) -> list[Any]:
    return checked(await api.viewer.get(f"/knowledge/{base_id}/search", params={"q": question} | query), 200)["items"]
