"""The callee's voice: speech from the stand-in models server, or tones where no such server runs, made ready before the first call."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

import aiohttp
import numpy as np
import structlog

from rehearsal.hearing import is_loud
from rehearsal.scripts import Script, ScriptBook, Voice

RATE = 24_000
TAIL_S = 0.3
"""Noise after the words, so that a listener's voice detection sees them end in a room and not in a vacuum."""
NOISE_RMS = 32768 * 10 ** (-50 / 20)
_FRAME = RATE // 50
_TONE_S_PER_CHARACTER = 0.06
_FETCH_AT_ONCE = 4
_log = structlog.get_logger(__name__)


class SpeechUnavailableError(Exception):
    """The models server gave no speech; the text is one sentence."""


class Voices(Protocol):
    async def speak(self, text: str, voice: Voice) -> np.ndarray:
        """int16 samples, mono, 24 kHz. Raises `SpeechUnavailableError`."""
        ...


@dataclass(frozen=True, slots=True)
class Sound:
    """int16 samples to be sent, of which the last `tail_s` seconds are noise after the words."""

    samples: np.ndarray
    tail_s: float = TAIL_S


class HttpVoices:
    """`POST {models_url}/v1/audio/speech` as the stand-in models server answers it: raw PCM."""

    def __init__(self, models_url: str, patience_s: float = 60.0) -> None:
        self._url, self._patience_s = f"{models_url}/v1/audio/speech", patience_s

    async def speak(self, text: str, voice: Voice) -> np.ndarray:
        body = {"model": "stand-in-tts", "input": text, "voice": voice.name, "speed": voice.speed, "response_format": "pcm"}
        try:
            async with asyncio.timeout(self._patience_s), aiohttp.ClientSession() as http:
                return await self._fetch(http, body)
        except (TimeoutError, aiohttp.ClientError) as error:
            raise SpeechUnavailableError(f"The models server at {self._url} gave no speech ({type(error).__name__}: {error}).") from error

    async def _fetch(self, http: aiohttp.ClientSession, body: dict[str, object]) -> np.ndarray:
        while True:
            try:
                async with http.post(self._url, json=body) as answer:
                    answer.raise_for_status()
                    return np.frombuffer(await answer.read(), dtype="<i2")
            except aiohttp.ClientConnectionError:
                # Started together with the models server, which may need a moment longer.
                await asyncio.sleep(0.3)


class ToneVoices:
    """Bursts of tone as long as the text would take to say, for load tests and for tests without a models server."""

    async def speak(self, text: str, voice: Voice) -> np.ndarray:
        seconds = max(0.3, len(text) * _TONE_S_PER_CHARACTER / voice.speed)
        t = np.arange(int(seconds * RATE)) / RATE
        # Four bursts per second, about the rate of syllables; never silent for as long as a pause between sentences.
        envelope = 0.6 + 0.4 * np.sin(2 * np.pi * 4 * t)
        return (8000 * envelope * np.sin(2 * np.pi * 220 * t)).astype(np.int16)


def voices_at(models_url: str) -> Voices:
    return ToneVoices() if models_url == "tone:" else HttpVoices(models_url)


def beep(hertz: float = 1000.0, seconds: float = 0.4) -> Sound:
    """The tone of a mailbox."""
    t = np.arange(int(seconds * RATE)) / RATE
    return Sound((8192 * np.sin(2 * np.pi * hertz * t)).astype(np.int16), tail_s=0.0)


def prepared(samples: np.ndarray, seed: int = 0) -> Sound:
    """`samples` without the silence at both ends, over comfort noise that goes on for a moment after the words."""
    spoken = trimmed(samples)
    noise = np.random.default_rng(seed).normal(0.0, NOISE_RMS, spoken.size + int(TAIL_S * RATE))
    noise[: spoken.size] += spoken
    return Sound(np.clip(noise, -32768, 32767).astype(np.int16))


def trimmed(samples: np.ndarray) -> np.ndarray:
    """`samples` from the first to the last loud 20 ms."""
    loud = [start for start in range(0, samples.size, _FRAME) if is_loud(samples[start : start + _FRAME])]
    return samples[loud[0] : loud[-1] + _FRAME] if loud else samples


class SpeechLibrary:
    """Every line of every script, ready to be sent."""

    def __init__(self, voices: Voices) -> None:
        self._voices = voices
        self._sounds: dict[tuple[Voice, str], Sound] = {}
        self._at_once = asyncio.Semaphore(_FETCH_AT_ONCE)

    async def fill(self, book: ScriptBook) -> None:
        """Fetch all lines of `book`. Raises `SpeechUnavailableError`."""
        for script in book.scripts.values():
            await self.fill_script(script)
        _log.info("carrier_speech_ready", lines=len(self._sounds))

    async def fill_script(self, script: Script) -> None:
        """Fetch all lines of one script. Raises `SpeechUnavailableError`."""
        texts = [text for text in script.texts() if (script.voice, text) not in self._sounds]
        await asyncio.gather(*(self._add(script.voice, text) for text in texts))

    def line(self, script: Script, text: str) -> Sound:
        return self._sounds[script.voice, text]

    async def _add(self, voice: Voice, text: str) -> None:
        async with self._at_once:
            self._sounds[voice, text] = prepared(await self._voices.speak(text, voice))
