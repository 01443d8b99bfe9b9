"""What one call sounds like so far, without understanding a word: speech and pauses by energy, signals, a mailbox's beep.

Fed frame by frame beside the conversation. Speech is told from noise by a floor that falls soon and rises slowly: between two syllables
any voice falls to the noise of its line. Levels are taken over 80 ms, in which noise and lost packets even out.
"""

from dataclasses import dataclass

import numpy as np

from agent_worker.answering.signals import Signal, SignalDetector
from agent_worker.beep import BeepDetector

FRAME_S = 0.02
SMOOTHED = 4
"""Frames whose power is averaged."""

OVER_FLOOR_DB = 8.0
FLOOR_RISES_DB_S = 8.0
LOWEST_FLOOR_DB, FIRST_FLOOR_DB = -62.0, -30.0
"""dBFS. Whatever is heard first is the line, unless it is as loud as a voice."""

PAUSE_S = 0.3
"""Silence that ends a piece of speech; shorter ones lie within a word or between two."""

WORD_S = 0.14
"""Less than this is a click, or noise that rose for a moment."""

BEEP_STANDS_S = 0.3
"""Silence after a tone before it counts as a beep: a signal's next tone would follow."""

_FULL_SCALE = 32768.0


@dataclass(frozen=True, slots=True)
class Sound:
    """What was heard since the answer. Durations in seconds."""

    heard_s: float = 0.0
    """How much was listened to."""
    speech_s: float = 0.0
    """All speech, without the pauses."""
    first_speech_s: float = 0.0
    """From the first sound of speech to the first pause; grows while that has not come."""
    longest_pause_s: float = 0.0
    """Between two pieces of speech."""
    quiet_s: float = 0.0
    """Since the last sound of speech; 0 while somebody speaks."""
    beep: bool = False
    signal: Signal | None = None


class Ear:
    """`push` takes the callee's audio from the answer on; `sound` is what it comes to."""

    def __init__(self) -> None:
        self._beep, self._signals = BeepDetector(), SignalDetector()
        self._waiting = np.empty(0, dtype=np.int16)
        self._floor_db = FIRST_FLOOR_DB
        self._now = self._speech_s = self._longest_pause_s = 0.0
        self._began: float | None = None
        """Of the piece of speech under way."""
        self._last_loud = self._last_word = 0.0
        """The last sound above the noise, and the last of a piece that is long enough to be speech."""
        self._powers = np.zeros(SMOOTHED - 1)
        self._first: tuple[float, float] | None = None
        self._tone_ended: float | None = None
        self._has_beeped = False

    def push(self, samples: np.ndarray, sample_rate: int) -> bool:
        """Feed mono int16 samples; whether a beep has just become certain."""
        self._signals.push(samples, sample_rate)
        if self._beep.push(samples, sample_rate) and self._may_be_beep():
            self._tone_ended = self._now
        self._waiting = np.concatenate((self._waiting, samples))
        size = int(sample_rate * FRAME_S)
        whole = len(self._waiting) // size
        for level_db in self._levels_db(self._waiting[: whole * size].reshape(whole, size)):
            self._frame(float(level_db))
        self._waiting = self._waiting[whole * size :]
        return self._settle_beep()

    @property
    def sound(self) -> Sound:
        under_way = 0.0 if self._began is None or not self._is_word else self._last_loud - self._began
        first = self._first[1] - self._first[0] if self._first else under_way
        return Sound(
            heard_s=self._now,
            speech_s=self._speech_s + under_way,
            first_speech_s=first,
            longest_pause_s=self._longest_pause_s,
            quiet_s=self._now - self._last_word if self._last_word and self._now - self._last_word > SMOOTHED * FRAME_S else 0.0,
            beep=self._has_beeped,
            signal=self._signals.heard,
        )

    def _may_be_beep(self) -> bool:
        # After a greeting any tone is a beep; without one, a tone of the network's own is not.
        return self._speech_s > 0 or not self._signals.explains(self._beep.pitch)

    def _settle_beep(self) -> bool:
        if self._tone_ended is None or self._has_beeped:
            return False
        if self._signals.is_tone or self._signals.heard is not None:
            self._tone_ended = None
            return False
        self._has_beeped = self._now - self._tone_ended >= BEEP_STANDS_S
        return self._has_beeped

    def _frame(self, level_db: float) -> None:
        self._now += FRAME_S
        is_loud = level_db > self._floor_db + OVER_FLOOR_DB
        self._floor_db = max(LOWEST_FLOOR_DB, min(level_db, self._floor_db + FLOOR_RISES_DB_S * FRAME_S))
        if is_loud and not self._signals.is_tone:
            self._loud()
        elif self._began is not None and self._now - self._last_loud >= PAUSE_S:
            self._end_piece()

    @property
    def _is_word(self) -> bool:
        return self._began is not None and self._last_loud - self._began >= WORD_S

    def _loud(self) -> None:
        if self._began is None:
            self._began = self._now - FRAME_S
        self._last_loud = self._now
        if self._is_word:
            if self._first is not None and self._last_word < self._began:
                self._longest_pause_s = max(self._longest_pause_s, self._began - self._last_word)
            self._last_word = self._now

    def _end_piece(self) -> None:
        if self._began is not None and self._is_word:
            self._speech_s += self._last_loud - self._began
            self._first = self._first or (self._began, self._last_loud)
            self._signals.has_spoken()
        self._began = None

    def _levels_db(self, frames: np.ndarray) -> np.ndarray:
        """The level at the end of each row, in dB below full scale."""
        powers = np.concatenate((self._powers, np.mean(np.square(frames.astype(np.float32) / _FULL_SCALE), axis=1)))
        self._powers = powers[len(powers) - SMOOTHED + 1 :]
        return 10 * np.log10(np.maximum(np.convolve(powers, np.ones(SMOOTHED) / SMOOTHED, mode="valid"), 1e-10))
