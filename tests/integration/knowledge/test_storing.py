"""A document is stored while somebody changes what it is stored in: one waits for the other, and never each for each."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from sqlalchemy import text

from control_plane.db.models import KnowledgeDocument
from control_plane.knowledge.repository import ReadingRepository
from tests.fixtures.api import Api
from tests.integration.knowledge.conftest import base, found, read_all, uploaded


async def until_waiting(api: Api) -> None:
    """Until a session of this database waits for a lock."""
    waiting = text("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
    async with asyncio.timeout(60):
        while True:
            # Within one transaction the answer would stay the same.
            async with api.sessions() as session:
                if await session.scalar(waiting):
                    return
            await asyncio.sleep(0.02)


async def while_stored(api: Api, document_id: str, act: Coroutine[Any, Any, Any]) -> Any:
    """What `act` answers that begins when the document is locked, and waits when its passages are stored."""
    async with asyncio.TaskGroup() as tasks, api.sessions.begin() as session:
        row = await session.get_one(KnowledgeDocument, document_id, with_for_update=True)
        acting = tasks.create_task(act)
        await until_waiting(api)
        await ReadingRepository(session).replace_chunks(row, "english", [("", None, "The first version.")], api.clock.now())
    return acting.result()


async def test_the_next_version_is_taken_while_the_former_is_stored(api: Api) -> None:
    base_id = await base(api)
    first = await uploaded(api, base_id, "a.txt", "The first version.")
    second = await while_stored(api, first["id"], uploaded(api, base_id, "a.txt", "The second version."))
    assert (second["id"], second["state"], second["chunks"]) == (first["id"], "queued", 1)
    await read_all(api)
    assert [hit["text"] for hit in await found(api, base_id, "version")] == ["The second version."]


async def test_a_base_is_deleted_while_a_document_of_it_is_stored(api: Api) -> None:
    base_id = await base(api)
    made = await uploaded(api, base_id, "a.txt", "The first version.")
    answer = await while_stored(api, made["id"], api.manager.delete(f"/knowledge/{base_id}"))
    assert answer.status_code == 204


@pytest.mark.parametrize("question", ["What is the check-in time for members of the gold club?", "check-in - time"])
async def test_a_hyphen_or_a_dash_asks_for_no_more_than_the_words(api: Api, question: str) -> None:
    base_id = await base(api)
    await uploaded(api, base_id, "stay.md", "# Arrival\nCheck-in time is 3 pm for members of a club.\n# Leaving\nThe pool closes at noon.")
    await read_all(api)
    assert [hit["heading"] for hit in await found(api, base_id, question)] == ["Arrival"]
