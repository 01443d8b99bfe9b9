"""Tones that the network or a machine sends instead of a voice, heard by Goertzel filters: fax, SIT, busy, reorder, dial tone.

The filters are one matrix product per window of 40 ms, so that they may run on every call. Frequencies and cadences: facts/dialer §3.3,
ITU-T E.180 (SIT, busy, congestion) and T.30 (fax). A tone tells by its cadence, so each is named once it has been heard long enough.
"""

import enum
import itertools
from dataclasses import dataclass
from functools import cache

import numpy as np

WINDOW_S = 0.04
"""Long enough to tell 440 from 480 Hz, short enough for a reorder tone's pauses of 0.25 s."""

LOUD = 200.0
"""RMS of 16-bit samples, about -44 dBFS."""

PURE = 0.7
"""Share of a window's energy in the tones of one signal. Speech stays far below, its energy lies in many harmonics."""

LEAST_OF_TWO = 0.15
"""Share that each tone of a pair must have of the energy."""

BRIDGE_S = 0.06
"""A lost packet does not end a tone."""


class Signal(enum.StrEnum):
    """What a cadence means."""

    FAX = "fax"
    SIT = "sit"
    BUSY = "busy"
    REORDER = "reorder"
    DIAL_TONE = "dial_tone"


TONES: dict[str, tuple[float, ...]] = {
    "sit_low": (913.8, 985.2),
    "sit_middle": (1370.6, 1428.5),
    "sit_high": (1776.7,),
    "cng": (1100.0,),
    "ced": (2100.0,),
    "progress": (400.0, 425.0, 440.0, 450.0),
}
"""Single tones by name; any one of the frequencies will do."""

PAIRS: dict[str, tuple[float, float]] = {"us_busy": (480.0, 620.0), "us_dial": (350.0, 440.0)}
"""Two tones at once."""

_FREQUENCIES = tuple(sorted({hz for tones in (*TONES.values(), *PAIRS.values()) for hz in tones}))
_INDEX = {hz: i for i, hz in enumerate(_FREQUENCIES)}
_CADENCED = ("progress", "us_busy")
_BUSY_S, _REORDER_S = (0.32, 0.62), (0.18, 0.31)
_SIT_S, _SIT_GAP_S = (0.2, 0.5), 0.12
_CED_S, _CNG_S, _CONTINUOUS_S = 1.0, (0.4, 0.6), 2.6
_CNG_QUIET_S = 1.0
_KEPT = 6


@dataclass(frozen=True, slots=True)
class Burst:
    """One tone from its beginning to its end, in seconds of what was listened to."""

    name: str
    began: float
    ended: float

    @property
    def lasted(self) -> float:
        return self.ended - self.began


