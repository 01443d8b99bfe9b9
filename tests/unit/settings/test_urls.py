"""A URL that cannot be used is one sentence that names its variable, and never repeats what may be a password."""

import pytest

from control_plane.local.secrets_file import random_encryption_key
from control_plane.settings import Settings, SettingsError

GOOD = {
    "CALLWRIGHT_DATABASE_URL": "postgresql://u:p@host/db",
    "CALLWRIGHT_REDIS_URL": "unix:///run/redis.sock",
    "LIVEKIT_URL": "wss://project.example.com",
    "LIVEKIT_API_KEY": "key",
    "LIVEKIT_API_SECRET": "secret",
    "CALLWRIGHT_ENCRYPTION_KEY": random_encryption_key(),
}


@pytest.mark.parametrize(
    "database", ["postgresql:///db?host=/run/postgresql", "postgresql://u:p@/db?host=%2Frun", "postgres://u@[::1]:5432/db"]
)
def test_sockets_and_addresses_are_taken(database: str) -> None:
    assert Settings.from_environment(GOOD | {"CALLWRIGHT_DATABASE_URL": database}).database_url == database


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LIVEKIT_URL", "ws://[half"),
        ("LIVEKIT_URL", "ws://host:port"),
        ("LIVEKIT_URL", "ws://host:99999"),
        ("LIVEKIT_URL", "ws:///path-only"),
        ("LIVEKIT_URL", "ws://:7880"),
        ("CALLWRIGHT_PUBLIC_URL", "https://"),
        ("CALLWRIGHT_REDIS_URL", "redis://host:six/0"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
        ("LIVEKIT_SIP_URI", "sip.example.com"),
        ("LIVEKIT_SIP_URI", "sip:somebody@example.com"),
        ("CALLWRIGHT_METRICS_PORT", "70000"),
        ("CALLWRIGHT_METRICS_PORT", "-1"),
        ("CALLWRIGHT_DATABASE_URL", "postgresql://u:hunter2/with#slash@host/db"),
    ],
)
def test_a_url_without_a_usable_host_is_one_sentence(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{name} [^\n]*\.$") as refused:
        Settings.from_environment(GOOD | {name: value})
    assert "hunter2" not in str(refused.value)
