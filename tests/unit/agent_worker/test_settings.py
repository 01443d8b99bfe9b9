"""A wrong setting is one sentence that names it."""

import pytest

from agent_worker.settings import SettingsError, load

GOOD = {
    "LIVEKIT_URL": "ws://127.0.0.1:7880",
    "LIVEKIT_API_KEY": "key",
    "LIVEKIT_API_SECRET": "secret",
    "CALLWRIGHT_API_URL": "http://127.0.0.1:8000/",
    "CALLWRIGHT_AGENT_KEY": "agent",
    "OPENAI_API_KEY": "none",
}


def test_good_settings_load_with_sensible_defaults():
    loaded = load(GOOD)
    assert loaded.control_plane_url == "http://127.0.0.1:8000"
    assert loaded.slots >= 1
    assert loaded.http_port == 0
    assert loaded.log_level == "INFO"
    assert loaded.openai_base_url.startswith("https://")
    assert loaded.otlp_endpoint == ""


def test_a_collector_of_traces_is_a_url():
    assert load(GOOD | {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}).otlp_endpoint == "http://collector:4318"
    with pytest.raises(SettingsError, match="OTEL_EXPORTER_OTLP_ENDPOINT"):
        load(GOOD | {"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"})


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_missing_setting_is_named(name: str):
    with pytest.raises(SettingsError, match=name):
        load({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LIVEKIT_URL", "livekit.example.com"),
        ("LIVEKIT_URL", "ws://:7880"),
        ("LIVEKIT_URL", "ws://host:notaport"),
        ("CALLWRIGHT_API_URL", "ftp://host"),
        ("OPENAI_BASE_URL", "nonsense"),
        ("CALLWRIGHT_AGENT_SLOTS", "0"),
        ("CALLWRIGHT_AGENT_SLOTS", "many"),
        ("CALLWRIGHT_AGENT_BUSY_PERCENT", "101"),
        ("CALLWRIGHT_AGENT_HTTP_PORT", "70000"),
        ("CALLWRIGHT_AGENT_METRICS_PORT", "lots"),
        ("CALLWRIGHT_LOG_LEVEL", "chatty"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_the_setting(name: str, value: str):
    with pytest.raises(SettingsError) as caught:
        load({**GOOD, name: value})
    assert name in str(caught.value)
    assert str(caught.value).count(".") == 1
