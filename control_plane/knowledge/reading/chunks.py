"""Passages become chunks of a size that a search finds and a model can be given several of."""

import re
from collections.abc import Iterable, Iterator

from control_plane.knowledge.reading.passages import Passage

SIZE = 1_000
"""Characters of a chunk at most: four of them fit what a tool may answer in a call."""
OVERLAP = 150
"""Characters at most that a chunk repeats of the one before, whole sentences only, so that what stands at a cut is found too."""
_PARTS = re.compile(r"(\n?)([^\n]+?(?:[.!?।](?= )|(?=\n)|\Z))")


def chunks_of(passages: Iterable[Passage]) -> Iterator[Passage]:
    """Cut at ends of sentences and lines, never across a heading or a page."""
    for passage in passages:
        for text in _cut(passage.text):
            yield Passage(passage.heading, passage.page, text)


def _cut(text: str) -> Iterator[str]:
    held: list[str] = []
    fresh = False
    for part in _parts(text):
        if held and _length([*held, part]) > SIZE:
            if fresh:
                yield _joined(held)
            held, fresh = _tail(held, part), False
        held.append(part)
        fresh = True
    if fresh:
        yield _joined(held)


def _parts(text: str) -> Iterator[str]:
    """Sentences and lines, those that begin a line with its break; longer ones in pieces, at a blank where there is one."""
    for found in _PARTS.finditer(f"\n{text}"):
        rest = found[2].strip()
        while len(rest) > SIZE:
            at = rest.rfind(" ", SIZE // 2, SIZE)
            at = at if at > 0 else SIZE
            yield rest[:at].strip()
            rest = rest[at:].strip()
        if rest:
            yield f"{found[1]}{rest}"


def _tail(held: list[str], following: str) -> list[str]:
    """The last parts that fit into the overlap and leave room for what follows."""
    kept: list[str] = []
    for part in reversed(held):
        if _length([part, *kept]) > OVERLAP or _length([part, *kept, following]) > SIZE:
            break
        kept.insert(0, part)
    return kept


def _joined(parts: list[str]) -> str:
    return " ".join(parts).replace(" \n", "\n").strip()


def _length(parts: list[str]) -> int:
    return sum(map(len, parts)) + len(parts) - 1
