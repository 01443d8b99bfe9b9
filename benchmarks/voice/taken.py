"""What callees heard of one agent, and what it used."""

import dataclasses
from collections.abc import Sequence

from tests.integration.agent_worker.harness import Heard


def at(share: float, values: Sequence[float]) -> float:
    """The value that `share` of them stay below; not a number where there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


@dataclasses.dataclass
class Taken:
    """Of one agent: seconds from the end of the callee's words to its voice, core seconds and seconds talked, MB of a call's process."""

    waits_s: list[float] = dataclasses.field(default_factory=list)
    cpu_s: float = 0.0
    talked_s: float = 0.0
    memory_mb: float = 0.0
    unanswered: int = 0

    @property
    def cores(self) -> float:
        return self.cpu_s / self.talked_s if self.talked_s else 0.0

    def wait_s(self, share: float) -> float:
        return at(share, self.waits_s)

    def heard(self, call: Heard) -> None:
        """The waits of one call; who has not been answered before their next words counts as unanswered."""
        starts = [utterance.started_at for utterance in call.agent]
        ends = [words["ended_at"] for words in call.callee]
        for place, ended in enumerate(ends[1:], 1):
            until = call.callee[place + 1]["started_at"] if place + 1 < len(ends) else float("inf")
            answer = next((start for start in starts if ended <= start < until), None)
            if answer is None:
                self.unanswered += 1
            else:
                self.waits_s.append(answer - ended)
