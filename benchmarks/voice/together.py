"""Several calls at once: how many talk while the machine stays at most 70 % busy and callees wait no longer than they may.

Callees' phones, stand-in models and LiveKit run on the same cores and take their part of the 70 %; it is told what each takes.
"""

import asyncio
import dataclasses
import os
import time
from collections.abc import Mapping, Sequence
from itertools import takewhile

from benchmarks.voice.ground import HEARTBEAT_EVERY_S, Ground, ground, listener, script
from benchmarks.voice.load import cpu_s, machine_s, memory_mb, named, until_still
from benchmarks.voice.taken import Taken, at
from rehearsal.scripts import Script
from sip_config.contract import CallOrder
from tests.integration.agent_worker.harness import Heard, Kept

FEWEST, MOST = 2, 6
SEEKING_TURNS, TURNS, ROUNDS = 6, 8, 2
A_TURN_S = 6.0
"""Callees begin over one turn, evenly, or all would speak in the same moment."""
CONNECTS_S = 3.0
"""After which who was called last has answered, and all talk."""
WANTED_BUSY, WANTED_P50_S, WANTED_P95_S = 0.7, 0.8, 1.2
WANTED_FIRST_S, WANTED_SILENT_S = 1.0, 0.3


@dataclasses.dataclass
class Crowd(Taken):
    """Of all calls of one agent at once. `cores_of` has core seconds while all talk, of the machine and of what is on it."""

    cores_of: dict[str, float] = dataclasses.field(default_factory=lambda: dict.fromkeys(("machine", "models", "LiveKit", "phones"), 0.0))
    machine_s: float = 0.0
    all_talked_s: float = 0.0
    first_s: list[float] = dataclasses.field(default_factory=list)
    silent_s: list[float] = dataclasses.field(default_factory=list)

    @property
    def busy(self) -> float:
        """Of the machine, 0 to 1."""
        return self.cores_of["machine"] / self.machine_s if self.machine_s else float("nan")

    def part(self, name: str) -> float:
        """Cores that `name` took while all talked."""
        return self.cores_of[name] / self.all_talked_s if self.all_talked_s else float("nan")

    def broken(self) -> str:
        """Which bound does not hold; empty where all do."""
        bounds = (
            ("the machine's load", self.busy, WANTED_BUSY),
            ("the median answer", self.wait_s(0.5), WANTED_P50_S),
            ("the p95 of answers", self.wait_s(0.95), WANTED_P95_S),
            ("the p95 of first words", at(0.95, self.first_s), WANTED_FIRST_S),
            ("the p95 of first words to who is silent", at(0.95, self.silent_s), WANTED_SILENT_S),
        )
        return next((f"{name}, {value:.2f} (at most {bound})" for name, value, bound in bounds if value > bound), "")


@dataclasses.dataclass(frozen=True)
class Together:
    """What was found: ours with each number of calls that was tried, then ours and the minimal agent's with the largest that kept all
    bounds (with the fewest where none did)."""

    tried: dict[int, Crowd]
    calls: int
    ours: Crowd
    minimal: Crowd


async def measure(most: int = MOST, rounds: int = ROUNDS) -> Together:
    tried = await _rise(most)
    calls = most_that_hold(tried)
    ours, minimal = Crowd(), Crowd()
    async with ground(slots=calls) as stood_on:
        for _ in range(rounds):
            await talk(stood_on, calls, script(TURNS), ours, is_ours=True)
            await talk(stood_on, calls, script(TURNS), minimal, is_ours=False)
        # Who spoke first before all the others did tells nothing of a full load.
        ours.first_s.clear()
        for _ in range(rounds):
            await begin_beside(stood_on, calls - 1, ours)
    return Together(tried, calls, ours, minimal)


async def _rise(most: int) -> dict[int, Crowd]:
    """One call more at a time, until the machine is busier than wanted; a bound of waiting that breaks before does not end it."""
    tried: dict[int, Crowd] = {}
    async with ground(slots=most) as stood_on:
        for calls in range(FEWEST, most + 1):
            tried[calls] = Crowd()
            await talk(stood_on, calls, script(SEEKING_TURNS), tried[calls], is_ours=True)
            if tried[calls].busy > WANTED_BUSY:
                break
    return tried


def most_that_hold(tried: Mapping[int, Crowd]) -> int:
    """The number of calls before the first that broke a bound, and no less than the fewest."""
    held = list(takewhile(lambda calls: not tried[calls].broken(), sorted(tried)))
    return max((FEWEST, *held))


