"""Makes a greeting heard: voice, tones, the line it comes over. Pure numpy beside the voice; the same greeting always sounds the same."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rehearsal.greetings.corpus import Beep, Greeting, LineType, Pause, Sentence, Tone
from rehearsal.models.audio import resample, to_int16

RATE = 16_000
"""As the agent hears (agent_worker.pipeline.INPUT_RATE)."""

PHONE_RATE = 8000
AFTER_S = 3.0
"""What is listened to after the last sound."""

SPEECH_DB, TONE_DB = -20.0, -16.0
QUIET_DB = -60.0
_PACKET = PHONE_RATE // 50
_FADE = 0.5
"""What is left of a packet that is repeated in place of a lost one, per repetition."""

TONES: dict[str, tuple[tuple[tuple[float, ...], float], ...]] = {
    "sit": (((985.2,), 0.38), ((1370.6,), 0.274), ((1776.7,), 0.38)),
    "sit_no_circuit": (((985.2,), 0.38), ((1428.5,), 0.38), ((1776.7,), 0.38)),
    "sit_reorder": (((913.8,), 0.274), ((1428.5,), 0.38), ((1776.7,), 0.38)),
    "sit_vacant": (((985.2,), 0.38), ((1370.6,), 0.274), ((1776.7,), 0.38)),
    "busy": (((480.0, 620.0), 0.5), ((), 0.5)) * 6,
    "reorder": (((480.0, 620.0), 0.25), ((), 0.25)) * 10,
    "busy_eu": (((425.0,), 0.48), ((), 0.48)) * 6,
    "reorder_eu": (((425.0,), 0.24), ((), 0.24)) * 10,
    "busy_uk": (((400.0,), 0.375), ((), 0.375)) * 7,
    "ced": (((2100.0,), 3.0), ((), 0.3)),
    "cng": (((1100.0,), 0.5), ((), 3.0), ((1100.0,), 0.5), ((), 1.5)),
    "dial": (((350.0, 440.0), 6.0),),
}
"""Frequencies in Hz and seconds, one after the other (facts/dialer §3.3; ITU-T E.180, T.30)."""

Voice = Callable[[str, str, float], np.ndarray]
"""Text, eSpeak voice, speed → int16 samples at `VOICE_RATE`."""

VOICE_RATE = 22_050


@dataclass(frozen=True, slots=True)
class Heard:
    """A greeting as int16 samples at `RATE`. `said` are its sentences with the seconds at which they end; `ended_s` is when its last
    sound ends."""

    samples: np.ndarray
    said: tuple[tuple[float, float, str], ...]
    ended_s: float


def render(greeting: Greeting, voice: Voice) -> Heard:
    """The sound of `greeting`; sentences with their beginning and end in seconds."""
    sounds, said, at = [_silence(greeting.before_s)], [], greeting.before_s
    ended = at
    for piece in greeting.pieces:
        sound = _sound(piece, greeting, voice)
        if isinstance(piece, Sentence):
            said.append((at, at + len(sound) / RATE, piece.text))
        at += len(sound) / RATE
        ended = ended if isinstance(piece, Pause) else at
        sounds.append(sound)
    sounds.append(_silence(AFTER_S))
    clean = np.concatenate(sounds)
    return Heard(over_line(clean, greeting.line, np.random.default_rng(greeting.chance("line").getrandbits(32))), tuple(said), ended)


def over_line(clean: np.ndarray, line: LineType, noise: np.random.Generator) -> np.ndarray:
    """Float samples at `RATE` as they come out of the other end, int16."""
    mixed = clean * _gain(line.gain_db) + _noise(line, len(clean), noise)
    if line.codec == "wide":
        return to_int16(mixed)
    narrow = resample(mixed, RATE, PHONE_RATE)
    coded = _companded(narrow, line.codec)
    return to_int16(resample(_with_losses(coded, line.loss, noise), PHONE_RATE, RATE))


def _sound(piece: Sentence | Pause | Beep | Tone, greeting: Greeting, voice: Voice) -> np.ndarray:
    if isinstance(piece, Pause):
        return _silence(piece.seconds)
    if isinstance(piece, Beep):
        return _tones((piece.hertz,), piece.seconds)
    if isinstance(piece, Tone):
        return np.concatenate([_tones(hertz, seconds) for hertz, seconds in TONES[piece.name]])
    return _spoken(voice(piece.text, greeting.voice, greeting.speed))


def _spoken(samples: np.ndarray) -> np.ndarray:
    """A sentence at the usual level, without the silence around it."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > 100)
    if not len(loud):
        return np.zeros(0)
    speech = resample(samples[loud[0] : loud[-1] + 1].astype(np.float64), VOICE_RATE, RATE)
    return speech * (_gain(SPEECH_DB) * 32768 / max(1.0, float(np.sqrt(np.mean(speech**2)))))


