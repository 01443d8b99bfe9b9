"""Outcome categories, beeps, phrases: small rules that decide what is recorded or said."""

import numpy as np
import pytest

from agent_worker.beep import BeepDetector
from agent_worker.outcomes import category
from agent_worker.phrases import base_language, for_language
from sip_config.contract import Outcome

RATE = 16_000


def tone(hertz: float, seconds: float) -> np.ndarray:
    t = np.arange(int(RATE * seconds)) / RATE
    return (8000 * np.sin(2 * np.pi * hertz * t)).astype(np.int16)


def voice(seconds: float) -> np.ndarray:
    """A buzz with the harmonics of a vowel."""
    t = np.arange(int(RATE * seconds)) / RATE
    return sum(2000 / k * np.sin(2 * np.pi * 140 * k * t) for k in range(1, 12)).astype(np.int16)


def noise(seconds: float) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 100, int(RATE * seconds)).astype(np.int16)


def hears_beep(*sounds: np.ndarray) -> bool:
    detector, samples = BeepDetector(), np.concatenate(sounds)
    return any(detector.push(samples[i : i + 512], RATE) for i in range(0, len(samples), 512))


@pytest.mark.parametrize("hertz", [440.0, 800.0, 1000.0, 1400.0, 2000.0])
def test_the_tone_of_a_mailbox_is_heard_when_it_ends(hertz: float):
    assert hears_beep(noise(0.5), tone(hertz, 0.4), noise(0.5))


def test_a_tone_that_goes_on_is_not_a_beep_yet():
    assert not hears_beep(noise(0.5), tone(1000, 0.5))


def test_voices_noise_clicks_and_dial_tones_are_not_beeps():
    assert not hears_beep(voice(1.5), noise(0.5))
    assert not hears_beep(noise(2.0))
    assert not hears_beep(noise(0.5), tone(1000, 0.08), noise(0.5))
    assert not hears_beep(tone(440, 6.0), noise(0.5))


@pytest.mark.parametrize(
    ("label", "outcome"),
    [
        ("interested", Outcome.SUCCESS),
        ("Not interested", Outcome.NOT_INTERESTED),
        ("callback", Outcome.CALLBACK),
        ("do-not-call", Outcome.DO_NOT_CALL),
        ("voicemail", Outcome.NO_CONVERSATION),
        ("wrong_number", Outcome.WRONG_NUMBER),
        ("something else", Outcome.UNKNOWN),
        ("", Outcome.UNKNOWN),
    ],
)
def test_labels_map_onto_fixed_categories(label: str, outcome: Outcome):
    assert category(label) is outcome


def test_languages_fall_back_to_english_and_lose_their_region():
    assert base_language("pt-BR") == "pt"
    assert for_language("es-MX").goodbye.endswith("Adiós.")
    assert for_language("fi") is for_language("en")
