"""The opening line as audio, made before the phone rings and kept on disk, so that a repeat costs nothing.

It is made in parts (disclosure, notice, the assistant's own words): the first two are the same for every call of a campaign, and their
lengths say when they have been heard.

What is kept is spoken text: the folder is private and old lines are dropped.
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from livekit import rtc
from livekit.agents import tts

from agent_worker import clock
from agent_worker.disclosure import Opening

log = structlog.get_logger()

FRAME_S = 0.02
YIELD_S = 0.005
"""Without a pause per frame the event loop is held and the first packet leaves 110-125 ms late (facts: voice §1, trap)."""

KEEP_S = 24 * 3600
SAMPLE_BYTES = 2


class NoSpeechError(Exception):
    """The speech model answered without audio."""


@dataclass(frozen=True, slots=True)
class Line:
    """Mono 16-bit PCM of one spoken text."""

    pcm: bytes
    sample_rate: int

    @property
    def duration_s(self) -> float:
        return len(self.pcm) / SAMPLE_BYTES / self.sample_rate

    async def frames(self) -> AsyncIterator[rtc.AudioFrame]:
        """The line as 20 ms frames that leave the event loop room to send them."""
        step = int(self.sample_rate * FRAME_S) * SAMPLE_BYTES
        for start in range(0, len(self.pcm), step):
            chunk = self.pcm[start : start + step]
            yield rtc.AudioFrame(chunk, self.sample_rate, 1, len(chunk) // SAMPLE_BYTES)
            await asyncio.sleep(YIELD_S)


@dataclass(frozen=True, slots=True)
class Spoken:
    """An opening and its sound. Seconds are from the first sound on."""

    opening: Opening
    line: Line
    disclosed_s: float
    """When the disclosure is over and the notice begins."""
    told_s: float
    """When the notice is over too: nothing interrupts before."""

    @property
    def text(self) -> str:
        return " ".join(self.opening.spoken_first)


def spoken(opening: Opening, lines: Sequence[Line]) -> Spoken:
    """`opening` with one line for each of the parts that are spoken first."""
    sound, lengths = Line(b"".join(line.pcm for line in lines), lines[0].sample_rate), (line.duration_s for line in lines)
    disclosed_s = next(lengths) if opening.disclosure else 0.0
    return Spoken(opening, sound, disclosed_s, disclosed_s + (next(lengths) if opening.notice else 0.0))


class LineStore:
    """Spoken lines by what determines their sound."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def line(self, voice: tts.TTS, text: str, key: tuple[str, ...]) -> Line:
        """`text` in `voice`; `key` names model, voice and speed. Raises the TTS's own error when it cannot be made."""
        path = self._folder / f"{hashlib.sha256(chr(0).join((*key, text)).encode()).hexdigest()}-{voice.sample_rate}.pcm"
        kept = await asyncio.to_thread(_read, path)
        if kept is not None:
            return Line(kept, voice.sample_rate)
        frame = await voice.synthesize(text).collect()
        line = Line(bytes(frame.data), frame.sample_rate)
        if not line.pcm:
            raise NoSpeechError("the speech model returned no audio for the opening line")
        if frame.sample_rate == voice.sample_rate:
            await asyncio.to_thread(self._keep, path, line.pcm)
        return line

    def _keep(self, path: Path, pcm: bytes) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary = path.with_suffix(f".{os.getpid()}")
            temporary.touch(mode=0o600)
            temporary.write_bytes(pcm)
            temporary.replace(path)
            self._drop_old()
        except OSError as error:
            log.warning("opening_line_not_kept", error=str(error))

    def _drop_old(self) -> None:
        for path in self._folder.glob("*.pcm"):
            if clock.seconds() - path.stat().st_mtime > KEEP_S:
                path.unlink(missing_ok=True)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() or None
    except OSError:
        return None
