"""Text to speech for the stand-in: OpenAI voice names on eSpeak NG, cached, at the 24 kHz that OpenAI's `pcm` has."""

import collections

import numpy as np

from rehearsal.models.audio import resample, to_int16
from rehearsal.models.espeak import NATIVE_RATE, Espeak

RATE = 24000
OPENAI_VOICES = {
    "alloy": "en-us+f3", "ash": "en-us+m3", "ballad": "en-gb+m2", "cedar": "en-us+m7", "coral": "en-us+f2", "echo": "en-us+m1",
    "fable": "en-gb+m5", "marin": "en-us+f5", "nova": "en-us+f4", "onyx": "en-us+m4", "sage": "en-gb+f2", "shimmer": "en-us+f1",
    "verse": "en-us+m6",
}  # fmt: skip
_CACHE_SAMPLES = 24_000_000  # 48 MB: a quarter of an hour of speech
_AUDIBLE = 100  # int16; -50 dBFS
_LEAD_S, _TAIL_S = 0.01, 0.12  # silence kept around an utterance; eSpeak's own 0.2–0.3 s would count as latency


class Speech:
    """Synthesis with a cache by (voice, speed, text). Call it from one thread at a time."""

    def __init__(self, espeak: Espeak | None = None) -> None:
        self._espeak = espeak or Espeak()
        self._cache: collections.OrderedDict[tuple[str, float, str], np.ndarray] = collections.OrderedDict()
        self._cached_samples = 0

    def speak(self, text: str, voice: str, speed: float = 1.0) -> np.ndarray:
        """Int16 mono samples at `RATE`. Raises `espeak.UnknownVoice` for a name that neither OpenAI nor eSpeak knows."""
        key = (espeak_voice(voice), round(speed, 3), text)
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        native = trim_silence(self._espeak.speak(text, key[0], speed), NATIVE_RATE)
        samples = to_int16(resample(native.astype(np.float32), NATIVE_RATE, RATE))
        self._remember(key, samples)
        return samples

    def _remember(self, key: tuple[str, float, str], samples: np.ndarray) -> None:
        self._cache[key] = samples
        self._cached_samples += len(samples)
        while self._cached_samples > _CACHE_SAMPLES and len(self._cache) > 1:
            _, dropped = self._cache.popitem(last=False)
            self._cached_samples -= len(dropped)


def espeak_voice(name: str) -> str:
    """The eSpeak name for an OpenAI voice; every other name is taken to be eSpeak's own."""
    return OPENAI_VOICES.get(name.lower(), name)


def trim_silence(samples: np.ndarray, rate: int) -> np.ndarray:
    """`samples` with at most 10 ms of silence before and 120 ms after the sound."""
    audible = np.flatnonzero(np.abs(samples.astype(np.int32)) > _AUDIBLE)
    if not len(audible):
        return samples
    return samples[max(0, audible[0] - int(_LEAD_S * rate)) : audible[-1] + int(_TAIL_S * rate)]