def _tones(hertz: tuple[float, ...], seconds: float) -> np.ndarray:
    t = np.arange(int(seconds * RATE)) / RATE
    amplitude = _gain(TONE_DB) * 32768 * np.sqrt(2 / max(1, len(hertz)))
    return sum((amplitude * np.sin(2 * np.pi * hz * t) for hz in hertz), np.zeros(len(t)))


def _silence(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * RATE))


def _noise(line: LineType, count: int, noise: np.random.Generator) -> np.ndarray:
    """Noise of the line's kind at its distance below speech."""
    level = QUIET_DB if line.noise == "quiet" else SPEECH_DB + line.gain_db - line.snr_db
    raw = _raw_noise(line.noise, count, noise)
    return raw * (_gain(level) * 32768 / max(1e-9, float(np.sqrt(np.mean(raw**2)))))


def _raw_noise(kind: str, count: int, noise: np.random.Generator) -> np.ndarray:
    white = noise.normal(size=count)
    t = np.arange(count) / RATE
    if kind == "hum":
        return sum(np.sin(2 * np.pi * 50 * k * t) / k for k in (2, 3, 4, 6)) + 0.2 * white
    if kind == "street":
        # Rumble that swells and falls as cars pass.
        return _smoothed(white, 24) * (1 + 0.6 * np.sin(2 * np.pi * 0.23 * t + noise.uniform(0, 6)))
    if kind == "babble":
        # Speech-shaped noise in the rhythm of several syllables a second.
        return _smoothed(white, 6) * (1 + 0.5 * np.sin(2 * np.pi * 3.1 * t) * np.sin(2 * np.pi * 0.7 * t + noise.uniform(0, 6)))
    return white


def _smoothed(samples: np.ndarray, width: int) -> np.ndarray:
    return np.convolve(samples, np.ones(width) / width, mode="same")


def _companded(samples: np.ndarray, codec: str) -> np.ndarray:
    """Through 8 bits of G.711 and back, by its continuous law."""
    x = np.clip(samples / 32768, -1, 1)
    if codec == "alaw":
        a, size = 87.6, np.abs(x)
        coded = np.where(size < 1 / a, a * size / (1 + np.log(a)), (1 + np.log(np.maximum(a * size, 1e-9))) / (1 + np.log(a)))
        steps = np.round(coded * 127) / 127
        back = np.where(steps < 1 / (1 + np.log(a)), steps * (1 + np.log(a)) / a, np.exp(steps * (1 + np.log(a)) - 1) / a)
    else:
        mu = 255.0
        steps = np.round(np.log1p(mu * np.abs(x)) / np.log1p(mu) * 127) / 127
        back = np.expm1(steps * np.log1p(mu)) / mu
    return np.sign(x) * back * 32768


def _with_losses(samples: np.ndarray, share: float, noise: np.random.Generator) -> np.ndarray:
    """Lost packets replaced by fading repetitions of the last that came, as a jitter buffer does."""
    heard = samples.copy()
    for start in range(_PACKET, len(heard) - _PACKET, _PACKET):
        if share and noise.random() < share:
            heard[start : start + _PACKET] = heard[start - _PACKET : start] * _FADE
    return heard


def _gain(db: float) -> float:
    return 10 ** (db / 20)
