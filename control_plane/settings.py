"""Settings from the environment, checked once at start with one plain sentence per mistake."""

import base64
import binascii
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

EXIT_MISCONFIGURED = 78
"""`EX_CONFIG` of sysexits: a supervisor should not restart us before somebody mends the configuration."""

DIALS_MAY_FINISH_S = 90.0
"""How long a stopping task worker waits for answers: the longest ring (75 s) and LiveKit's margins. Leaving earlier would break off the
request, and with it the call. What is left after that is the sweep's of another worker."""
TASKS_MAY_FINISH_S = 10
"""Tasks are short; without this arq cancels them at the signal, between a commit and what follows it."""
TASK_WORKER_ENDS_WITHIN_S = TASKS_MAY_FINISH_S + DIALS_MAY_FINISH_S + 10
"""Whoever stops a task worker waits so long before killing it."""

_FERNET_BYTES = 32
_MOST = 1_000_000
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_HASH_KEY = re.compile("[0-9a-f]{64}")
_MODEL = re.compile("[!-~]{0,200}")
_SIP_URI = re.compile(r"sips?:[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(;transport=(udp|tcp|tls))?")
STAND_IN_EMBEDDING = "stand-in-embedding"
"""As rehearsal.models.embedding calls it; no vendor has a model of that name."""
STAND_IN_KEY = "stand-in"
"""Of the stand-in models, which cost nobody anything."""
OUR_ISSUER = "callwright"
"""`iss` of tokens that this installation signs."""
# The others may name a socket or a file instead.
_WITH_HOST = frozenset({"ws", "wss", "http", "https"})


class SettingsError(Exception):
    """The environment cannot be used; the text is one sentence that says what to change."""


