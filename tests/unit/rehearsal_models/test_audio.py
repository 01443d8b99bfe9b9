"""Resampling, WAV and the features of sound."""

import numpy as np
import pytest

from rehearsal.models.audio import NotAudio, describe, loudness, read_wav, resample, write_wav
from rehearsal.models.catalogue import with_parts


def tone(hertz: float, rate: int, seconds: float = 0.5) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)


@pytest.mark.parametrize(("source", "target"), [(22050, 24000), (24000, 8000), (48000, 16000), (8000, 24000)])
def test_a_resampled_tone_is_the_same_tone(source: int, target: int) -> None:
    heard = resample(tone(700, source), source, target)
    expected = tone(700, target)
    assert len(heard) == len(expected)
    middle = slice(target // 20, -target // 20)
    assert np.abs(heard[middle] - expected[middle]).max() < 0.01


def test_resampling_leaves_nothing_above_the_new_band() -> None:
    assert np.abs(resample(tone(6000, 24000), 24000, 8000)[400:-400]).max() < 0.02


def test_a_wav_survives_the_round_trip_and_stereo_becomes_mono() -> None:
    samples = (tone(440, 16000) * 20000).astype(np.int16)
    heard, rate = read_wav(write_wav(samples, 16000))
    assert rate == 16000
    assert np.allclose(heard, samples / 32768, atol=1e-4)


@pytest.mark.parametrize("data", [b"", b"no sound", b"RIFF\x00\x00\x00\x00WAVE"])
def test_what_is_no_wav_is_refused(data: bytes) -> None:
    with pytest.raises(NotAudio):
        read_wav(data)


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(10), np.zeros(24000), tone(1000, 24000)])
def test_silence_and_a_mailbox_beep_hold_no_speech(samples: np.ndarray) -> None:
    frames, _ = describe(loudness(samples.astype(np.float32), 24000))
    assert len(frames) == 0


def test_a_text_is_known_by_its_sentences_and_their_runs() -> None:
    assert with_parts("Hi. I am out! Call later.") == [
        "Hi. I am out! Call later.", "Hi.", "Hi. I am out!", "I am out!", "I am out! Call later.", "Call later.",
    ]  # fmt: skip
