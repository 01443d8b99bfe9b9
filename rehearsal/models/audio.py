"""Sound as arrays: WAV in and out, resampling, and the features that utterances are compared by. Pure, numpy only."""

import io
import math
import wave

import numpy as np

FEATURE_RATE = 8000  # the phone band; whatever is above 4 kHz did not travel
HOP = 128  # 16 ms: a shift of half a hop costs little correlation, 62.5 frames a second stay cheap
FRAME = 256  # 32 ms
FRAMES_PER_SECOND = FEATURE_RATE / HOP
BANDS = 20
DYNAMIC_RANGE = 3.0 * math.log(10)  # 30 dB below the loudest band: comfort noise at -50 dBFS lies under speech at -20 dBFS
_LOWEST_HZ, _HIGHEST_HZ = 250.0, 3400.0
_LEAST_RANGE = 2.0 * math.log(10)  # 20 dB: a recording without any pause must not take its speech for noise
_QUIET_PART = 10  # the tenth of the frames with the least energy is the background
_OVER_NOISE = 0.6 * math.log(10)  # 6 dB above its mean a band of noise is rarely seen
_TINY = 1e-12
_TONE_SHARE = 0.99
_TONE_FRAMES = 12  # 190 ms
_SPOKEN = 0.1 * DYNAMIC_RANGE
_SMOOTHING = 5  # frames; a single noisy one is no speech
_DELTA = 2  # frames on each side, 64 ms across


class NotAudio(ValueError):
    """Bytes that are no 16-bit PCM WAV."""


def read_wav(data: bytes) -> tuple[np.ndarray, int]:
    """Float32 mono samples in -1..1 and their rate. Raises `NotAudio`."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            rate, channels, width = file.getframerate(), file.getnchannels(), file.getsampwidth()
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise NotAudio(str(error)) from error
    if width != 2:
        raise NotAudio(f"{8 * width}-bit samples; 16-bit expected")
    samples = np.frombuffer(frames[: len(frames) // (2 * channels) * 2 * channels], dtype="<i2").reshape(-1, channels)
    return samples.mean(axis=1, dtype=np.float32) / np.float32(32768), rate


def write_wav(samples: np.ndarray, rate: int) -> bytes:
    """A 16-bit mono WAV of int16 samples."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return buffer.getvalue()


def resample(samples: np.ndarray, source: int, target: int) -> np.ndarray:
    """`samples` at rate `target`, band-limited exactly: the spectrum is cut or padded. The length scales with the rate."""
    if source == target or not len(samples):
        return samples
    divisor = math.gcd(source, target)
    down, up = source // divisor, target // divisor
    # 50 ms of silence keep the two ends of the circular transform apart; the unit keeps its length free of large primes.
    blocks = _smooth(math.ceil((len(samples) + source // 20) / down))
    spectrum = np.fft.rfft(samples, blocks * down)
    resized = np.zeros(blocks * up // 2 + 1, dtype=spectrum.dtype)
    kept = min(len(spectrum), len(resized))
    resized[:kept] = spectrum[:kept]
    stretched = np.fft.irfft(resized, blocks * up) * (up / down)
    return stretched[: round(len(samples) * up / down)].astype(np.float32)


def to_int16(samples: np.ndarray) -> np.ndarray:
    return np.clip(np.round(samples), -32768, 32767).astype(np.int16)


def loudness(samples: np.ndarray, rate: int) -> np.ndarray:
    """Frames × bands (float32): log energy above a floor 30 dB under the loudest band, without steady tones."""
    energies = _band_energies(resample(samples, rate, FEATURE_RATE))
    return _above_floor(np.where(_tones(energies)[:, None], 0.0, energies))


def describe(loud: np.ndarray) -> tuple[np.ndarray, int]:
    """What utterances are compared by: frames × values of the part of `loud` in which somebody speaks, and its first frame.

    Band levels less their mean, so that gain and microphone drop out, beside their slopes. No frames when nobody speaks.
    """
    spoken = np.flatnonzero(_smoothed(loud.mean(axis=1)) > _SPOKEN) if len(loud) >= _SMOOTHING else np.array([], dtype=int)
    if not len(spoken):
        return np.zeros((0, 2 * BANDS), dtype=np.float32), 0
    first, last = int(spoken[0]), int(spoken[-1])
    part = loud[first : last + 1]
    padded = np.pad(part, ((_DELTA, _DELTA), (0, 0)))
    slope = padded[2 * _DELTA :] - padded[: -2 * _DELTA]
    return np.hstack([part - loud[spoken].mean(axis=0), slope]).astype(np.float32), first


def _smoothed(values: np.ndarray) -> np.ndarray:
    return np.convolve(values, np.ones(_SMOOTHING) / _SMOOTHING, mode="same")


def _smooth(count: int) -> int:
    """The next number of the form m·2^k with m ≤ 16: transforms of that length are fast."""
    shift = max(0, count.bit_length() - 4)
    return math.ceil(count / (1 << shift)) << shift


def _band_energies(samples: np.ndarray) -> np.ndarray:
    if len(samples) < FRAME:
        return np.zeros((0, BANDS), dtype=np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP]
    power = np.abs(np.fft.rfft(frames * _WINDOW, axis=1)) ** 2
    return power @ _FILTERS


def _tones(energies: np.ndarray) -> np.ndarray:
    """Which frames belong to a steady tone (a mailbox's beep): one and the same band and its neighbours hold nearly all energy."""
    padded = np.pad(energies, ((0, 0), (1, 1)))
    near = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
    pure = near > _TONE_SHARE * energies.sum(axis=1, keepdims=True)
    if len(pure) < _TONE_FRAMES:
        return np.zeros(len(pure), dtype=bool)
    steady = np.any(np.lib.stride_tricks.sliding_window_view(pure, _TONE_FRAMES, axis=0).all(axis=2), axis=1)
    starts = np.flatnonzero(steady)
    marked = np.zeros(len(pure), dtype=bool)
    for first in starts:
        marked[max(0, first - 2) : first + _TONE_FRAMES + 2] = True  # and its edges, which splash over all bands
    return marked


def _above_floor(energies: np.ndarray) -> np.ndarray:
    """Natural-log energy above 30 dB under the loudest band, or above the background noise of the recording where that is higher."""
    if not len(energies) or energies.max() <= 0:
        return np.zeros((0, BANDS), dtype=np.float32)
    quietest = np.argsort(energies.sum(axis=1))[: max(1, len(energies) // _QUIET_PART)]
    noise = np.log(np.maximum(energies[quietest].mean(axis=0), _TINY)) + _OVER_NOISE
    peak = np.log(energies.max())
    floor = np.clip(noise, peak - DYNAMIC_RANGE, peak - _LEAST_RANGE)
    return np.maximum(np.log(np.maximum(energies, _TINY)) - floor, 0.0).astype(np.float32)


def _mel(hertz: np.ndarray | float) -> np.ndarray:
    return 2595.0 * np.log10(1.0 + np.asarray(hertz) / 700.0)


def _mel_filters() -> np.ndarray:
    """Triangles on the mel scale, bins × bands."""
    edges = 700.0 * (10.0 ** (np.linspace(_mel(_LOWEST_HZ), _mel(_HIGHEST_HZ), BANDS + 2) / 2595.0) - 1.0)
    bins = np.arange(FRAME // 2 + 1) * FEATURE_RATE / FRAME
    rising = (bins[:, None] - edges[None, :-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[None, 2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    return np.maximum(0.0, np.minimum(rising, falling))


_WINDOW = np.hanning(FRAME).astype(np.float32)
_FILTERS = _mel_filters().astype(np.float32)
