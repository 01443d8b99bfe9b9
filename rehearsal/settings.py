"""Settings of the carrier and of the inbound caller: command line over environment. The only place here that reads the environment."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rehearsal.scripts import PACKAGED

EXIT_CONFIG = 78
"""EX_CONFIG of sysexits: a supervisor must not restart this."""

_VARIABLES = {
    "redis_url": "CALLWRIGHT_REDIS_URL",
    "livekit_url": "LIVEKIT_URL",
    "livekit_api_key": "LIVEKIT_API_KEY",
    "livekit_api_secret": "LIVEKIT_API_SECRET",
    "models_url": "CALLWRIGHT_REHEARSAL_MODELS_URL",
    "ledger": "CALLWRIGHT_REHEARSAL_LEDGER",
    "scripts": "CALLWRIGHT_REHEARSAL_SCRIPTS",
    "processes": "CALLWRIGHT_REHEARSAL_PROCESSES",
    "seed": "CALLWRIGHT_REHEARSAL_SEED",
}
_HELP = {
    "redis_url": "Redis of the LiveKit server",
    "livekit_url": "ws:// address of the LiveKit server",
    "livekit_api_key": "LiveKit API key",
    "livekit_api_secret": "LiveKit API secret",
    "models_url": "base URL of the stand-in models server, or tone: for tones instead of speech",
    "ledger": "file for the ledger, one JSON object per line",
    "scripts": "folder of callee scripts",
    "processes": "processes that share the calls",
    "seed": "seed of ringing times",
}
_DEFAULTS = {
    "redis_url": "redis://127.0.0.1:6379/0",
    "livekit_url": "ws://127.0.0.1:7880",
    "models_url": "tone:",
    "ledger": os.devnull,
    "scripts": str(PACKAGED),
    "processes": "2",
    "seed": "1",
}


class SettingsError(ValueError):
    """A missing or malformed setting; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class Settings:
    redis_url: str
    livekit_url: str
    livekit_api_key: str
    livekit_api_secret: str
    models_url: str
    ledger: Path
    scripts: Path
    processes: int
    seed: int
    is_shard: bool = False

    def shard_environment(self) -> dict[str, str]:
        """Environment of one shard process: settings travel here and not on its command line, where everybody could read the secret."""
        return {**os.environ, **{variable: str(getattr(self, name)) for name, variable in _VARIABLES.items()}}


def parser(description: str) -> argparse.ArgumentParser:
    """A parser that knows every setting as `--some-setting`."""
    made = argparse.ArgumentParser(description=description)
    for name, variable in _VARIABLES.items():
        made.add_argument("--" + name.replace("_", "-"), help=f"{_HELP[name]} ({variable})")
    # Set by the supervisor only: serve in this process, until standard input ends.
    made.add_argument("--shard", action="store_true", help=argparse.SUPPRESS)
    return made


def read(arguments: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from parsed `arguments`, then `environment`, then defaults. Raises `SettingsError`."""
    raw = {name: getattr(arguments, name) or environment.get(variable) or _DEFAULTS.get(name, "") for name, variable in _VARIABLES.items()}
    for name in ("livekit_api_key", "livekit_api_secret"):
        if not raw[name]:
            raise SettingsError(f"{_VARIABLES[name]} is not set: the carrier joins rooms with LiveKit's own key.")
    return Settings(
        redis_url=_scheme(raw, "redis_url", "redis://", "rediss://", "unix://"),
        livekit_url=_scheme(raw, "livekit_url", "ws://", "wss://", "http://", "https://"),
        livekit_api_key=raw["livekit_api_key"],
        livekit_api_secret=raw["livekit_api_secret"],
        models_url=_scheme(raw, "models_url", "http://", "https://", "tone:").rstrip("/"),
        ledger=Path(raw["ledger"]).absolute(),
        scripts=Path(raw["scripts"]).absolute(),
        processes=_number(raw, "processes", least=1),
        seed=_number(raw, "seed", least=0),
        is_shard=arguments.shard,
    )


def parse(description: str, arguments: Sequence[str] | None = None) -> Settings:
    return read(parser(description).parse_args(arguments))


def _scheme(raw: dict[str, str], name: str, *schemes: str) -> str:
    if not raw[name].startswith(schemes):
        raise SettingsError(f"{_VARIABLES[name]} must begin with {' or '.join(schemes)}, not {raw[name]!r}.")
    return raw[name]


def _number(raw: dict[str, str], name: str, least: int) -> int:
    if not raw[name].isdecimal() or int(raw[name]) < least:
        raise SettingsError(f"{_VARIABLES[name]} must be a whole number from {least}, not {raw[name]!r}.")
    return int(raw[name])
