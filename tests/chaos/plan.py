"""What is done to the platform and when: a pure function of the seed. What a fault hits at its moment depends on the machine."""

import random
from dataclasses import dataclass, replace
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
    PAUSE = "pause and resume the campaign"
    HALT_WORKSPACE = "halt and resume the workspace"
    HALT_INSTALLATION = "halt and resume the installation from the shell"
    LIVEKIT_CRASH = "kill livekit-server"
    LIVEKIT_RESTART = "restart livekit-server"


MODES = {
    Kind.TELEPHONY_REFUSES: "refuse",
    Kind.TELEPHONY_HANGS: "hang",
    Kind.TELEPHONY_LATE: "late",
    Kind.TELEPHONY_DROPS: "drop",
}
ONLY_ON_LIVEKIT = frozenset({Kind.LIVEKIT_CRASH, Kind.LIVEKIT_RESTART})
HALTS = (Kind.PAUSE, Kind.HALT_WORKSPACE, Kind.HALT_INSTALLATION)
HALT_S = (2.0, 5.0)
"""Long enough to see whether an INVITE leaves later than a second after the stop."""
MISBEHAVES_S = (2.0, 10.0)


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
class Side:
    """A second trunk for what the first one has no line for, from a number that may only call so often a day; and a second campaign on it
    that may only make so many calls a day, and has more contacts than that."""

    lines: int
    number_a_day: int
    contacts: int
    campaign_a_day: int


@dataclass(frozen=True, slots=True)
class Shape:
    """How big and how rough a run is. Times in seconds.

    Most stops are short and some are long: with everything stopped for half a minute at a time nobody would be called, and nothing tried.
    """

    contacts: int
    lasts_s: float
    every_s: tuple[float, float]
    stops_s: tuple[float, float]
    task_workers: int
    agents: int
    slots_per_agent: int
    lines: int
    """Of the trunk that most calls take."""
    calls_per_second: int
    """Of each trunk."""
    campaign_calls: int | None = None
    """At most at once in the campaign."""
    workspace_calls: int | None = None
    """At most at once in the workspace."""
    side: "Side | None" = None
    max_total: int = 3
    kills: int = 1
    """Cards of each kill in the deck, against one of each stop."""

    opt_out_every_s: float = 3.0
    is_on_livekit: bool = False

    @property
    def slots(self) -> int:
        return self.agents * self.slots_per_agent


QUICK = Shape(
    80,
    46,
    (1.0, 2.2),
    (3, 8),
    task_workers=2,
    agents=2,
    slots_per_agent=5,
    lines=7,
    calls_per_second=5,
    campaign_calls=8,
    workspace_calls=8,
    side=Side(lines=3, number_a_day=6, contacts=10, campaign_a_day=6),
)
"""Every limit binds: lines of both trunks, calls at once of campaign and workspace, calls a day of number and campaign."""


def long(contacts: int, minutes: float) -> Shape:
    many = {"task_workers": 3, "agents": 3, "slots_per_agent": 8, "lines": 14, "calls_per_second": 10}
    limits = {"campaign_calls": 16, "workspace_calls": 17}
    side = Side(lines=4, number_a_day=60, contacts=40, campaign_a_day=25)
    return Shape(contacts, minutes * 60, (1, 3), (2, 30), **many, **limits, side=side, kills=2)


def on_livekit(contacts: int, minutes: float) -> Shape:
    """Real rooms, participants and calls: fewer of them, and rarer faults, because a real server takes its time to come back."""
    few = {"task_workers": 2, "agents": 2, "slots_per_agent": 4, "lines": 6, "calls_per_second": 2}
    return replace(Shape(contacts, minutes * 60, (5, 9), (3, 15), **few), opt_out_every_s=15, is_on_livekit=True)


def faults(seed: int, shape: Shape) -> list[Fault]:
    """Every kind comes once before any comes twice, in an order that the seed shuffles."""
    chance, planned, deck, at = random.Random(seed), [], [], 2.0
    while at < shape.lasts_s - 1:
        if not deck:
            deck = _deck(shape)
            chance.shuffle(deck)
        kind, target = deck.pop()
        longest = shape.lasts_s - at
        planned.append(Fault(round(at, 2), kind, target, round(min(longest, _lasts_s(kind, shape, chance.random())), 2)))
        at += chance.uniform(*shape.every_s)
    return planned


def _lasts_s(kind: Kind, shape: Shape, share: float) -> float:
    if kind in HALTS or kind in MODES:
        least, most = HALT_S if kind in HALTS else MISBEHAVES_S
        return least + (most - least) * share
    least, most = shape.stops_s
    return least + (most - least) * share**2


def _deck(shape: Shape) -> list[tuple[Kind, str]]:
    if shape.is_on_livekit:
        kinds = (Kind.LIVEKIT_CRASH, Kind.LIVEKIT_CRASH, Kind.LIVEKIT_RESTART, Kind.REDIS_LOSS, Kind.REDIS_RESTART, Kind.HALT_WORKSPACE)
        kills = [(Kind.KILL, name) for name in ("task-worker-0", "task-worker-1", "agent-0", "agent-1", "api")]
        return [(kind, "") for kind in kinds] + kills + [(Kind.STOP, "livekit"), (Kind.STOP, "task-worker-0")]
    workers = [f"task-worker-{i}" for i in range(shape.task_workers)]
    agents = [f"agent-{i}" for i in range(shape.agents)]
    kinds = (*(Kind.KILL,) * shape.kills, Kind.STOP)
    cards = [(kind, name) for kind in kinds for name in (*workers, *agents, "api", "network")]
    others = [kind for kind in Kind if kind not in (Kind.KILL, Kind.STOP) and kind not in ONLY_ON_LIVEKIT]
    return cards + [(Kind.STOP, "redis")] + [(kind, "") for kind in others]
