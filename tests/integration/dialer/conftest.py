"""A dialer over a real database and the telephony port's second implementation."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from control_plane.calls.agent_service import AgentService
from control_plane.calls.leases import DIAL_MARGIN
from control_plane.db.models import Call, Campaign, Enrollment
from control_plane.db.session import create_engine, create_sessions
from control_plane.dialer import place
from control_plane.dialer.claim import tick
from control_plane.dialer.context import Dialer
from control_plane.dialer.sweep import sweep
from control_plane.kit.clock import SystemClock
from control_plane.kit.queue import RememberingQueue
from sip_config.codec import decode
from sip_config.contract import CallEvent, CallReport, DispatchTicket, EventKind
from sip_config.naming import room_name
from tests.factories import rows
from tests.fakes.telephony import FakeTelephony

STILL_THERE = timedelta(hours=1)
"""Agent workers report from the future: they do not vanish from a test that a slow machine takes its time for."""


@dataclass
class Bench:
    """The dialer with its surroundings, driven by hand: nothing happens unless the test says so."""

    dialer: Dialer
    telephony: FakeTelephony
    queue: RememberingQueue
    engine: AsyncEngine

    async def make_world(self, *numbers: str, slots: int = 4, **columns: Any) -> rows.World:
        """A running campaign with one waiting contact per number and one agent worker."""
        async with self.dialer.sessions.begin() as session:
            made = await rows.world(session, **columns)
            for number in numbers:
                await rows.enrollment(session, made, number)
            await rows.agent_worker(session, slots=slots, heartbeat_at=datetime.now(UTC) + STILL_THERE)
        return made

    async def calls(self) -> list[Call]:
        async with self.dialer.sessions() as session:
            return list(await session.scalars(select(Call).order_by(Call.id)))

    async def enrollments(self) -> list[Enrollment]:
        async with self.dialer.sessions() as session:
            return list(await session.scalars(select(Enrollment).order_by(Enrollment.id)))

    async def tick(self) -> int:
        return await tick(self.dialer)

    async def claim_all(self) -> None:
        """Claim what slots and limits allow, as a campaign does that has warmed up."""
        while await self.tick():
            async with self.dialer.sessions.begin() as session:
                await session.execute(update(Campaign).values(warm_since=datetime(2026, 1, 1, tzinfo=UTC), updated_at=Campaign.updated_at))

    async def sweep(self) -> int:
        return await sweep(self.dialer)

    async def dispatch(self, call: Call) -> DispatchTicket:
        await place.dispatch(self.dialer, call.id)
        return decode(DispatchTicket, self.telephony.room_of[room_name(str(call.id))].agent_metadata)

    async def agent_says(self, ticket: DispatchTicket, kind: EventKind, **data: Any) -> None:
        event = CallEvent(f"{kind}-{len(self.queue.sent)}", kind, datetime.now(UTC), ticket.generation, data)
        async with self.dialer.unit() as unit:
            await AgentService(unit, _uuid(ticket), ticket.token).take_events([event])

    async def agent_reports(self, ticket: DispatchTicket, report: CallReport) -> None:
        async with self.dialer.unit() as unit:
            await AgentService(unit, _uuid(ticket), ticket.token).take_report(report)

    async def ready_call(self) -> tuple[Call, DispatchTicket]:
        """Claim the only due row and bring its agent to ready."""
        await self.tick()
        call = next(call for call in await self.calls() if call.state == "queued")
        ticket = await self.dispatch(call)
        await self.agent_says(ticket, EventKind.READY)
        return call, ticket

    async def make_due(self) -> None:
        """Whoever waits is due now."""
        async with self.dialer.sessions.begin() as session:
            for enrollment in await session.scalars(select(Enrollment).where(Enrollment.state == "waiting")):
                enrollment.due_at = datetime(2026, 1, 1, tzinfo=UTC)

    async def let_leases_expire(self) -> None:
        async with self.dialer.sessions.begin() as session:
            for call in await session.scalars(select(Call).where(Call.lease_until.is_not(None))):
                call.lease_until = datetime(2026, 1, 1, tzinfo=UTC)

    async def let_ringing_times_pass(self) -> None:
        """Every dial is so long ago that its phone has had its time to ring, and LiveKit to answer."""
        async with self.dialer.sessions.begin() as session:
            for call in await session.scalars(select(Call).where(Call.dialing_at.is_not(None))):
                assert call.dialing_at is not None
                call.dialing_at -= timedelta(seconds=call.ringing_timeout_s) + DIAL_MARGIN


def _uuid(ticket: DispatchTicket) -> uuid.UUID:
    return uuid.UUID(ticket.call_id)


@pytest.fixture
async def bench(database: str) -> AsyncIterator[Bench]:
    engine = create_engine(database)
    telephony, queue = FakeTelephony(), RememberingQueue()
    try:
        # A busy machine may stand still anywhere; what follows from that is the subject of tests of its own.
        patience = {"ramp": timedelta(0), "punctual": timedelta(minutes=1), "send_within": timedelta(minutes=1)}
        yield Bench(Dialer(create_sessions(engine, "bench"), queue, SystemClock(), telephony, **patience), telephony, queue, engine)
    finally:
        await engine.dispose()
