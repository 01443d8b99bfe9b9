"""Whoever reads a list page by page while others write sees each row that is there all the time, once, newest first."""

import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import update

from control_plane.db.models import Trunk
from tests.fixtures.world import World, world

__all__ = ["world"]
ROWS, MOST_PER_PAGE, MOST_WRITES = 10, 3, 2
Act = Callable[[str], Awaitable[Any]]


@dataclass(frozen=True)
class List:
    """A list, and how its rows come, change and go."""

    path: str
    make: Callable[[int], Awaitable[str]]
    change: Act
    drop: Act | None = None
    filters: dict[str, str] = field(default_factory=dict)


async def contacts(world: World) -> List:
    people = await world.contact_list()

    async def make(i: int) -> str:
        body = {"name": f"P{i}", "phones": [{"e164": number(i)}, {"e164": number(i + 200)}], "contact_list_ids": [people]}
        return (await world.ours.post("/contacts", body))["id"]

    return List("/contacts", make, renamed(world, "/contacts"), dropped(world, "/contacts"), {"contact_list_id": people})


async def contact_lists(world: World) -> List:
    async def make(i: int) -> str:
        return (await world.ours.post("/contact-lists", {"name": f"L{i}"}))["id"]

    return List("/contact-lists", make, renamed(world, "/contact-lists"), dropped(world, "/contact-lists"))


async def campaigns(world: World) -> List:
    given = {
        "assistant_id": await world.assistant(),
        "number_ids": [await world.number()],
        "contact_list_ids": [await world.contact_list()],
    }

    async def make(i: int) -> str:
        return (await world.campaign(name=f"C{i}", **given))["id"]

    return List("/campaigns", make, renamed(world, "/campaigns"), dropped(world, "/campaigns"))


async def enrollments(world: World) -> List:
    campaign = await world.campaign()
    await world.ours.post(f"/campaigns/{campaign['id']}/start", status=200)
    path = f"/campaigns/{campaign['id']}/enrollments"

    async def make(i: int) -> str:
        person = await world.ours.post("/contacts", {"name": f"P{i}", "phones": [{"e164": number(i)}]})
        await world.ours.post(f"/campaigns/{campaign['id']}/contacts", {"contact_ids": [person["id"]]})
        return (await world.ours.get(path, limit=1))["items"][0]["id"]

    async def skip(subject: str) -> None:
        await world.ours.client.post(f"/api/v1/enrollments/{subject}/skip")

    return List(path, make, skip)


async def calls(world: World) -> List:
    assistant, caller = await world.assistant(), await world.number(synced=True)
    async with world.app.state.sessions.begin() as session:
        await session.execute(update(Trunk).values(livekit_outbound_trunk_id="ST_test"))

    async def make(i: int) -> str:
        body = {"to": number(i), "assistant_id": assistant, "from_number_id": caller}
        return (await world.ours.post("/calls", body, status=202))["id"]

    async def end(subject: str) -> None:
        await world.ours.client.post(f"/api/v1/calls/{subject}/end")

    return List("/calls", make, end)


async def suppressions(world: World) -> List:
    async def make(i: int) -> str:
        return (await world.ours.post("/suppressions", {"e164": number(i), "reason": "asked"}))["id"]

    async def again(subject: str) -> None:
        await world.ours.get(f"/suppressions/{subject}")

    return List("/suppressions", make, again, dropped(world, "/suppressions"))


@pytest.mark.parametrize("made", [contacts, contact_lists, campaigns, enrollments, calls, suppressions])
async def test_no_row_that_is_there_all_the_time_is_skipped_or_repeated(world: World, made: Callable[[World], Awaitable[List]]) -> None:
    subject, chance, fresh = await made(world), random.Random(6), iter(range(200))
    there = {await subject.make(next(fresh)) for _ in range(ROWS)}
    before, seen, cursor, is_last = set(there), [], {}, False
    while not is_last:
        page = await world.ours.get(subject.path, limit=chance.randint(1, MOST_PER_PAGE), **cursor, **subject.filters)
        seen += [item["id"] for item in page["items"]]
        cursor, is_last = {"cursor": page["next_cursor"]}, page["next_cursor"] is None
        for _ in range(chance.randint(1, MOST_WRITES)):
            await write(subject, there, chance, fresh)
    stayed = before & there
    assert len(stayed) > 1
    assert [each for each in seen if each in stayed] == sorted(stayed, reverse=True)
    assert len(set(seen)) == len(seen)


async def write(subject: List, there: set[str], chance: random.Random, fresh: Iterator[int]) -> None:
    """One row comes, changes or goes; `there` follows."""
    what = chance.choice(["make", "make", "change", "drop"])
    if what == "make":
        there.add(await subject.make(next(fresh)))
    elif what == "change" or subject.drop is None:
        await subject.change(chance.choice(sorted(there)))
    else:
        gone = chance.choice(sorted(there))
        await subject.drop(gone)
        there.remove(gone)


def number(i: int) -> str:
    """A fictional one: each area has a hundred."""
    return f"+1{(202, 212, 213, 214)[i // 100]}55501{i % 100:02}"


def renamed(world: World, path: str) -> Act:
    async def rename(subject: str) -> None:
        await world.ours.patch(f"{path}/{subject}", {"name": "Other"})

    return rename


def dropped(world: World, path: str) -> Act:
    async def drop(subject: str) -> None:
        await world.ours.delete(f"{path}/{subject}")

    return drop
