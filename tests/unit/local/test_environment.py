"""Each child gets what it needs and nothing that it must not hold."""

from pathlib import Path

from cryptography.fernet import Fernet

from control_plane.local.environment import Addresses, Environments, keep_secrets
from control_plane.local.settings import LocalOptions, choose

_AT = Addresses("redis://r", "ws://l", "redis://lr", "http://127.0.0.1:8000", "http://127.0.0.1:8089")


def _environments(tmp_path: Path, **environ: str) -> Environments:
    options = LocalOptions(data_dir=tmp_path, environ={"PATH": "/bin", **environ})
    choice = choose(options)
    return Environments(options, choice, keep_secrets(options, choice), _AT)


def test_secrets_are_made_once_and_readable_by_nobody_else(tmp_path: Path) -> None:
    first, second = _environments(tmp_path).secrets, _environments(tmp_path).secrets
    assert first == second
    assert first.owner_key.startswith("cw_")
    assert len(first.livekit.secret) >= 32
    Fernet(first.encryption_key)
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "secrets").iterdir()} == {0o600}


def test_a_secret_of_the_users_own_wins(tmp_path: Path) -> None:
    assert _environments(tmp_path, CALLWRIGHT_BOOTSTRAP_API_KEY="cw_mine").secrets.owner_key == "cw_mine"


def test_the_agent_worker_holds_no_authority_over_data(tmp_path: Path) -> None:
    given = _environments(tmp_path, CALLWRIGHT_DATABASE_URL="postgresql://x/y", TWILIO_AUTH_TOKEN="t").agent_worker(1)
    assert not given.keys() & {"CALLWRIGHT_DATABASE_URL", "CALLWRIGHT_REDIS_URL", "CALLWRIGHT_ENCRYPTION_KEY", "TWILIO_AUTH_TOKEN"}
    assert given["OPENAI_BASE_URL"] == "http://127.0.0.1:8089/v1"
    assert given["ORT_DISABLE_TELEMETRY"] == "1"


def test_the_carrier_gets_livekits_redis_and_no_model_key(tmp_path: Path) -> None:
    given = _environments(tmp_path, OPENAI_API_KEY="sk-real").carrier()
    assert given["CALLWRIGHT_REDIS_URL"] == "redis://lr"
    assert "OPENAI_API_KEY" not in given


def test_the_api_knows_that_the_carrier_is_simulated(tmp_path: Path) -> None:
    given = _environments(tmp_path).control_plane("postgresql+psycopg://d")
    assert given["CALLWRIGHT_REHEARSAL"] == "1"
    assert given["CALLWRIGHT_STORAGE_URL"] == (tmp_path / "storage").as_uri()
