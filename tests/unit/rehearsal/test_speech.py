"""What a callee sends: words without silence at the ends, noise beneath and a moment of noise after."""

import numpy as np

from rehearsal.hearing import is_loud
from rehearsal.scripts import Voice
from rehearsal.speech_client import RATE, TAIL_S, ToneVoices, beep, prepared, trimmed


async def test_tones_last_as_long_as_the_text_would() -> None:
    short, long = [await ToneVoices().speak(text, Voice()) for text in ("Hello, hello?", "Hello, hello? " * 4)]
    assert 3.9 * short.size < long.size < 4.5 * short.size


async def test_the_ends_are_trimmed_and_a_tail_of_noise_follows_the_last_word() -> None:
    silence = np.zeros(RATE, dtype=np.int16)
    words = await ToneVoices().speak("Hello there, who is it?", Voice())
    spoken = trimmed(np.concatenate([silence, words, silence]))
    assert abs(spoken.size - words.size) <= RATE // 25
    sound = prepared(np.concatenate([silence, words, silence]))
    assert sound.samples.size == spoken.size + int(TAIL_S * RATE)
    tail = sound.samples[-int(TAIL_S * RATE) :]
    assert not is_loud(tail)
    assert np.any(tail)
    assert is_loud(sound.samples[: RATE // 50])


def test_comfort_noise_is_fifty_decibels_below_full_scale() -> None:
    tail = prepared(np.zeros(RATE, dtype=np.int16)).samples.astype(float)
    assert -51 < 20 * np.log10(np.sqrt(np.mean(tail**2)) / 32768) < -49


def test_the_beep_is_a_kilohertz_tone() -> None:
    spectrum = np.abs(np.fft.rfft(beep().samples))
    assert np.argmax(spectrum) / 0.4 == 1000
