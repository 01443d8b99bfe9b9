"""Knowledge over the API, with the tasks that read and learn documents run by hand; a model to learn by; and the stage of calls."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import web

from control_plane.knowledge import meaning
from control_plane.knowledge.embedding_tasks import embed_chunks, find_missing_vectors
from control_plane.knowledge.tasks import read_documents
from rehearsal.models.embedding import answer
from tests.fixtures.api import Api
from tests.integration.calls.conftest import checked, settings, stage

__all__ = ["base", "by_meaning", "count_again", "embeddings", "found", "learn", "read_all", "settings", "stage", "uploaded"]


@dataclass
class Embeddings:
    """The stand-in model at an address, which fails where it is told to."""

    url: str = ""
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    """Model, `Authorization`, and how many texts."""
    passages: int = 0
    """That were answered in batches of the task."""
    failing: dict[str, int] = field(default_factory=dict)
    fails_after: int | None = None
    tokens: int | None = None
    dimensions: int = 256

    async def serve(self, request: web.Request) -> web.Response:
        wanted = await request.json()
        model, texts = wanted["model"], wanted["input"]
        self.asked.append((model, request.headers.get("Authorization", ""), len(texts)))
        if model in self.failing or (self.fails_after is not None and len(self.asked) > self.fails_after):
            return web.Response(status=self.failing.get(model, 500))
        self.passages += len(texts)
        told = answer(wanted | {"dimensions": self.dimensions})
        if self.tokens is not None:
            told["usage"] = {"total_tokens": self.tokens}
        return web.json_response(told)


@pytest.fixture
async def embeddings(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Embeddings]:
    """A question is waited for longer than on the phone: what a slow machine answers late is not found by words instead."""
    monkeypatch.setattr(meaning, "QUESTION_WITHIN_S", 60.0)
    made, app = Embeddings(), web.Application()
    app.router.add_post("/v1/embeddings", made.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield made
    await runner.cleanup()


def by_meaning(api: Api, embeddings: Embeddings, model: str = "stand-in-embedding", key: str = "") -> None:
    """The installation has this model."""
    settings = replace(api.app.state.settings, models_base_url=embeddings.url, embedding_model=model, openai_api_key=key)
    api.app.state.settings = settings


async def learn(api: Api) -> None:
    """As the task worker would have passages understood."""
    await embed_chunks(_context(api))


async def count_again(api: Api) -> None:
    """As the task worker would look for passages that were forgotten, once an hour."""
    await find_missing_vectors(_context(api))


def _context(api: Api) -> dict[str, Any]:
    state = api.app.state
    ctx = {"sessions": state.sessions, "queue": api.queue, "clock": api.clock, "settings": state.settings}
    return ctx | {"secret_box": state.secret_box, "outbound": state.outbound, "embedding_turn": asyncio.Lock()}


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
