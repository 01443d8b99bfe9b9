"""A phrase that is read piece by piece: what was understood is taken out, and what is left over is asked about."""

import re
from dataclasses import dataclass
from datetime import date, time
from enum import Enum, auto

from control_plane.domain.spoken_words import FILLERS


class Missing(Enum):
    """What a question asks for."""

    WHEN = auto()
    TIME = auto()
    CHOICE = auto()
    """Which of the question's options, or whether the only one."""
    NOON = auto()
    """Or midnight."""
    MIDNIGHT = auto()
    """At the beginning or the end of a day."""
    DAY = auto()
    WEEKDAY = auto()
    ZONE = auto()
    OFTEN = auto()
    FUTURE = auto()
    """A time that is not over."""
    SOONER = auto()
    """A time within a year."""
    PERMISSION = auto()
    """To pass something on."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the person has to be asked, as a sentence to be spoken in English."""

    text: str
    missing: Missing = Missing.WHEN
    options: tuple[date | time, ...] = ()


class Unclear(Exception):
    """The phrase cannot be read in exactly one way."""

    def __init__(self, question: str, missing: Missing = Missing.WHEN, *options: date | time) -> None:
        super().__init__(question)
        self.question = Question(question, missing, options)


class Phrase:
    """Normalised words (`spoken_words.normalised`) that nobody has read yet."""

    def __init__(self, text: str) -> None:
        self.rest = text

    def take(self, pattern: str) -> re.Match[str] | None:
        """The first match, which is taken out."""
        found = re.search(pattern, self.rest)
        if found is not None:
            # The bar keeps words apart that did not stand together.
            self.rest = f"{self.rest[: found.start()]} | {self.rest[found.end() :]}".strip()
        return found

    def take_all(self, pattern: str) -> list[re.Match[str]]:
        found: list[re.Match[str]] = []
        while (match := self.take(pattern)) is not None:
            found.append(match)
        return found

    def require_read(self) -> None:
        """Raises `Unclear` when something is left over that may matter."""
        left = [word for word in self.rest.split() if word != "|" and word not in FILLERS]
        if left:
            raise Unclear(f"I did not understand {' '.join(left)!r}. When exactly should the call be?")
