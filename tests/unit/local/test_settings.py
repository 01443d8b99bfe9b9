"""What `callwright up` takes from the environment, and which half-finished configurations it refuses."""

import pytest

from control_plane.local.settings import LocalOptions, choose
from control_plane.settings import SettingsError

_LIVEKIT = {"LIVEKIT_URL": "wss://example.livekit.cloud", "LIVEKIT_API_KEY": "k", "LIVEKIT_API_SECRET": "s"}


def test_without_any_setting_everything_is_brought_along_and_simulated() -> None:
    choice = choose(LocalOptions(environ={}))
    assert choice.is_simulated
    assert not choice.has_real_models
    assert (choice.database_url, choice.redis_url) == ("", "")


def test_with_livekit_and_models_nothing_is_simulated() -> None:
    choice = choose(LocalOptions(environ={**_LIVEKIT, "OPENAI_API_KEY": "sk"}))
    assert not choice.is_simulated
    assert choice.has_real_models


def test_stand_in_models_never_speak_to_real_phones() -> None:
    with pytest.raises(SettingsError, match="stand-in models never speak to people"):
        choose(LocalOptions(environ=_LIVEKIT))


@pytest.mark.parametrize("missing", ["LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"])
def test_a_livekit_address_without_its_keys_is_refused(missing: str) -> None:
    with pytest.raises(SettingsError, match=f"{missing} is needed as well"):
        choose(LocalOptions(environ={name: value for name, value in _LIVEKIT.items() if name != missing}))


def test_a_demonstration_never_reaches_a_real_service() -> None:
    choice = choose(
        LocalOptions(environ={**_LIVEKIT, "OPENAI_API_KEY": "sk", "CALLWRIGHT_DATABASE_URL": "postgresql://x/y"}, stand_ins_only=True)
    )
    assert choice.is_simulated
    assert not choice.has_real_models
    assert choice.database_url == ""