class SignalDetector:
    """`push` takes the callee's audio; `heard` is the first signal that was recognised."""

    def __init__(self) -> None:
        self.heard: Signal | None = None
        self.is_tone = False
        """Whether the last whole window was one of the tones."""
        self._has_heard_speech = False
        self._waiting = np.empty(0, dtype=np.int16)
        self._now = 0.0
        self._bursts: list[Burst] = []
        self._current: Burst | None = None

    def push(self, samples: np.ndarray, sample_rate: int) -> None:
        """Feed mono int16 samples."""
        self._waiting = np.concatenate((self._waiting, samples))
        size = int(sample_rate * WINDOW_S)
        while len(self._waiting) >= size:
            self._window(tone_of(self._waiting[:size], sample_rate))
            self._waiting = self._waiting[size:]

    def has_spoken(self) -> None:
        """Somebody has spoken, who may be a mailbox."""
        self._has_heard_speech = True

    def explains(self, hertz: float) -> bool:
        """Whether a lone tone of this pitch may be the beginning of a signal, and no mailbox's beep."""
        return any(abs(hertz - hz) <= 20 for name in ("cng", "ced", "sit_low", "progress") for hz in TONES[name]) or 470 <= hertz <= 630

    def _window(self, name: str) -> None:
        self.is_tone, current = bool(name), self._current
        began, self._now = self._now, self._now + WINDOW_S
        if current is not None and name == current.name:
            self._current = Burst(name, current.began, self._now)
        elif current is not None and (name or began - current.ended >= BRIDGE_S):
            self._bursts = [*self._bursts[-_KEPT:], current]
            self._current = None
        if name and self._current is None:
            self._current = Burst(name, began, self._now)
        if self.heard is None:
            self.heard = self._recognised()

    def _recognised(self) -> Signal | None:
        current = self._current
        if current is not None and current.name == "ced" and current.lasted >= _CED_S:
            return Signal.FAX
        if current is not None and current.name in ("progress", "us_dial") and current.lasted >= _CONTINUOUS_S:
            return Signal.DIAL_TONE
        bursts = [*self._bursts, current] if current is not None else self._bursts
        return _sit(bursts) or _cadence(bursts) or self._calling_fax()

    def _calling_fax(self) -> Signal | None:
        """A calling fax sends 1100 Hz for half a second every 3.5 s; a mailbox may once, after its greeting."""
        sent = [burst for burst in self._bursts if burst.name == "cng" and _within(burst.lasted, _CNG_S)]
        if not sent or self._now - sent[-1].ended < _CNG_QUIET_S:
            return None
        return Signal.FAX if len(sent) > 1 or not self._has_heard_speech else None


def _sit(bursts: list[Burst]) -> Signal | None:
    """Three rising tones without a pause."""
    three = bursts[-3:]
    if [burst.name for burst in three] != ["sit_low", "sit_middle", "sit_high"]:
        return None
    is_close = all(after.began - before.ended <= _SIT_GAP_S for before, after in itertools.pairwise(three))
    fits = all(_within(burst.lasted, _SIT_S) for burst in three[:2]) and three[2].lasted >= _SIT_S[0]
    return Signal.SIT if is_close and fits else None


def _cadence(bursts: list[Burst]) -> Signal | None:
    """The same tone on and off in equal parts: two whole rounds of busy, three of the quicker reorder tone."""
    whole = [burst for burst in bursts if burst.name in _CADENCED]
    for signal, length, count in ((Signal.BUSY, _BUSY_S, 2), (Signal.REORDER, _REORDER_S, 3)):
        rounds = whole[-count - 1 :]
        if len(rounds) <= count or len({burst.name for burst in rounds}) > 1:
            continue
        pauses = [after.began - before.ended for before, after in itertools.pairwise(rounds)]
        if all(_within(part, length) for part in (*pauses, *(burst.lasted for burst in rounds[:-1]))):
            return signal
    return None


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def tone_of(window: np.ndarray, sample_rate: int) -> str:
    """The name of the tone that fills a window of int16 samples, "" for none."""
    signal = window.astype(np.float64)
    energy = float(signal @ signal)
    if energy < LOUD * LOUD * len(signal):
        return ""
    parts = _filters(sample_rate, len(signal)) @ signal
    # A tone of amplitude A under a Hann window leaves (A·N/4)² here and A²·N/2 of energy.
    shares = (parts[: len(_FREQUENCIES)] ** 2 + parts[len(_FREQUENCIES) :] ** 2) * 8 / (energy * len(signal))
    for name, (low, high) in PAIRS.items():
        pair = float(shares[_INDEX[low]]), float(shares[_INDEX[high]])
        if min(pair) >= LEAST_OF_TWO and sum(pair) >= PURE:
            return name
    return next((name for name, tones in TONES.items() if max(float(shares[_INDEX[hz]]) for hz in tones) >= PURE), "")


@cache
def _filters(sample_rate: int, size: int) -> np.ndarray:
    """Rows of cosines, then of sines, under a Hann window: with a vector of samples, the Goertzel filters of all frequencies."""
    angles = 2 * np.pi * np.outer(_FREQUENCIES, np.arange(size)) / sample_rate
    return np.vstack((np.cos(angles), np.sin(angles))) * np.hanning(size)
