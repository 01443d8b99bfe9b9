"""What is done to the platform and when: a pure function of the seed. What a fault hits at its moment depends on the machine."""

import random
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    KILL = "kill"
    STOP = "stop"
    POSTGRES_RESTART = "restart PostgreSQL (fast shutdown)"
    POSTGRES_CRASH = "kill PostgreSQL"
    REDIS_RESTART = "restart Redis"
    REDIS_LOSS = "kill Redis and delete its data"
    TELEPHONY_REFUSES = "telephony refuses"
    TELEPHONY_HANGS = "telephony hangs, then does it after all"
    TELEPHONY_LATE = "telephony answers after the client gave up"
    TELEPHONY_DROPS = "telephony drops the connection after the INVITE"


MODES = {
    Kind.TELEPHONY_REFUSES: "refuse",
    Kind.TELEPHONY_HANGS: "hang",
    Kind.TELEPHONY_LATE: "late",
    Kind.TELEPHONY_DROPS: "drop",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """At `at_s` seconds, to process `target` (empty where the kind says it), lasting `for_s`."""

    at_s: float
    kind: Kind
    target: str = ""
    for_s: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.kind} {self.target.rstrip('0123456789-')}".strip()


@dataclass(frozen=True, slots=True)
class Shape:
    """How big and how rough a run is. Times in seconds."""

    contacts: int
    lasts_s: float
    every_s: tuple[float, float]
    stops_s: tuple[float, float]
    task_workers: int
    agents: int
    slots_per_agent: int
    lines: int
    calls_per_second: int
    max_total: int = 3

    @property
    def slots(self) -> int:
        return self.agents * self.slots_per_agent


QUICK = Shape(80, 38, (1.0, 2.2), (3, 8), task_workers=2, agents=2, slots_per_agent=4, lines=40, calls_per_second=5)


def long(contacts: int, minutes: float) -> Shape:
    return Shape(contacts, minutes * 60, (1, 3), (5, 30), task_workers=3, agents=3, slots_per_agent=8, lines=200, calls_per_second=10)


def faults(seed: int, shape: Shape) -> list[Fault]:
    """Every kind comes once before any comes twice, in an order that the seed shuffles."""
    chance, planned, deck, at = random.Random(seed), [], [], 2.0
    while at < shape.lasts_s - 1:
        if not deck:
            deck = _deck(shape)
            chance.shuffle(deck)
        kind, target = deck.pop()
        longest = shape.lasts_s - at
        planned.append(Fault(round(at, 2), kind, target, round(min(longest, chance.uniform(*shape.stops_s)), 2)))
        at += chance.uniform(*shape.every_s)
    return planned


def _deck(shape: Shape) -> list[tuple[Kind, str]]:
    workers = [f"task-worker-{i}" for i in range(shape.task_workers)]
    agents = [f"agent-{i}" for i in range(shape.agents)]
    cards = [(kind, name) for kind in (Kind.KILL, Kind.STOP) for name in (*workers, *agents, "api", "network")]
    return cards + [(Kind.STOP, "redis")] + [(kind, "") for kind in Kind if kind not in (Kind.KILL, Kind.STOP)]
