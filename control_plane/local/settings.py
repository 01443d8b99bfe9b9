"""What `callwright up` and `demo` are asked to do. The only place of this package that reads the environment."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import typer

from control_plane.local.ports import Ports
from control_plane.settings import SettingsError

# Two cores with the whole platform on them carried 4 calls well and 8 badly (facts/voice §4); on slower ones, where a talking call
# took 0.28 instead of 0.19 core, first audio stayed within its limit at 3 and not at 4.
_CALLS_PER_CORE = 1.5
# A further worker costs 620 MB before its first call (facts/voice §4), so workers should be few and not too small.
_SLOTS_PER_WORKER = 4
MODELS_AT_OPENAI = "https://api.openai.com/v1"


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def process_environment() -> dict[str, str]:
    """A copy of this process's environment."""
    return dict(os.environ)


@dataclass(frozen=True, slots=True)
class LocalOptions:
    """`data_dir` None follows CALLWRIGHT_DATA_DIR, then ./.callwright; `max_agent_workers` None follows the cores.

    `stand_ins_only` leaves real services out even where the environment names them: a demonstration must never ring a phone.
    `durable` False keeps nothing over a crash: for tests.
    """

    data_dir: Path | None = None
    host: str = "127.0.0.1"
    ports: Ports = field(default_factory=Ports)
    min_agent_workers: int = 1
    max_agent_workers: int | None = None
    agent_slots: int | None = None
    carrier_processes: int = 2
    stand_ins_only: bool = False
    durable: bool = True
    say: Callable[[str], None] = typer.echo
    environ: Mapping[str, str] = field(default_factory=process_environment)

    @property
    def slots(self) -> int:
        """Calls that one agent worker holds."""
        return self.agent_slots or min(_SLOTS_PER_WORKER, max(1, int(_CALLS_PER_CORE * cores())))

    @property
    def most_agent_workers(self) -> int:
        """As many as the cores can serve in time."""
        return self.max_agent_workers or max(self.min_agent_workers, int(_CALLS_PER_CORE * cores()) // self.slots)

    @property
    def folder(self) -> Path:
        """The data folder, absolute."""
        return (self.data_dir or Path(self.environ.get("CALLWRIGHT_DATA_DIR") or ".callwright")).resolve()

    @property
    def ledger(self) -> Path:
        """Where the simulated carrier writes down every dial."""
        return self.folder / "carrier-ledger.jsonl"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is ours and what is the user's. Decided once, from the options alone."""

    database_url: str
    redis_url: str
    livekit_url: str
    has_real_models: bool

    @property
    def is_simulated(self) -> bool:
        """Whether the far side of LiveKit is the simulated carrier."""
        return not self.livekit_url


def choose(options: LocalOptions) -> Choice:
    """Raises `SettingsError` with one sentence when the environment is half configured."""
    env = {} if options.stand_ins_only else options.environ
    choice = Choice(
        database_url=env.get("CALLWRIGHT_DATABASE_URL", ""),
        redis_url=env.get("CALLWRIGHT_REDIS_URL", ""),
        livekit_url=env.get("LIVEKIT_URL", ""),
        has_real_models=bool(env.get("OPENAI_API_KEY")),
    )
    if choice.livekit_url:
        for name in ("LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"):
            if not env.get(name):
                raise SettingsError(f"LIVEKIT_URL is set, so {name} is needed as well: the one of that LiveKit server.")
        if not choice.has_real_models:
            raise SettingsError(
                "LIVEKIT_URL is set, so real phones may ring, but OPENAI_API_KEY is not: set it; stand-in models never speak to people."
            )
    return choice
