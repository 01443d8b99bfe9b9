"""How far an import has come is told while it runs, and its end ends the stream."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import text

from control_plane.contacts.import_stream import progress
from control_plane.contacts.tasks import run_import
from control_plane.kit.ids import new_id
from tests.fixtures.world import World

CONTENT = b"name,phone\nAda,+12025550101\nBob,x\n"


async def set_row(world: World, import_id: str, **values: Any) -> None:
    sets = ", ".join(f"{name} = :{name}" for name in values)
    async with world.app.state.sessions.begin() as session:
        await session.execute(text(f"update contact_import set {sets} where id = :id"), {**values, "id": import_id})


def events(body: str) -> list[tuple[str, dict[str, Any]]]:
    """Event and data of each message of a stream."""
    told = []
    for message in filter(None, body.replace("\r\n", "\n").split("\n\n")):
        fields = dict(line.split(": ", 1) for line in message.split("\n"))
        if "event" in fields:
            told.append((fields["event"], json.loads(fields["data"])))
    return told


async def test_each_change_is_told_once_and_the_end_is_the_last(world: World) -> None:
    accepted = await world.ours.upload(await world.contact_list(), CONTENT)
    stream = progress(world.app.state.sessions, world.ours.workspace_id, uuid.UUID(accepted["id"]), lambda: False, every_s=0.01)

    async def told() -> tuple[str | None, Any]:
        message = await anext(stream)
        return message.event, json.loads(message.data) if isinstance(message.data, bytes) else None

    assert await told() == ("progress", accepted)
    await set_row(world, accepted["id"], state="running")
    event, seen = await told()
    assert (event, seen["state"]) == ("progress", "running")
    await run_import(world.ctx, accepted["id"])
    event, seen = await told()
    assert (event, seen) == ("end", await world.ours.get(f"/imports/{accepted['id']}"))
    assert (seen["state"], seen["created"], seen["rejected"]) == ("completed", 1, 1)
    assert [left async for left in stream] == []


async def test_over_http_it_runs_until_the_import_has_ended(world: World) -> None:
    accepted = await world.ours.upload(await world.contact_list(), CONTENT)
    path = f"/api/v1/imports/{accepted['id']}/stream"
    answer, _ = await asyncio.gather(world.ours.client.get(path), run_import(world.ctx, accepted["id"]))
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [event for event, _ in events(answer.text)][-1] == "end"
    again = await world.ours.client.get(path)
    assert [(event, seen["state"]) for event, seen in events(again.text)] == [("end", "completed")]


async def test_a_list_that_is_deleted_meanwhile_ends_it_too(world: World) -> None:
    list_id = await world.contact_list()
    accepted = await world.ours.upload(list_id, CONTENT)
    stream = progress(world.app.state.sessions, world.ours.workspace_id, uuid.UUID(accepted["id"]), lambda: False, every_s=0.01)
    await anext(stream)
    await world.ours.delete(f"/contact-lists/{list_id}")
    assert [(message.event, message.data) async for message in stream] == [("end", b"{}")]


async def test_a_process_that_leaves_lets_its_listeners_go_without_an_end(world: World) -> None:
    accepted = await world.ours.upload(await world.contact_list(), CONTENT)
    stream = progress(world.app.state.sessions, world.ours.workspace_id, uuid.UUID(accepted["id"]), lambda: True, every_s=0.01)
    assert [message.event async for message in stream] == ["progress"]


async def test_a_workspace_has_so_many_streams_open_and_no_more(world: World) -> None:
    accepted = await world.ours.upload(await world.contact_list(), CONTENT)
    path, watchers = f"/imports/{accepted['id']}/stream", world.app.state.import_watchers
    watchers.most_of_space = 1

    def watched() -> AsyncIterator[Any]:
        space = world.ours.workspace_id
        return watchers.watch(space, progress(world.app.state.sessions, space, new_id(), lambda: False))

    held = watched()
    refused = await world.ours.get(path, 429)
    assert (refused["code"], refused["detail"].startswith("The workspace has 1 streams of imports")) == ("too_many_streams", True)
    await world.theirs.get(path, 404)
    assert [message.event async for message in held] == ["end"]
    # This one's client is gone before its answer begins.
    watched()
    await run_import(world.ctx, accepted["id"])
    for _ in range(2):
        assert "event: end" in (await world.ours.client.get(f"/api/v1{path}")).text


async def test_somebody_elses_import_is_not_there(world: World) -> None:
    accepted = await world.ours.upload(await world.contact_list(), CONTENT)
    await world.theirs.get(f"/imports/{accepted['id']}/stream", 404)


async def test_whoever_hangs_up_is_told_nothing_more_and_holds_no_connection(world: World) -> None:
    accepted = await world.ours.upload(await world.contact_list(), CONTENT)
    sent, first = [], asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not sent:
            return {"type": "http.request", "body": b"", "more_body": False}
        await first.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)
        if message.get("body"):
            first.set()

    headers = [(b"host", b"test"), (b"authorization", world.ours.client.headers["authorization"].encode())]
    path = f"/api/v1/imports/{accepted['id']}/stream"
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http", "path": path}
    scope |= {"raw_path": path.encode(), "query_string": b"", "headers": headers, "client": ("127.0.0.1", 1), "server": ("test", 80)}
    await asyncio.wait_for(world.app(scope | {"root_path": "", "extensions": {}, "state": {}}, receive, send), 30)  # pyright: ignore[reportArgumentType]
    assert b"event: progress" in b"".join(message.get("body", b"") for message in sent)
    assert world.app.state.engine.pool.checkedout() == 0
