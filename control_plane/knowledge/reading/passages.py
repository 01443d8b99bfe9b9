"""What readers of all kinds of files give: passages, each with the heading that it stands under."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_HEADING = 300
MOST_LEVELS = 6
_BLANK = re.compile(r"[^\S\n]+")
_GAPS = re.compile(r" ?\n ?(\n ?)*")


class Unreadable(Exception):
    """The text is a sentence for whoever uploaded the file."""


@dataclass(frozen=True, slots=True)
class Passage:
    heading: str
    """The path of headings that it stands under, outermost first, parted by " › "; empty where there is none."""
    page: int | None
    """From 1; None for files without pages."""
    text: str


class Headings:
    """The path of headings at one place of a document."""

    def __init__(self) -> None:
        self._path: dict[int, str] = {}

    def enter(self, level: int, text: str) -> None:
        """A heading of `level` (1 is the outermost) ends those at and below it."""
        self._path = {above: name for above, name in self._path.items() if above < level}
        if name := one_line(text):
            self._path[level] = name

    @property
    def path(self) -> str:
        return " › ".join(self._path[level] for level in sorted(self._path))[:LONGEST_HEADING]


def clean(text: str) -> str:
    """Without what a database or a reader stumbles over: control characters, half surrogates, runs of blanks and of empty lines."""
    kept = "".join(letter if letter == "\n" or unicodedata.category(letter) not in _STRANGE else " " for letter in text)
    return _GAPS.sub(lambda gap: "\n\n" if gap[0].count("\n") > 1 else "\n", _BLANK.sub(" ", kept)).strip()


_STRANGE = frozenset({"Cc", "Cs", "Co", "Cn"})


def one_line(text: str) -> str:
    return " ".join(clean(text).split())[:LONGEST_HEADING]


def filled(passages: Iterable[Passage]) -> list[Passage]:
    """Those that say something, cleaned."""
    cleaned = (Passage(each.heading, each.page, clean(each.text)) for each in passages)
    return [each for each in cleaned if each.text]
