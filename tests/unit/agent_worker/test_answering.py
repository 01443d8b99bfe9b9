"""Who picked up, by sound and words: each kind of evidence, and what must never follow from it."""

import numpy as np
import pytest

from agent_worker.answering.decision import Evidence, Verdict, decide
from agent_worker.answering.ear import Ear, Sound
from agent_worker.answering.signals import Signal, SignalDetector
from agent_worker.answering.words import weigh
from agent_worker.listener import Listener
from rehearsal.greetings.sound import RATE, TONES
from sip_config.contract import AnsweredBy

FRAME = RATE * 32 // 1000


def tone(hertz: tuple[float, ...], seconds: float) -> np.ndarray:
    t = np.arange(int(seconds * RATE)) / RATE
    return sum((4000 * np.sin(2 * np.pi * hz * t) for hz in hertz), np.zeros(len(t)))


def quiet(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * RATE))


def voice(seconds: float) -> np.ndarray:
    """Syllables of a buzz with the harmonics of a vowel."""
    t = np.arange(int(seconds * RATE)) / RATE
    return sum(1500 / k * np.sin(2 * np.pi * 140 * k * t) for k in range(1, 12)) * (0.55 + 0.45 * np.sin(2 * np.pi * 4 * t))


def on_a_line(*sounds: np.ndarray, noise: float = 20.0) -> np.ndarray:
    clean = np.concatenate(sounds)
    return (clean + np.random.default_rng(1).normal(0, noise, len(clean))).astype(np.int16)


def frames(samples: np.ndarray) -> list[np.ndarray]:
    return [samples[start : start + FRAME] for start in range(0, len(samples) - FRAME, FRAME)]


def sound_of(*sounds: np.ndarray, noise: float = 20.0) -> Sound:
    ear = Ear()
    for frame in frames(on_a_line(*sounds, noise=noise)):
        ear.push(frame, RATE)
    return ear.sound


def signal_of(*sounds: np.ndarray) -> Signal | None:
    detector = SignalDetector()
    for frame in frames(on_a_line(*sounds)):
        detector.push(frame, RATE)
    return detector.heard


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("sit", Signal.SIT),
        ("sit_no_circuit", Signal.SIT),
        ("sit_reorder", Signal.SIT),
        ("busy", Signal.BUSY),
        ("busy_eu", Signal.BUSY),
        ("busy_uk", Signal.BUSY),
        ("reorder", Signal.REORDER),
        ("reorder_eu", Signal.REORDER),
        ("ced", Signal.FAX),
        ("cng", Signal.FAX),
        ("dial", Signal.DIAL_TONE),
    ],
)
def test_the_tones_of_networks_and_machines_are_named(name: str, signal: Signal):
    assert signal_of(quiet(0.3), *(tone(hertz, seconds) for hertz, seconds in TONES[name]), quiet(0.3)) is signal


def test_ringing_voices_and_single_beeps_are_no_signals():
    assert signal_of(tone((440.0, 480.0), 2.0), quiet(4.0), tone((440.0, 480.0), 2.0)) is None
    assert signal_of(tone((425.0,), 1.0), quiet(4.0), tone((425.0,), 1.0)) is None
    assert signal_of(voice(3.0)) is None
    assert signal_of(quiet(0.5), tone((1000.0,), 0.5), quiet(1.5)) is None


def test_the_first_of_three_rising_tones_is_no_beep_and_a_tone_after_a_greeting_is_one():
    assert not sound_of(*(tone(hertz, seconds) for hertz, seconds in TONES["sit"]), quiet(1.0)).beep
    assert not sound_of(quiet(0.2), *(tone(hertz, seconds) for hertz, seconds in TONES["busy_eu"])).beep
    heard = sound_of(quiet(0.2), voice(2.0), quiet(0.4), tone((1100.0,), 0.5), quiet(1.5))
    assert heard.beep
    assert heard.signal is None


def test_speech_and_the_pause_after_it_are_measured_also_on_a_noisy_line():
    for noise in (5.0, 60.0, 150.0):
        heard = sound_of(quiet(0.8), voice(0.6), quiet(1.5), noise=noise)
        assert heard.first_speech_s == pytest.approx(0.6, abs=0.2), noise
        assert heard.quiet_s == pytest.approx(1.5, abs=0.2), noise


def test_noise_alone_is_nobody():
    for noise in (5.0, 60.0, 300.0):
        assert sound_of(quiet(6.0), noise=noise).speech_s == 0


def test_a_short_greeting_and_a_pause_is_a_person_within_a_second():
    listener, ended = Listener(), 0.4 + 0.6
    for number, frame in enumerate(frames(on_a_line(quiet(0.4), voice(0.6), quiet(2.0)))):
        listener.sound(frame, RATE, number * 0.032)
        if listener.verdict is not None:
            break
    assert listener.verdict is not None
    assert listener.verdict.by is AnsweredBy.HUMAN
    assert (number + 1) * 0.032 - ended <= 1.0


def test_speech_on_and_on_is_a_machine_but_not_surely_enough_to_hang_up():
    verdict = decide(Evidence(sound=Sound(heard_s=9.0, speech_s=8.0, first_speech_s=8.0, longest_pause_s=0.4)))
    assert verdict is not None
    assert (verdict.by, verdict.confidence < 0.75) == (AnsweredBy.VOICEMAIL, True)


def test_words_outweigh_the_sound_of_a_short_greeting():
    spoken = Evidence(words=weigh("The mailbox is full. Goodbye."), sound=Sound(heard_s=3.0, speech_s=1.8, first_speech_s=1.8, quiet_s=0.8))
    verdict = decide(spoken)
    assert verdict is not None
    assert verdict.by is AnsweredBy.MAILBOX_UNAVAILABLE


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("If you record your name and reason for calling, I'll see if this person is available.", AnsweredBy.CALL_SCREEN),
        ("Thank you for calling. For sales, press one. For support, press two.", AnsweredBy.IVR),
        ("The number you have dialed is not in service.", AnsweredBy.NETWORK_ANNOUNCEMENT),
        ("Good morning, may I ask who is calling, and what it is regarding?", None),
        ("She can't come to the phone, would you like to leave a message?", None),
        ("Hello?", None),
        ("", None),
    ],
)
def test_words_tell_machines_from_the_people_who_speak_like_them(text: str, by: AnsweredBy | None):
    assert weigh(text).machine is by


def test_who_has_answered_the_opening_may_ask_what_a_screener_asks():
    words = weigh("Hello? What is the reason for your call?")
    verdict = decide(Evidence(words=words, replied=True))
    assert verdict is not None
    assert verdict.by is AnsweredBy.HUMAN


def test_a_verdict_names_its_reason():
    assert decide(Evidence(sound=Sound(signal=Signal.BUSY))) == Verdict(AnsweredBy.NETWORK_ANNOUNCEMENT, 0.97, "busy tone")
