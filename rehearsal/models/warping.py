"""Speech that a busy machine has stretched: a jitter buffer that runs dry draws a sound out by 50-200 ms, or leaves a hole in a word.

The windows of `matching` slide by 80 ms and reject what is stretched by more. Here each candidate is aligned frame by frame (dynamic time
warping), which follows any stretching, and for that must fit far better in every window.
"""

import itertools

import numpy as np

from rehearsal.models.matching import WINDOW, Match, Matcher, Reference, Thresholds

FITTING = Thresholds(mean=0.93, worst=0.85, reference_share=0.90)
"""Two lines that were lost in calls fit with 0.97 / 0.94 and more; another start of the same line with 0.86 / 0.84."""
_SHORTEST = 50
"""Frames, 0.8 s: a single short word can be bent into another one."""
_STEP_COST = 0.15
"""Of repeating or leaving out a frame, where 1 is the cost of a pair that has nothing in common."""
_CLIPPED = 6
"""Frames, 0.1 s: what may be missing at the start of a reference."""
_MOST_ADDED = 22
"""Frames, 0.35 s: by how much the whole may be longer than its reference."""


class WarpingMatcher(Matcher):
    """As `Matcher`, with candidates that may be stretched."""

    def candidates(self, query: np.ndarray) -> list[Match]:
        warped = (warp(query, match.reference) for match in super().candidates(query) if len(match.reference.frames) >= _SHORTEST)
        return sorted((match for match in warped if match), key=lambda match: match.mean, reverse=True)


def warp(query: np.ndarray, reference: Reference) -> Match | None:
    """The best alignment of the whole reference with any part of `query`; None when it would have to be drawn out too far."""
    path = _path(1 - _unit(reference.frames) @ _unit(query).T)
    known, heard = path[:, 0], path[:, 1]
    start, end = int(heard[0]), int(heard[-1]) + 1
    if end - start > len(reference.frames) + _MOST_ADDED:
        return None
    return _judged(query[heard], reference, known, start, end)


def _judged(heard: np.ndarray, reference: Reference, known: np.ndarray, start: int, end: int) -> Match:
    """Each frame of the reference counts once, with the best of the frames that it was paired with."""
    frames = reference.frames[known]
    products, heard_energy, known_energy = ((a * b).sum(axis=1) for a, b in ((heard, frames), (heard, heard), (frames, frames)))
    fit = products / np.sqrt(heard_energy * known_energy + 1e-9)
    order = np.lexsort((-fit, known))
    best = order[np.unique(known[order], return_index=True)[1]]
    edges = np.linspace(0, len(best), max(1, round(len(best) / WINDOW)) + 1).astype(int)
    windows = [best[left:right] for left, right in itertools.pairwise(edges)]
    scores = [products[part].sum() / np.sqrt(heard_energy[part].sum() * known_energy[part].sum() + 1e-9) for part in windows]
    mean = float(np.average(scores, weights=[heard_energy[part].sum() + 1e-9 for part in windows]))
    return Match(reference, start, end, len(best) / len(reference.frames), mean, float(min(scores)))


def _path(cost: np.ndarray) -> np.ndarray:
    """The cheapest way through `cost` (reference frames × query frames), as pairs of indices. It begins and ends anywhere in the query."""
    total = np.empty_like(cost)
    for row, costs in enumerate(cost):
        entry = np.full(len(costs), row * _STEP_COST if row <= _CLIPPED else np.inf)
        if row:
            entry = np.minimum(entry, total[row - 1] + _STEP_COST)
            entry[1:] = np.minimum(entry[1:], total[row - 1, :-1])
        # Repeating query frames within a row adds up along it: a running minimum instead of a loop.
        along = np.cumsum(costs + _STEP_COST)
        total[row] = along + np.minimum.accumulate(entry + costs - along)
    return _traced(cost, total)


def _traced(cost: np.ndarray, total: np.ndarray) -> np.ndarray:
    row, column = len(cost) - 1, int(np.argmin(total[-1]))
    pairs = [(row, column)]
    while row or column:
        ways = {(row, column): row * _STEP_COST if row <= _CLIPPED else np.inf}
        if row:
            ways[row - 1, column] = total[row - 1, column] + _STEP_COST
        if column:
            ways[row, column - 1] = total[row, column - 1] + _STEP_COST
        if row and column:
            ways[row - 1, column - 1] = total[row - 1, column - 1]
        step = min(ways, key=ways.__getitem__)
        if step == (row, column):
            break
        row, column = step
        pairs.append(step)
    return np.array(pairs[::-1])


def _unit(frames: np.ndarray) -> np.ndarray:
    return frames / (np.linalg.norm(frames, axis=1, keepdims=True) + 1e-6)
