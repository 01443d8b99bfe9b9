"""Asked once when a callee says stop in a call that a schedule has made: only these calls, or all? No clear answer means all.

The control plane knows from the moment of the question (`stop_said`), so that nobody is called again who hangs up over it,
or whose agent dies.
"""

import asyncio
from collections.abc import Callable

ANSWER_S = 6.0
"""Silence after the question that is an answer too."""
LONGEST_S = 20.0
"""Whoever speaks is heard out, up to here."""
_LOOK_S = 0.2


class StopQuestion:
    """Times are wall-clock seconds."""

    def __init__(self, schedule_id: str) -> None:
        self.schedule_id = schedule_id
        self.was_asked = False
        self._asked_at: float | None = None
        self._answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def may_ask(self) -> bool:
        """True once, in a call that a schedule has made."""
        may, self.was_asked = bool(self.schedule_id) and not self.was_asked, True
        return may

    @property
    def is_open(self) -> bool:
        return self.was_asked and bool(self.schedule_id) and not self._answer.done()

    def begin(self, at: float) -> None:
        self._asked_at = at

    def heard(self, text: str, began: float) -> None:
        """What was begun before the question is no answer to it."""
        if self.is_open and self._asked_at is not None and began >= self._asked_at:
            self._answer.set_result(text)

    def settle(self, text: str) -> None:
        """Known in another way: by a key."""
        if self.is_open:
            self._answer.set_result(text)

    async def answer(self, is_speaking: Callable[[], bool]) -> str:
        """The callee's words after the question has been played; empty for none."""
        waited_s = 0.0
        while waited_s < ANSWER_S or (is_speaking() and waited_s < LONGEST_S):
            done, _ = await asyncio.wait({self._answer}, timeout=_LOOK_S)
            if done:
                return self._answer.result()
            waited_s += _LOOK_S
        self.settle("")
        return self._answer.result()
