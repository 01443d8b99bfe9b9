"""Hears the tone of an answering machine in the callee's audio. Fed frame by frame; no state but the tone that is sounding."""

import numpy as np

WINDOW_S = 0.06
LOWEST_HZ, HIGHEST_HZ = 350.0, 2300.0
PURE = 0.85
"""Share of the energy in the strongest bin and its neighbours. A sung vowel has its energy spread over harmonics."""

LOUD = 300.0
"""RMS of 16-bit samples, about -41 dBFS: above comfort noise."""

LEAST_S, MOST_S = 0.18, 2.5
STEADY_HZ = 25.0


class BeepDetector:
    """`push` says True once, at the end of a pure tone of 0.18 to 2.5 s; `pitch` is that tone's, in Hz."""

    def __init__(self) -> None:
        self.pitch = 0.0
        self._waiting = np.empty(0, dtype=np.int16)
        self._tone_hz, self._tone_s = 0.0, 0.0

    def push(self, samples: np.ndarray, sample_rate: int) -> bool:
        """Feed mono int16 samples; whether a beep has just ended."""
        self._waiting = np.concatenate((self._waiting, samples))
        size, ended = int(sample_rate * WINDOW_S), False
        while len(self._waiting) >= size:
            ended = self._window(self._waiting[:size], sample_rate) or ended
            self._waiting = self._waiting[size:]
        return ended

    def _window(self, window: np.ndarray, sample_rate: int) -> bool:
        pitch = _pure_pitch(window, sample_rate)
        if pitch and (not self._tone_hz or abs(pitch - self._tone_hz) <= STEADY_HZ):
            self._tone_hz, self._tone_s = pitch, self._tone_s + WINDOW_S
            return False
        ended = LEAST_S <= self._tone_s <= MOST_S
        if ended:
            self.pitch = self._tone_hz
        self._tone_hz, self._tone_s = pitch, WINDOW_S if pitch else 0.0
        return ended


def _pure_pitch(window: np.ndarray, sample_rate: int) -> float:
    """Frequency in Hz of a window that is one loud tone, else 0."""
    signal = window.astype(np.float64)
    if np.sqrt(np.mean(signal**2)) < LOUD:
        return 0.0
    power = np.abs(np.fft.rfft(signal * np.hanning(len(signal)))) ** 2
    peak = int(np.argmax(power))
    pitch = peak * sample_rate / len(signal)
    if not LOWEST_HZ <= pitch <= HIGHEST_HZ:
        return 0.0
    near = float(np.sum(power[max(0, peak - 2) : peak + 3]))
    return pitch if near >= PURE * float(np.sum(power)) else 0.0
