"""The only place of the agent worker that reads the environment. A wrong value is one sentence and exit status 78 (EX_CONFIG)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

EXIT_CONFIG = 78
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
STANDSTILL_MS = 250
"""LiveKit reports an event loop that stood still for longer, in its log and in the trace; its own default of 100 ms takes more looks."""


class SettingsError(ValueError):
    """A setting that cannot be used; the text is one sentence that names the variable."""


@dataclass(frozen=True, slots=True)
class Settings:
    livekit_url: str
    livekit_api_key: str
    livekit_api_secret: str
    control_plane_url: str
    agent_key: str
    slots: int
    openai_api_key: str
    openai_base_url: str
    log_level: str
    http_host: str
    http_port: int
    cache_dir: Path
    """Synthesised opening lines."""
    otlp_endpoint: str = ""
    """Where traces go, over OTLP/HTTP; empty for nowhere."""
    busy_percent: int = 85
    """Of all processors (of the container's, in one), from which on no further call is begun; 100 for never."""
    metrics_port: int | None = None
    """Where Prometheus reads the worker's load and jobs; none for nowhere."""

    @property
    def scratch_dir(self) -> Path:
        """Recordings of running calls, beside the opening lines."""
        return self.cache_dir.with_name("running-calls")


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from `environment`, the process's own by default. Raises `SettingsError`."""
    env = os.environ if environment is None else environment
    return Settings(
        livekit_url=_url(env, "LIVEKIT_URL", ("ws", "wss", "http", "https")),
        livekit_api_key=_needed(env, "LIVEKIT_API_KEY"),
        livekit_api_secret=_needed(env, "LIVEKIT_API_SECRET"),
        control_plane_url=_url(env, "CALLWRIGHT_API_URL", ("http", "https")).rstrip("/"),
        agent_key=_needed(env, "CALLWRIGHT_AGENT_KEY"),
        # Two cores with the whole stack on them carried 4 calls well and 8 badly (facts: voice §4), slower ones 3.
        slots=_whole(env, "CALLWRIGHT_AGENT_SLOTS", max(1, 3 * (os.cpu_count() or 1) // 2), 1, 1000),
        openai_api_key=_needed(env, "OPENAI_API_KEY"),
        openai_base_url=_url(env, "OPENAI_BASE_URL", ("http", "https"), "https://api.openai.com/v1"),
        log_level=_one_of(env, "CALLWRIGHT_LOG_LEVEL", LOG_LEVELS, "INFO"),
        http_host=env.get("CALLWRIGHT_AGENT_HTTP_HOST", "127.0.0.1"),
        http_port=_whole(env, "CALLWRIGHT_AGENT_HTTP_PORT", 0, 0, 65535),
        cache_dir=Path(env.get("CALLWRIGHT_AGENT_CACHE") or _default_cache(env)),
        otlp_endpoint=_url(env, "OTEL_EXPORTER_OTLP_ENDPOINT", ("http", "https")) if env.get("OTEL_EXPORTER_OTLP_ENDPOINT") else "",
        busy_percent=_whole(env, "CALLWRIGHT_AGENT_BUSY_PERCENT", 85, 10, 100),
        metrics_port=_whole(env, "CALLWRIGHT_AGENT_METRICS_PORT", 0, 0, 65535) or None,
    )


def set_defaults_of_livekit() -> None:
    """For this process and those that it starts, unless somebody has set them."""
    os.environ.setdefault("LIVEKIT_AGENTS_LOOP_BLOCK_WARN_MS", str(STANDSTILL_MS))


def _default_cache(env: Mapping[str, str]) -> Path:
    base = env.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "callwright", "opening-lines")


def _needed(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "").strip()
    if not value:
        raise SettingsError(f"{name} is not set.")
    return value


def _url(env: Mapping[str, str], name: str, schemes: tuple[str, ...], default: str = "") -> str:
    value = env.get(name, "").strip() or default
    if not value:
        raise SettingsError(f"{name} is not set.")
    try:
        parts = urlsplit(value)
        usable = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(f"{name} must be a URL that begins with {' or '.join(f'{s}://' for s in schemes)}.")
    return value


def _whole(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = env.get(name, "").strip()
    if not text:
        return default
    if not text.isdigit() or not least <= int(text) <= most:
        raise SettingsError(f"{name} must be a whole number from {least} to {most}.")
    return int(text)


def _one_of(env: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = env.get(name, "").strip().upper() or default
    if value not in allowed:
        raise SettingsError(f"{name} must be one of {', '.join(allowed)}.")
    return value
