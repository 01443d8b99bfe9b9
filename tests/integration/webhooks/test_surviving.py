"""None is lost: a receiver that fails three times out of ten, and a courier killed between the answer and the commit."""

import asyncio
import hashlib
import os
import signal
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from control_plane.db.models import WebhookDelivery, WebhookEvent
from control_plane.db.unit import open_unit
from control_plane.kit.ids import new_id
from control_plane.webhooks.courier import LEASE, Courier
from control_plane.webhooks.events import Happening, emit_all
from tests.fixtures.world import World
from tests.integration.webhooks.conftest import Message, Receiver

ROOT = Path(__file__).parents[3]
EVENTS = int(os.environ.get("WEBHOOK_EVENTS", "300"))
"""`WEBHOOK_EVENTS=10000` makes it the long form."""
FAILING = 30
"""Percent of all attempts."""


def fails(message_id: str, attempt: int) -> bool:
    """The same messages and attempts at every run, for any order of arrival."""
    return hashlib.sha256(f"{message_id}:{attempt}".encode()).digest()[0] < 256 * FAILING / 100


@pytest.mark.timeout(1800)
async def test_none_is_lost_and_repeats_carry_the_same_id(world: World, courier: Courier, receiver: Receiver, database: str) -> None:
    await world.ours.post("/webhook-endpoints", {"url": receiver.url})
    async with open_unit(world.app.state.sessions, world.queue, world.clock, actor="system") as unit:
        happened = [Happening(world.ours.workspace_id, {"contact_id": new_id()}) for _ in range(EVENTS)]
        await emit_all(unit, "contact.created", happened)
    expected = {str(each.id) for each in happened}
    arrived, attempts = Counter[str](), Counter[str]()
    killed_at: list[str] = []
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.webhooks.courier_process", database),
        *(world.app.state.settings.encryption_key, world.clock.now().isoformat()),
        cwd=ROOT,
        # Its output is nobody's: an event loop of a test waits for what a killed child leaves.
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )

    def answer(message: Message) -> str:
        message_id = message.headers["webhook-id"]
        attempts[message_id] += 1
        if fails(message_id, attempts[message_id]):
            return "500 No"
        arrived[message_id] += 1
        if sum(arrived.values()) == EVENTS // 3 and not killed_at:
            # It has taken the message; whoever sent it will never write that down.
            killed_at.append(message_id)
            child.send_signal(signal.SIGKILL)
        return "204 No Content"

    receiver.answer = answer
    async with asyncio.timeout(900):
        assert await child.wait() == -signal.SIGKILL
    assert len(arrived) < EVENTS
    world.clock.advance(LEASE)
    for _ in range(20):
        if not await _pending(world):
            break
        await courier.run(600)
        world.clock.advance(LEASE + timedelta(hours=36))
    assert await _pending(world) == 0
    assert set(arrived) == expected
    assert arrived[killed_at[0]] == 2
    by_id = {(message.headers["webhook-id"], message.body) for message in receiver.messages}
    assert len(by_id) == EVENTS
    async with world.app.state.sessions() as session:
        assert {str(row) for row in await session.scalars(select(WebhookEvent.id))} == expected


async def _pending(world: World) -> int:
    async with world.app.state.sessions() as session:
        return await session.scalar(select(func.count()).where(WebhookDelivery.state != "delivered")) or 0