async def talk(stood_on: Ground, calls: int, asking: Script, crowd: Crowd, *, is_ours: bool) -> None:
    """That many calls from beginning to end; what is used counts from when all have answered until the first hangs up."""
    orders = [stood_on.set_up.order(heartbeat_every_s=HEARTBEAT_EVERY_S) for _ in range(calls)]
    kept = await _send(stood_on, orders, is_ours=is_ours)
    await until_still()
    callees = [asyncio.create_task(_callee(stood_on, order, asking, A_TURN_S * i / calls)) for i, order in enumerate(orders)]
    await asyncio.sleep(A_TURN_S * (calls - 1) / calls + CONNECTS_S)
    before, began = _used(stood_on, is_ours=is_ours), time.monotonic()
    await asyncio.wait(callees, return_when=asyncio.FIRST_COMPLETED)
    _add(crowd, before, _used(stood_on, is_ours=is_ours), time.monotonic() - began, calls)
    crowd.memory_mb = max(crowd.memory_mb, memory_mb(stood_on.worker(is_ours=is_ours), calls))
    for heard in await asyncio.gather(*callees):
        crowd.heard(heard)
        if is_ours:
            crowd.first_s.append(heard.first_audio_after_due_s)
    await _end(stood_on, orders, kept)
    name = "ours" if is_ours else "minimal"
    waits = f"{len(crowd.waits_s)} answers, p50 {crowd.wait_s(0.5):.2f} s, p95 {crowd.wait_s(0.95):.2f} s, {crowd.unanswered} without"
    print(f"{calls} at once, {name}: {crowd.busy:.0%} busy, {crowd.cores:.3f} core each, {waits}", flush=True)


async def begin_beside(stood_on: Ground, others: int, crowd: Crowd) -> None:
    """One call after the other begins while `others` talk, in turns with somebody who says "Hello?" and with somebody silent."""
    orders = [stood_on.set_up.order(heartbeat_every_s=HEARTBEAT_EVERY_S) for _ in range(others)]
    kept = await _send(stood_on, orders, is_ours=True)
    await until_still()
    callees = [asyncio.create_task(_callee(stood_on, order, script(), A_TURN_S * i / others)) for i, order in enumerate(orders)]
    await asyncio.sleep(A_TURN_S)
    is_silent = len(crowd.silent_s) < len(crowd.first_s)
    while not any(callee.done() for callee in callees):
        _, heard = await stood_on.set_up.call(listener(is_silent=is_silent), heartbeat_every_s=HEARTBEAT_EVERY_S)
        if not any(callee.done() for callee in callees):
            (crowd.silent_s if is_silent else crowd.first_s).append(heard.first_audio_after_due_s)
            is_silent = not is_silent
    await asyncio.gather(*callees)
    await _end(stood_on, orders, kept)
    print(f"beside {others}: {crowd.first_s} s after first words, {crowd.silent_s} s where nobody spoke", flush=True)


async def _send(stood_on: Ground, orders: Sequence[CallOrder], *, is_ours: bool) -> list[Kept]:
    if is_ours:
        return [await stood_on.set_up.dispatch(order) for order in orders]
    for order in orders:
        await stood_on.send_minimal(order)
    return []


async def _end(stood_on: Ground, orders: Sequence[CallOrder], kept: Sequence[Kept]) -> None:
    for call in kept:
        await asyncio.wait_for(call.reported.wait(), 90)
    if not kept:
        for order in orders:
            await stood_on.close_minimal(order)


async def _callee(stood_on: Ground, order: CallOrder, asking: Script, after_s: float) -> Heard:
    await asyncio.sleep(after_s)
    return await stood_on.set_up.be_callee(order, asking, asking.behaviour(1))


def _used(stood_on: Ground, *, is_ours: bool) -> dict[str, float]:
    """Core seconds so far; the phones are in the benchmark's own process."""
    busy, total = machine_s()
    return {
        "agent": cpu_s(stood_on.worker(is_ours=is_ours)),
        "models": cpu_s(stood_on.set_up.models_pid),
        "LiveKit": cpu_s(named(os.getpid(), "livekit-server")),
        "phones": time.process_time(),
        "machine": busy,
        "all": total,
    }


def _add(crowd: Crowd, before: dict[str, float], after: dict[str, float], seconds: float, calls: int) -> None:
    used = {name: after[name] - before[name] for name in after}
    crowd.cpu_s += used["agent"]
    crowd.talked_s += seconds * calls
    crowd.all_talked_s += seconds
    crowd.machine_s += used["all"]
    for name in crowd.cores_of:
        crowd.cores_of[name] += used[name]
