"""What we compute in LiveKit's place is what LiveKit computes."""

import numpy as np
import pytest
from livekit.agents.voice.transcription._speaking_rate import SpeakingRateStream
from livekit.rtc._proto import ffi_pb2

from agent_worker import upstream


@pytest.mark.parametrize("rate", [8000, 16000, 24000, 48000])
@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.025, 0.04, 0.5, 1.0])
def test_the_pace_of_speech_is_livekits(rate: int, seconds: float) -> None:
    sound = np.random.default_rng(7).normal(0, 0.1, int(rate * seconds)).astype(np.float32)
    theirs = upstream.LIVEKITS_FLUX(object.__new__(SpeakingRateStream), sound, rate) if len(sound) >= rate * 0.025 else 0.0
    assert upstream.spectral_flux(sound, rate) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("level", [*ffi_pb2.LogLevel.values(), 99])
def test_log_levels_are_livekits(level: int) -> None:
    assert upstream.LOG_LEVELS.get(level) == upstream.LIVEKITS_LEVEL(level)
