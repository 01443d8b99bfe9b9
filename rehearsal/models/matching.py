"""Which known utterance is this? Feature frames are compared with references made by the same synthesiser.

Speech of a callee script reaches the recogniser through Opus, a narrow band, noise and a voice activity detector, but at the speed
it was made with. So one alignment by correlation finds the place, and short windows, each free to slide a little, decide:
an utterance counts as known only where every window agrees, so that one exchanged word is enough to reject it.
"""

import itertools
from dataclasses import dataclass, field

import numpy as np

from rehearsal.models.audio import FRAMES_PER_SECOND, describe

_COARSE = 2  # frames averaged for the first search
_CANDIDATES = 8
WINDOW = 24  # frames, 0.38 s: about a word
_SHORTEST = 8  # frames, 0.13 s
_SLIDE = 5  # frames, 80 ms: what a jitter buffer may stretch or drop before a window


@dataclass(frozen=True, slots=True)
class Thresholds:
    """See `transcription` for the experiment behind the figures."""

    mean: float = 0.70  # energy-weighted mean over the windows
    worst: float = 0.66  # any single window
    reference_share: float = 0.60  # of a known utterance that must have been heard
    stray_s: float = 0.11  # speech beside the match that is left unexplained


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    text: str
    language: str
    frames: np.ndarray  # frames × values


@dataclass(frozen=True, slots=True)
class Match:
    reference: Reference
    start: int  # first frame of the query that the reference covers
    end: int
    share: float  # of the reference that was heard
    mean: float
    worst: float


@dataclass(slots=True)
class Matcher:
    """References, and the search through them. Not thread-safe: `add` and `recognise` belong to one thread."""

    thresholds: Thresholds = field(default_factory=Thresholds)
    references: list[Reference] = field(default_factory=list)
    _spectra: dict[int, np.ndarray] = field(default_factory=dict)
    _norms: list[float] = field(default_factory=list)

    def add(self, reference: Reference) -> None:
        self.references.append(reference)
        self._norms.append(float(np.sqrt((_coarse(reference.frames) ** 2).sum())))
        self._spectra.clear()

    def recognise(self, loud: np.ndarray) -> list[Match]:
        """The known utterances that make up `loud` (see `audio.loudness`), in order; empty when an audible part is unknown."""
        query, offset = describe(loud)
        if len(query) < _SHORTEST or not self.references:
            return []
        for match in filter(self._accepts, self.candidates(query)):
            before = self._rest(loud[: offset + match.start])
            after = self._rest(loud[offset + match.end :])
            if before is not None and after is not None:
                return [*before, match, *after]
        return []

    def _rest(self, loud: np.ndarray) -> list[Match] | None:
        """What is said beside a match: nothing for a stray sound, None for something unknown."""
        speech, _ = describe(loud)
        if len(speech) <= self.thresholds.stray_s * FRAMES_PER_SECOND:
            return []
        return self.recognise(loud) or None

    def candidates(self, query: np.ndarray) -> list[Match]:
        """The best alignments of the references that resemble `query` most, best first."""
        coarse = _coarse(query)
        longest = max(len(reference.frames) for reference in self.references) // _COARSE + 1
        size = 1 << (len(coarse) + longest - 1).bit_length()
        product = (np.fft.rfft(coarse, size, axis=0).T[None] * self._conjugated(size)).sum(axis=1)
        correlation = np.fft.irfft(product, size, axis=1) / np.array(self._norms)[:, None]
        best = np.argsort(-correlation.max(axis=1))[:_CANDIDATES]
        matches = [_aligned(query, self.references[i], _lag(correlation[i], len(coarse)) * _COARSE) for i in best]
        return sorted((match for match in matches if match), key=_rank, reverse=True)

    def _accepts(self, match: Match) -> bool:
        limits = self.thresholds
        return match.mean >= limits.mean and match.worst >= limits.worst and match.share >= limits.reference_share

    def _conjugated(self, size: int) -> np.ndarray:
        if size not in self._spectra:
            spectra = [np.fft.rfft(_coarse(reference.frames), size, axis=0).T.conj() for reference in self.references]
            self._spectra[size] = np.stack(spectra).astype(np.complex64)
        return self._spectra[size]


def _rank(match: Match) -> float:
    covered = match.end - match.start
    return match.mean * covered * match.share


def _coarse(frames: np.ndarray) -> np.ndarray:
    usable = len(frames) // _COARSE * _COARSE
    return frames[:usable].reshape(-1, _COARSE, frames.shape[1]).mean(axis=1)[:, : frames.shape[1] // 2]


def _lag(correlation: np.ndarray, query_length: int) -> int:
    peak = int(np.argmax(correlation))
    return peak if peak < query_length else peak - len(correlation)


def _aligned(query: np.ndarray, reference: Reference, lag: int) -> Match | None:
    """The overlap of `query` and `reference`, whose first frame lies at `lag` of the query, judged window by window."""
    start, end = max(lag, 0), min(lag + len(reference.frames), len(query))
    if end - start < _SHORTEST:
        return None
    heard = _centred(query[start:end])
    known = _centred(reference.frames, slice(start - lag, end - lag))
    edges = np.linspace(0, len(heard), max(1, round(len(heard) / WINDOW)) + 1).astype(int)
    scores, weights = [], []
    for left, right in itertools.pairwise(edges):
        score, weight = _window(heard[left:right], known, start - lag + left)
        scores.append(score)
        weights.append(weight)
    mean = float(np.average(scores, weights=np.array(weights) + 1e-9))
    share = (end - start) / len(reference.frames)
    return Match(reference, start, end, share, mean, float(min(scores)))


def _centred(frames: np.ndarray, part: slice = slice(None)) -> np.ndarray:
    """`frames` less their mean over `part`: two recordings of unequal length are comparable only over what they share."""
    return frames - frames[part].mean(axis=0)


def _window(piece: np.ndarray, frames: np.ndarray, position: int) -> tuple[float, float]:
    """The best normalised correlation of `piece` around `position`, and the energy of `piece`."""
    best, energy = 0.0, float((piece**2).sum())
    for first in range(max(0, position - _SLIDE), min(len(frames) - len(piece), position + _SLIDE) + 1):
        other = frames[first : first + len(piece)]
        best = max(best, float((piece * other).sum() / np.sqrt(energy * float((other**2).sum()) + 1e-9)))
    return best, energy
