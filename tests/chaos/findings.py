"""What a check of the evidence comes to, and how the ledgers are read for it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.chaos.evidence import Evidence
from tests.chaos.plan import Shape


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise, whether it was kept, a figure to read, and up to a few cases where it was not."""

    promise: str
    broken: tuple[str, ...]
    figure: str

    @property
    def holds(self) -> bool:
        return not self.broken


Check = Callable[[Evidence, Shape], Finding]


def invites(evidence: Evidence) -> Iterator[dict[str, Any]]:
    """The network's lines about phones that were made to ring."""
    return (line for line in evidence.lines if line["event"] == "invite")


def rows_by_id(evidence: Evidence) -> dict[str, dict[str, Any]]:
    return {call["id"]: call for call in evidence.calls}


def was_made(call: Mapping[str, Any]) -> bool:
    """Claimed, and not put back undialled."""
    return bool(call["claimed_at"]) and call["state"] != "released"


def most_at_once(spans: list[tuple[float, float]]) -> int:
    changes = sorted([(begin, 1) for begin, _ in spans] + [(end, -1) for _, end in spans])
    most = now = 0
    for _, change in changes:
        now += change
        most = max(most, now)
    return most


def most_in_a_second(times: list[float]) -> int:
    ordered, first, most = sorted(times), 0, 0
    for last, at in enumerate(ordered):
        while ordered[first] <= at - 1:
            first += 1
        most = max(most, last - first + 1)
    return most
