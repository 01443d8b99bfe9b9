"""Settings: flags over environment over defaults, and one sentence for each mistake."""

import pytest

from rehearsal.settings import SettingsError, parser, read

KEYS = {"LIVEKIT_API_KEY": "k", "LIVEKIT_API_SECRET": "s"}


def test_a_flag_wins_over_the_environment_and_that_over_the_default() -> None:
    environment = {**KEYS, "CALLWRIGHT_REDIS_URL": "redis://env", "CALLWRIGHT_REHEARSAL_SEED": "7"}
    settings = read(parser("x").parse_args(["--redis-url", "redis://flag"]), environment)
    assert (settings.redis_url, settings.seed, settings.processes) == ("redis://flag", 7, 2)


@pytest.mark.parametrize(
    ("flags", "environment", "sentence"),
    [
        ([], {}, "LIVEKIT_API_KEY is not set"),
        (["--livekit-url", "localhost"], KEYS, "LIVEKIT_URL must begin with ws://"),
        (["--processes", "0"], KEYS, "CALLWRIGHT_REHEARSAL_PROCESSES must be a whole number from 1"),
        (["--seed", "x"], KEYS, "must be a whole number from 0, not 'x'"),
    ],
)
def test_a_wrong_setting_is_named_in_a_sentence(flags: list[str], environment: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        read(parser("x").parse_args(flags), environment)
