"""What the human makes of the choice they are given: a yes or a no, by key or in a few words."""

import asyncio
import math

from agent_worker import clock
from agent_worker.consent_words import says_yes

TAKES_KEY, DECLINES_KEY = "1", "2"
MOST_WORDS = 5
"""Of a spoken yes or no: a mailbox's greeting may have the words in it, and is longer."""


class Reply:
    """Resolves `given` once, true for a yes. A key counts from the answer on: nobody presses one by chance, and who knows these calls need
    not hear them out. Words count once the choice was offered: who picks up says "yes?" to a telephone that rings, and not to this."""

    def __init__(self, answered: asyncio.Future[float]) -> None:
        """`answered`: resolves when the human's phone is picked up."""
        self.given: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._answered, self._offered_at = answered, math.inf

    def offered(self) -> None:
        """The choice is about to be said, or is said again."""
        self._offered_at = min(self._offered_at, clock.seconds())

    def key(self, digit: str) -> None:
        if digit in (TAKES_KEY, DECLINES_KEY):
            self._give(digit == TAKES_KEY)

    def heard(self, text: str, began: float) -> None:
        """The human said this. `began`: wall-clock seconds; words that began before the choice answer something else."""
        said = says_yes(text) if began >= self._offered_at and len(text.split()) <= MOST_WORDS else None
        if said is not None:
            self._give(said)

    def _give(self, takes: bool) -> None:
        if self._answered.done() and not self.given.done():
            self.given.set_result(takes)
