"""What a carrier sees of a trunk's pace: several placing processes and one row.

Each process notes when the request for an INVITE leaves it, and on the real livekit-server its SIP service notes when it arrives. The
port's second implementation is there for rates that livekit-server would not keep up with on the same machine.
"""

import asyncio
import multiprocessing
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from benchmarks.network import Network, network
from benchmarks.stage import Stage, database, stage
from control_plane.db.models import Call, Trunk
from control_plane.db.session import create_engine, create_sessions
from control_plane.dialer import place
from control_plane.dialer.claim import tick
from control_plane.dialer.context import Dialer
from control_plane.domain.pacing import most_waiting_for_token
from control_plane.kit.clock import SystemClock
from control_plane.kit.garbage import set_aside_what_is_there
from control_plane.kit.queue import RememberingQueue
from control_plane.telephony.livekit import LiveKitTelephony
from control_plane.telephony.port import TURNED_AWAY, DialResult, Dispatch, Leg, PermittedDial, Refused
from sip_config.naming import room_name
from tests.fakes.telephony import FakeTelephony
from tests.fixtures.services import LiveKitService

MEASURED_S = 60
"""The pace is to be used over a minute."""
WARM_UP = 4
"""Calls that each process places first and that are not counted: what it has to read and prepare once is no matter of the pace."""
STARTING_S = 120
NO_ANSWER = Refused(480, "Temporarily Unavailable", "resource_exhausted")
AGENT = (Leg("agent", is_agent=True, is_phone=False, call_status=""),)


class Noting(FakeTelephony):
    """Nobody is at home; `sent_at` is CLOCK_MONOTONIC, which all processes of a machine share."""

    def __init__(self) -> None:
        super().__init__()
        self.sent_at: list[float] = []

    async def legs(self, room: str) -> tuple[Leg, ...]:
        return AGENT

    async def dial(self, order: PermittedDial) -> DialResult:
        if not order.door.passes():
            return TURNED_AWAY
        self.sent_at += _instant_of(order)
        return NO_ANSWER


class WithoutAgents(LiveKitTelephony):
    """LiveKit's own implementation, in rooms where nobody waits: the look for an agent is made and its answer not believed."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        super().__init__(url, key, secret)
        self.sent_at: list[float] = []

    async def legs(self, room: str) -> tuple[Leg, ...]:
        await super().legs(room)
        return AGENT

    async def dial(self, order: PermittedDial) -> DialResult:
        result = await super().dial(order)
        self.sent_at += _instant_of(order)
        return result


def _instant_of(order: PermittedDial) -> list[float]:
    """When the first byte left; empty when none has."""
    return [] if order.door.passed_at is None else [order.door.passed_at]


@dataclass(frozen=True)
class Pace:
    wanted_per_second: float
    workers: int
    network: str
    calls: int
    sent: int
    most_in_a_second: int
    most_arrived_in_a_second: int
    """At the SIP service, after livekit-server; as sent where there is none."""
    used: float


@dataclass(frozen=True)
class Part:
    """What one process places, and where: without a service on the port's second implementation."""

    url: str
    service: LiveKitService | None
    calls: Sequence[uuid.UUID]
    at_once: int
    """So many of them wait for their turns: the process's share of those that the claim lets wait for a trunk."""


async def measure(per_second: float, seconds: float, workers: int) -> Pace:
    """On the port's second implementation."""
    calls = int(per_second * seconds)
    sent = await _place_all(per_second, calls, workers, None)
    return _pace(per_second, workers, "the second implementation", calls, sent, sent)


async def measure_on_livekit(per_second: float, seconds: float, workers: int) -> Pace:
    """On livekit-server."""
    calls = int(per_second * seconds)
    async with network() as real:
        sent = await _place_all(per_second, calls, workers, real)
        return _pace(per_second, workers, "livekit-server", calls, sent, sorted(real.arrived))


def _pace(per_second: float, workers: int, name: str, calls: int, sent: Sequence[float], arrived: Sequence[float]) -> Pace:
    used = (len(sent) - 1) / (sent[-1] - sent[0]) / per_second if len(sent) > 1 else 0.0
    return Pace(per_second, workers, name, calls, len(sent), _most_in_a_second(sent), _most_in_a_second(arrived), used)


def _most_in_a_second(instants: Sequence[float]) -> int:
    return max((sum(1 for at in instants[i:] if at < begin + 1.0) for i, begin in enumerate(instants)), default=0)


async def _place_all(per_second: float, calls: int, workers: int, real: Network | None) -> list[float]:
    with database() as url:
        placed = calls + workers * WARM_UP
        async with stage(url, placed, slots=placed, calls_per_second=99_999) as made:
            waiting = await ready(made, placed)
            async with made.dialer.sessions.begin() as session:
                await session.execute(update(Trunk).values(calls_per_second=Decimal(str(per_second))))
            if real is not None:
                await real.join(made)
            spawn = multiprocessing.get_context("spawn")
            with spawn.Pool(workers, _begin_with, (spawn.Barrier(workers),)) as pool:
                at_once = -(-most_waiting_for_token(per_second) // workers)
                parts = [Part(url, real.service if real else None, waiting[n::workers], at_once) for n in range(workers)]
                return sorted(at for part in await asyncio.to_thread(pool.map, place_some, parts) for at in part)


async def ready(made: Stage, calls: int) -> Sequence[uuid.UUID]:
    """So many calls, claimed and with an agent that waits."""
    claimed = 0
    while claimed < calls and (more := await tick(made.dialer)):
        claimed += more
    async with made.dialer.sessions.begin() as session:
        now = datetime.now(UTC)
        await session.execute(update(Call).values(state="ready", ready_at=now, lease_until=now + timedelta(minutes=5)))
        return list(await session.scalars(select(Call.id).order_by(Call.id)))


def _begin_with(all_warm: Any) -> None:
    """A process of the pool: nobody begins before all have warmed up."""
    _all_warm.append(all_warm)


_all_warm: list[Any] = []


def place_some(part: Part) -> list[float]:
    """One process: places its calls; the instants at which they were sent."""
    return asyncio.run(_place_some(part))


async def _place_some(part: Part) -> list[float]:
    set_aside_what_is_there()
    engine = create_engine(part.url)
    noting, service = Noting(), part.service
    places = asyncio.Semaphore(part.at_once)
    real = None if service is None else WithoutAgents(service.url, service.key, service.secret)
    dialer = Dialer(create_sessions(engine, "benchmark"), RememberingQueue(), SystemClock(), real or noting)
    try:
        if real is not None:
            for call in part.calls:
                await real.dispatch(Dispatch(room_name(str(call)), "{}", place.EMPTY_TIMEOUT_S, place.DEPARTURE_TIMEOUT_S))
        await asyncio.gather(*(place.place(dialer, call) for call in part.calls[:WARM_UP]))
        begun = len((real or noting).sent_at)
        await asyncio.to_thread(_all_warm[0].wait, STARTING_S)
        await asyncio.gather(*(_place_one(dialer, call, places) for call in part.calls[WARM_UP:]))
    finally:
        if real is not None:
            await real.aclose()
        await engine.dispose()
    return (real or noting).sent_at[begun:]


async def _place_one(dialer: Dialer, call: uuid.UUID, places: asyncio.Semaphore) -> None:
    async with places:
        await place.place(dialer, call)
