"""What a callee hears on hold: soft broken chords, made by arithmetic, so that nobody's work is played and no licence is needed. Pure."""

from functools import lru_cache

import numpy as np

RATE = 16_000
FRAME_S = 0.02
NOTE_S, TAIL_S = 0.5, 1.5
PEAK = 0.12
"""Of full scale, about -18 dBFS: below a voice, well above silence."""

_CHORDS = (
    (261.63, 329.63, 392.00, 523.25),
    (220.00, 261.63, 329.63, 440.00),
    (174.61, 220.00, 261.63, 349.23),
    (196.00, 246.94, 293.66, 392.00),
)
"""C, A minor, F, G; each as four notes, in hertz."""


@lru_cache(maxsize=1)
def loop() -> bytes:
    """Eight seconds of mono 16-bit PCM that can follow themselves without a seam."""
    notes = [frequency for chord in _CHORDS for frequency in chord]
    step, at = int(NOTE_S * RATE), np.arange(int(TAIL_S * RATE)) / RATE
    sound = np.zeros(step * len(notes))
    places = np.arange(at.size)
    for number, frequency in enumerate(notes):
        tone = (
            (np.sin(2 * np.pi * frequency * at) + 0.25 * np.sin(4 * np.pi * frequency * at))
            * np.exp(-2.5 * at)
            * np.minimum(1.0, at / 0.01)
        )
        # The last notes ring on into the beginning.
        np.add.at(sound, (places + number * step) % sound.size, tone)
    return (sound / np.abs(sound).max() * PEAK * 32767).astype("<i2").tobytes()
