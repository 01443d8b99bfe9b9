"""A phrase that is read piece by piece: what was understood is taken out, and what is left over is asked about."""

import re
from dataclasses import dataclass

from control_plane.domain.spoken_words import FILLERS


@dataclass(frozen=True, slots=True)
class Question:
    """What the person has to be asked, as a sentence to be spoken."""

    text: str


class Unclear(Exception):
    """The phrase cannot be read in exactly one way."""

    def __init__(self, question: str) -> None:
        super().__init__(question)
        self.question = Question(question)


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
