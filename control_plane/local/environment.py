"""The environment that each child gets: what it needs and nothing that it must not hold.

Secrets are made once, kept in the data folder with mode 0600, and win only where the user has set none. The agent worker never sees the
database, the carrier never sees the models' key.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from control_plane.local.livekit import LiveKitKeys
from control_plane.local.secrets_file import kept_secret, random_api_key, random_encryption_key, random_password
from control_plane.local.settings import MODELS_AT_OPENAI, Choice, LocalOptions
from control_plane.settings import STAND_IN_EMBEDDING, STAND_IN_KEY

# Handed to the children that need them, and to no other.
_PRIVATE = (
    *(
        "CALLWRIGHT_DATABASE_URL",
        "CALLWRIGHT_REDIS_URL",
        "CALLWRIGHT_ENCRYPTION_KEY",
        "CALLWRIGHT_FORMER_ENCRYPTION_KEYS",
        "CALLWRIGHT_NUMBER_HASH_KEY",
        "CALLWRIGHT_BOOTSTRAP_API_KEY",
        "CALLWRIGHT_AGENT_KEY",
    ),
    *(
        "LIVEKIT_URL",
        "LIVEKIT_API_KEY",
        "LIVEKIT_API_SECRET",
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
    ),
)
# The name that signs webhooks; the same as in livekit.yaml and docker-compose.yml.
_LIVEKIT_KEY = "callwright"


@dataclass(frozen=True, slots=True)
class Secrets:
    """The platform's own secrets, from the environment or the data folder."""

    owner_key: str
    agent_key: str
    encryption_key: str
    livekit: LiveKitKeys


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the services are, but for the database, which is the control plane's own. `livekit_redis_url` is the Redis of the local
    livekit-server, "" when LiveKit is elsewhere."""

    redis_url: str
    livekit_url: str
    livekit_redis_url: str
    api_url: str
    models_url: str


_CONTROL_PLANES_OWN = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "CALLWRIGHT_FORMER_ENCRYPTION_KEYS", "CALLWRIGHT_NUMBER_HASH_KEY")


def keep_secrets(options: LocalOptions, choice: Choice) -> Secrets:
    """Read or make every secret."""
    folder, env = options.folder / "secrets", options.environ

    def secret(variable: str, make: Callable[[], str]) -> str:
        given = "" if options.stand_ins_only else env.get(variable, "")
        return given or kept_secret(folder / variable.lower(), make)

    if choice.is_simulated:
        livekit = LiveKitKeys(_LIVEKIT_KEY, kept_secret(folder / "livekit_api_secret", random_password))
    else:
        livekit = LiveKitKeys(env["LIVEKIT_API_KEY"], env["LIVEKIT_API_SECRET"])
    return Secrets(
        owner_key=secret("CALLWRIGHT_BOOTSTRAP_API_KEY", random_api_key),
        agent_key=secret("CALLWRIGHT_AGENT_KEY", random_api_key),
        encryption_key=secret("CALLWRIGHT_ENCRYPTION_KEY", random_encryption_key),
        livekit=livekit,
    )


@dataclass(frozen=True, slots=True)
class Environments:
    """One environment per role."""

    options: LocalOptions
    choice: Choice
    secrets: Secrets
    at: Addresses

    def control_plane(self, database_url: str) -> dict[str, str]:
        """For migrations, the API and the task worker."""
        folder, given = self.options.folder, self.options.environ
        env = self._common() | self._livekit() | self._models()
        env |= {
            "CALLWRIGHT_DATABASE_URL": database_url,
            "CALLWRIGHT_REDIS_URL": self.at.redis_url,
            "CALLWRIGHT_ENCRYPTION_KEY": self.secrets.encryption_key,
            "CALLWRIGHT_BOOTSTRAP_API_KEY": self.secrets.owner_key,
            "CALLWRIGHT_AGENT_KEY": self.secrets.agent_key,
            "CALLWRIGHT_STORAGE_URL": given.get("CALLWRIGHT_STORAGE_URL") or (folder / "storage").as_uri(),
            "CALLWRIGHT_PUBLIC_URL": given.get("CALLWRIGHT_PUBLIC_URL") or self.at.api_url,
            "CALLWRIGHT_AGENT_SLOTS": str(self.options.slots),
        }
        return env | {name: given[name] for name in _CONTROL_PLANES_OWN if name in given}

    def agent_worker(self, http_port: int) -> dict[str, str]:
        """For one agent worker, whose health page is on `http_port`."""
        env = self._common() | self._livekit() | self._models()
        return env | {
            "CALLWRIGHT_AGENT_KEY": self.secrets.agent_key,
            "CALLWRIGHT_AGENT_SLOTS": str(self.options.slots),
            # The database, the models and the callees of a rehearsal work on the same processors: slots are what holds calls back here.
            "CALLWRIGHT_AGENT_BUSY_PERCENT": self.options.environ.get("CALLWRIGHT_AGENT_BUSY_PERCENT", "100"),
            "CALLWRIGHT_AGENT_HTTP_PORT": str(http_port),
            "CALLWRIGHT_AGENT_CACHE": str(self.options.folder / "opening-lines"),
        }

    def carrier(self) -> dict[str, str]:
        return self._common() | self._livekit() | {"CALLWRIGHT_REDIS_URL": self.at.livekit_redis_url}

    def models(self) -> dict[str, str]:
        return self._common()

    def _common(self) -> dict[str, str]:
        env = {name: value for name, value in self.options.environ.items() if name not in _PRIVATE}
        env |= {
            "CALLWRIGHT_DATA_DIR": str(self.options.folder),
            "CALLWRIGHT_API_URL": self.at.api_url,
            # onnxruntime reports home by default (facts/stack §1.0).
            "ORT_DISABLE_TELEMETRY": "1",
            "PYTHONUNBUFFERED": "1",
            "CALLWRIGHT_REHEARSAL": "1" if self.choice.is_simulated else "0",
        }
        return env

    def _livekit(self) -> dict[str, str]:
        keys = self.secrets.livekit
        return {"LIVEKIT_URL": self.at.livekit_url, "LIVEKIT_API_KEY": keys.key, "LIVEKIT_API_SECRET": keys.secret}

    def _models(self) -> dict[str, str]:
        given = self.options.environ
        if self.choice.has_real_models:
            return {"OPENAI_API_KEY": given["OPENAI_API_KEY"], "OPENAI_BASE_URL": given.get("OPENAI_BASE_URL") or MODELS_AT_OPENAI}
        at = {"OPENAI_API_KEY": STAND_IN_KEY, "OPENAI_BASE_URL": f"{self.at.models_url}/v1"}
        return at | {"CALLWRIGHT_EMBEDDING_MODEL": STAND_IN_EMBEDDING}


def log_of(folder: Path, name: str) -> Path:
    """The log file of the child called `name`."""
    return log_folder(folder) / f"{name}.log"


def log_folder(folder: Path) -> Path:
    """Of all children that are programs of ours; the others have theirs beside their data."""
    return folder / "logs"
