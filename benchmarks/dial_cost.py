"""Processor time of one dial, from `ready` to the settled answer: of the process that places it and of the database server.

A few calls at a time, as a process has them under way that shares a fast trunk with others; nobody is at home. On a machine that is busy
with other work the least of some turns is to be read.

    python -m benchmarks.dial_cost [CALLS OF A TURN] [TURNS]
"""

import asyncio
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from benchmarks.pacing import Noting, ready
from benchmarks.processor import cpu_of, server_of
from benchmarks.recording import recorded
from benchmarks.stage import database, stage
from control_plane.dialer import place
from control_plane.dialer.context import Dialer
from control_plane.kit.garbage import set_aside_what_is_there

AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of a call: least and median of the turns. `statements` without begins and ends of transactions."""

    process: list[float]
    server: list[float]
    statements: float


async def measure(calls: int = 60, turns: int = 5) -> Cost:
    """One turn more is placed first, to warm up."""
    spent: list[tuple[float, float]] = []
    with database() as url:
        async with stage(url, calls * (turns + 1), slots=calls * (turns + 1), calls_per_second=99_999) as made:
            waiting = await ready(made, calls * (turns + 1))
            # Turns that a busy machine has missed are another cost.
            dialer = replace(made.dialer, telephony=Noting(), punctual=timedelta(minutes=1), send_within=timedelta(minutes=1))
            async with dialer.sessions() as session:
                server = await server_of(session)
            set_aside_what_is_there()
            await _place_all(dialer, waiting[:calls])
            with recorded() as statements:
                for turn in range(1, turns + 1):
                    begun, postgres = time.process_time(), cpu_of(server)
                    await _place_all(dialer, waiting[calls * turn : calls * (turn + 1)])
                    spent.append((time.process_time() - begun, cpu_of(server) - postgres))
    each = 1000 / calls
    process, of_server = sorted(p * each for p, _ in spent), sorted(s * each for _, s in spent)
    return Cost(process, of_server, len(statements) / calls / turns)


async def _place_all(dialer: Dialer, calls: Sequence[uuid.UUID]) -> None:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(call: uuid.UUID) -> None:
        async with places:
            await place.place(dialer, call)

    await asyncio.gather(*(one(call) for call in calls))


def main() -> None:
    cost = asyncio.run(measure(*(int(each) for each in sys.argv[1:3])))
    for name, spent in (("placing process", cost.process), ("database server", cost.server)):
        print(f"{name}: {spent[0]:.1f} ms at least, {spent[len(spent) // 2]:.1f} ms in the median")
    print(f"statements: {cost.statements:.1f}")


if __name__ == "__main__":
    main()