@dataclass(frozen=True, slots=True)
class Settings:
    database_url: str
    redis_url: str
    livekit_url: str
    livekit_api_key: str
    livekit_api_secret: str
    encryption_key: str
    storage_url: str
    public_url: str
    api_url: str
    log_level: str = "info"
    bootstrap_api_key: str = ""
    agent_key: str = ""
    rehearsal: bool = False
    """The SIP service behind LiveKit is the simulated carrier, so rehearsal trunks work and real ones do not."""
    models_base_url: str = ""
    openai_api_key: str = ""
    """Of the installation's models; empty: calls are analysed by rules, unless an assistant has a credential of its own."""
    embedding_model: str = ""
    """Of the installation's models the one by which documents are searched by meaning, where their base names no other; empty: none."""
    agent_slots: int = 4
    """Calls that one agent worker takes, for the number of workers that are wanted."""
    data_dir: Path = Path(".callwright")
    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    livekit_sip_uri: str = ""
    """Where carriers reach the SIP service of LiveKit, as sip:host or sip:host:port; needed for inbound calls over trunks built by us."""
    otlp_endpoint: str = ""
    """Where traces go, over OTLP/HTTP; empty for nowhere."""
    former_encryption_keys: tuple[str, ...] = ()
    """Opened with and never sealed with, newest first, until `callwright secrets rotate` has been run."""
    number_hash_key: str = ""
    """What the numbers of erased people are hashed with, once the encryption key it came from is gone."""
    jwt_issuer: str = ""
    """Whose tokens are taken beside our own, exactly as their `iss` says; empty for nobody's."""
    jwt_audience: str = ""
    jwt_jwks_url: str = ""
    rate_limit_per_minute: int = 1200
    """Requests of one API key in the long run; 0 for no limit. Far above what a person or a reasonable program asks."""
    rate_limit_burst: int = 200
    """Requests of one API key at once: one page of a dashboard asks a dozen."""
    prices: str = ""
    """Path of the price list that calls are billed by; empty for the reference list that comes with the program."""
    webhook_allow: tuple[str, ...] = ()
    """Hosts, addresses and networks that webhooks may be sent to although they are not public, and by plain HTTP. For development."""
    call_starts_per_minute: int = 600
    """Single calls that one API key starts, all of them at once too; 0 for no limit. Campaigns have paces of their own."""
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 0
    """Where a task worker serves its metrics; 0 for nowhere. The API has `/metrics`."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read and check the environment. Raises `SettingsError` at the first thing that is missing or wrong."""
        env = os.environ if environment is None else environment
        data_dir = Path(env.get("CALLWRIGHT_DATA_DIR") or ".callwright")
        settings = cls(
            database_url=_required(env, "CALLWRIGHT_DATABASE_URL", "postgresql://user:password@host/database"),
            redis_url=_required(env, "CALLWRIGHT_REDIS_URL", "redis://host:6379/0"),
            livekit_url=_required(env, "LIVEKIT_URL", "wss://my-project.livekit.cloud"),
            livekit_api_key=_required(env, "LIVEKIT_API_KEY", "the key of your LiveKit server"),
            livekit_api_secret=_required(env, "LIVEKIT_API_SECRET", "the secret of your LiveKit server"),
            encryption_key=_required(env, "CALLWRIGHT_ENCRYPTION_KEY", "the output of `callwright keys encryption`"),
            storage_url=env.get("CALLWRIGHT_STORAGE_URL") or f"file://{(data_dir / 'storage').resolve()}",
            public_url=env.get("CALLWRIGHT_PUBLIC_URL") or "http://127.0.0.1:8000",
            api_url=env.get("CALLWRIGHT_API_URL") or "http://127.0.0.1:8000",
            log_level=(env.get("CALLWRIGHT_LOG_LEVEL") or "info").lower(),
            bootstrap_api_key=env.get("CALLWRIGHT_BOOTSTRAP_API_KEY", ""),
            agent_key=env.get("CALLWRIGHT_AGENT_KEY", ""),
            rehearsal=env.get("CALLWRIGHT_REHEARSAL", "") == "1",
            models_base_url=env.get("OPENAI_BASE_URL", ""),
            openai_api_key=env.get("OPENAI_API_KEY", ""),
            embedding_model=env.get("CALLWRIGHT_EMBEDDING_MODEL", "").strip(),
            agent_slots=_count(env, "CALLWRIGHT_AGENT_SLOTS", 4),
            data_dir=data_dir,
            twilio_account_sid=env.get("TWILIO_ACCOUNT_SID", ""),
            twilio_auth_token=env.get("TWILIO_AUTH_TOKEN", ""),
            livekit_sip_uri=env.get("LIVEKIT_SIP_URI", ""),
            otlp_endpoint=env.get("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
            former_encryption_keys=tuple(env.get("CALLWRIGHT_FORMER_ENCRYPTION_KEYS", "").replace(",", " ").split()),
            number_hash_key=env.get("CALLWRIGHT_NUMBER_HASH_KEY", ""),
            jwt_issuer=env.get("CALLWRIGHT_JWT_ISSUER", ""),
            jwt_audience=env.get("CALLWRIGHT_JWT_AUDIENCE", ""),
            jwt_jwks_url=env.get("CALLWRIGHT_JWT_JWKS_URL", ""),
            rate_limit_per_minute=_count(env, "CALLWRIGHT_RATE_LIMIT_PER_MINUTE", 1200, least=0),
            rate_limit_burst=_count(env, "CALLWRIGHT_RATE_LIMIT_BURST", 200),
            prices=env.get("CALLWRIGHT_PRICES", ""),
            webhook_allow=tuple(entry.strip() for entry in env.get("CALLWRIGHT_WEBHOOK_ALLOW", "").split(",") if entry.strip()),
            call_starts_per_minute=_count(env, "CALLWRIGHT_CALL_STARTS_PER_MINUTE", 600, least=0),
            metrics_host=env.get("CALLWRIGHT_METRICS_HOST") or "127.0.0.1",
            metrics_port=_port(env, "CALLWRIGHT_METRICS_PORT"),
        )
        settings.check()
        return settings

    def check(self) -> None:
        _check_url("CALLWRIGHT_DATABASE_URL", self.database_url, ("postgresql", "postgres", "postgresql+psycopg"))
        _check_url("CALLWRIGHT_REDIS_URL", self.redis_url, ("redis", "rediss", "unix"))
        _check_url("LIVEKIT_URL", self.livekit_url, ("ws", "wss", "http", "https"))
        _check_url("CALLWRIGHT_PUBLIC_URL", self.public_url, ("http", "https"))
        _check_url("CALLWRIGHT_API_URL", self.api_url, ("http", "https"))
        _check_url("CALLWRIGHT_STORAGE_URL", self.storage_url, ("file",))
        if self.otlp_endpoint:
            _check_url("OTEL_EXPORTER_OTLP_ENDPOINT", self.otlp_endpoint, ("http", "https"))
        if self.livekit_sip_uri and not _SIP_URI.fullmatch(self.livekit_sip_uri):
            raise SettingsError("LIVEKIT_SIP_URI must look like sip:host or sip:host:port, with ;transport=tcp or tls where needed.")
        self._check_issuer()
        if not _is_fernet_key(self.encryption_key):
            raise SettingsError("CALLWRIGHT_ENCRYPTION_KEY is not a key; make one with `callwright keys encryption`.")
        if not all(_is_fernet_key(key) for key in self.former_encryption_keys):
            raise SettingsError("CALLWRIGHT_FORMER_ENCRYPTION_KEYS holds something that is no key; separate the former keys by commas.")
        if self.number_hash_key and not _HASH_KEY.fullmatch(self.number_hash_key):
            raise SettingsError("CALLWRIGHT_NUMBER_HASH_KEY is not what `callwright secrets rotate` printed: 64 hexadecimal digits.")
        if not _MODEL.fullmatch(self.embedding_model):
            raise SettingsError("CALLWRIGHT_EMBEDDING_MODEL is no name of a model: at most 200 letters, digits and signs, without blanks.")
        if self.log_level not in ("debug", "info", "warning", "error"):
            raise SettingsError(f"CALLWRIGHT_LOG_LEVEL is {self.log_level!r}; use debug, info, warning or error.")
        if self.bootstrap_api_key and not self.bootstrap_api_key.startswith("cw_"):
            raise SettingsError("CALLWRIGHT_BOOTSTRAP_API_KEY must start with cw_; make one with `callwright keys new`.")

    def _check_issuer(self) -> None:
        given = (self.jwt_issuer, self.jwt_audience, self.jwt_jwks_url)
        if any(given) and not all(given):
            raise SettingsError("CALLWRIGHT_JWT_ISSUER, CALLWRIGHT_JWT_AUDIENCE and CALLWRIGHT_JWT_JWKS_URL go together; set all or none.")
        if self.jwt_jwks_url:
            _check_url("CALLWRIGHT_JWT_JWKS_URL", self.jwt_jwks_url, ("https", "http"))
            parts = urlsplit(self.jwt_jwks_url)
            if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
                raise SettingsError("CALLWRIGHT_JWT_JWKS_URL must begin with https://: who can change the keys on their way can come in.")
        if self.jwt_issuer == OUR_ISSUER:
            raise SettingsError(f"CALLWRIGHT_JWT_ISSUER cannot be {OUR_ISSUER}: that is how our own tokens are told.")

    @property
    def has_models(self) -> bool:
        """Whether there are models of its own, and not the stand-ins or none."""
        return self.openai_api_key != STAND_IN_KEY and bool(self.openai_api_key or self.models_base_url)

    @property
    def encryption_keys(self) -> tuple[str, ...]:
        """The present one first."""
        return (self.encryption_key, *self.former_encryption_keys)

    @property
    def number_secret(self) -> str:
        """For the hashes of erased people's numbers (kit/number_hash): it outlives every rotation, so the oldest key counts."""
        return self.number_hash_key or self.encryption_keys[-1]

    @property
    def sqlalchemy_url(self) -> str:
        """The database URL with the driver named: a bare `postgresql://` changed its meaning in SQLAlchemy 2.1."""
        _, _, rest = self.database_url.partition("://")
        return f"postgresql+psycopg://{rest}"


def _is_fernet_key(text: str) -> bool:
    """32 bytes in URL-safe base64, which is what the encryption at rest takes."""
    try:
        return len(base64.urlsafe_b64decode(text)) == _FERNET_BYTES
    except (binascii.Error, ValueError):
        return False


def _required(env: Mapping[str, str], name: str, example: str) -> str:
    value = env.get(name, "")
    if not value:
        raise SettingsError(f"{name} is not set; give it a value such as {example}.")
    return value


def _count(env: Mapping[str, str], name: str, default: int, *, least: int = 1) -> int:
    value = env.get(name) or str(default)
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= _MOST:
        raise SettingsError(f"{name} is {value!r}; give it a whole number from {least} to {_MOST}.")
    return int(value)


def _port(env: Mapping[str, str], name: str) -> int:
    value = env.get(name) or "0"
    if not value.isascii() or not value.isdigit() or int(value) > 65535:
        raise SettingsError(f"{name} is {value!r}; give it a port, or 0 for none.")
    return int(value)


def _check_url(name: str, value: str, schemes: tuple[str, ...]) -> None:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as error:
        # urlsplit's own words may quote what stands in the place of the port, which a slip can make a password.
        raise SettingsError(f"{name} is not a URL; look at its host and port.") from error
    if parts.scheme not in schemes:
        raise SettingsError(f"{name} must begin with {' or '.join(s + '://' for s in schemes)}, not {value.split(':')[0]!r}.")
    if parts.scheme in _WITH_HOST and not parts.hostname:
        raise SettingsError(f"{name} names no host.")
    if not (parts.netloc or parts.path or parts.query):
        raise SettingsError(f"{name} names no host.")
