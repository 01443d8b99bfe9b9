"""A stop that commits while an INVITE is about to leave: it stays, costs no attempt, and the contact is due again."""

import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Call, Campaign, Installation, Workspace
from control_plane.dialer import place
from control_plane.telephony.port import Leg
from sip_config.naming import room_name
from tests.fakes.telephony import FakeTelephony
from tests.integration.dialer.conftest import Bench

NUMBER = "+12025550101"
Stop = Callable[[AsyncSession, uuid.UUID], Awaitable[object]]


class Interrupted(FakeTelephony):
    """Something happens between the commit of `dialing` and the INVITE: while the dialer looks into the room."""

    def __init__(self, happening: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self._happening = happening

    async def legs(self, room: str) -> tuple[Leg, ...]:
        await self._happening()
        return await super().legs(room)


async def pause(session: AsyncSession, _call_id: uuid.UUID) -> None:
    await session.execute(update(Campaign).values(execution_status="paused"))


async def halt_the_workspace(session: AsyncSession, _call_id: uuid.UUID) -> None:
    await session.execute(update(Workspace).values(is_halted=True))


async def halt_the_installation(session: AsyncSession, _call_id: uuid.UUID) -> None:
    await session.execute(insert(Installation).values(id=1, is_halted=True, halted_reason="test"))


async def end_the_call(session: AsyncSession, call_id: uuid.UUID) -> None:
    await session.execute(update(Call).where(Call.id == call_id).values(ended_by_request=True))


async def give_the_dial_up(session: AsyncSession, call_id: uuid.UUID) -> None:
    """As the sweep does with a dial whose process was stopped for long."""
    values = {"state": "lost", "lease_epoch": Call.lease_epoch + 1, "ended_at": datetime.now(UTC)}
    await session.execute(update(Call).where(Call.id == call_id).values(**values))


@pytest.mark.parametrize("stop", [pause, halt_the_workspace, halt_the_installation, end_the_call, give_the_dial_up])
async def test_nothing_leaves_after_a_stop_that_comes_between_the_last_gate_and_the_invite(bench: Bench, stop: Stop) -> None:
    await bench.make_world(NUMBER)
    call, _ = await bench.ready_call()

    async def happening() -> None:
        async with bench.dialer.sessions.begin() as session:
            await stop(session, call.id)

    interrupted = Interrupted(happening)
    interrupted.room_of = bench.telephony.room_of
    bench.telephony = bench.dialer.telephony = interrupted
    await place.place(bench.dialer, call.id)
    assert interrupted.sent == []
    (stayed,) = await bench.calls()
    assert stayed.state == ("lost" if stop is give_the_dial_up else "released")


async def test_a_stop_between_gate_and_invite_costs_no_attempt(bench: Bench) -> None:
    await bench.make_world(NUMBER)
    call, _ = await bench.ready_call()

    async def happening() -> None:
        async with bench.dialer.sessions.begin() as session:
            await pause(session, call.id)

    interrupted = Interrupted(happening)
    interrupted.room_of = bench.telephony.room_of
    bench.telephony = bench.dialer.telephony = interrupted
    await place.place(bench.dialer, call.id)
    ((stayed,), (enrollment,)) = await bench.calls(), await bench.enrollments()
    assert (stayed.network_result, stayed.counts_as_attempt) == (None, False)
    assert (enrollment.state, enrollment.attempts) == ("waiting", 0)
    assert room_name(str(call.id)) not in interrupted.room_of
