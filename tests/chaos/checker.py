"""Compares the carrier's ledger with the database's: pure functions from evidence to findings."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from control_plane.dialer.context import SEND_WITHIN
from tests.chaos.evidence import Evidence
from tests.chaos.plan import Shape

RECOVERY_LIMIT_S = 60.0
CLOCK_GRAIN_S = 0.002
"""Rounding of stored times."""
SEND_TOLERANCE_S = SEND_WITHIN.total_seconds() + 0.3
"""From the gate's last look to the request's first byte: what the dialler allows itself, and a stop between its look and the send."""
OFFER_MEMORY_S = 60.0
FINAL = {"ended", "released", "lost"}
DIALLED = {"dialing", "ringing", "in_progress", "wrapping", "ended", "lost"}
ENDS = {"done", "exhausted", "suppressed"}


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


def check(evidence: Evidence, shape: Shape) -> list[Finding]:
    return [one(evidence, shape) for one in CHECKS]


def one_invite_per_call(evidence: Evidence, shape: Shape) -> Finding:
    counts = Counter(line["call"] for line in _invites(evidence))
    broken = tuple(f"call {call}: {n} INVITEs" for call, n in counts.items() if n > 1)
    return Finding(
        "at most one INVITE per call", broken, f"{sum(counts.values())} INVITEs, at most {max(counts.values(), default=0)} per call"
    )


def one_live_call_per_number(evidence: Evidence, shape: Shape) -> Finding:
    """At the network: the next INVITE to a number comes after the end of the one before."""
    ends = {line["invite"]: line["at"] for line in evidence.lines if line["event"] == "ended"}
    by_number: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for line in _invites(evidence):
        by_number[line["number"]].append((line["at"], ends.get(line["invite"], float("inf"))))
    broken = [number for number, legs in by_number.items() for a, b in pairwise(sorted(legs)) if b[0] < a[1]]
    most = max((len(legs) for legs in by_number.values()), default=0)
    return Finding(
        "at most one live call per number", tuple(broken), f"{len(by_number)} numbers rang, one of them {most} times, never at once"
    )


def nothing_after_an_opt_out(evidence: Evidence, shape: Shape) -> Finding:
    """No gate lets a dial through after the commit, and what it let through before is not sent later than the dialler allows itself."""
    committed: dict[str, float] = {}
    for number, at in evidence.opt_outs:
        committed[number] = min(at, committed.get(number, at))
    dialled = [call for call in evidence.calls if call["dialing_at"]]
    decided = [call for call in dialled if call["decided_at"] > committed.get(call["number"], float("inf"))]
    tolerance = SEND_TOLERANCE_S + shape.sent_lag_s
    sent = [line for line in _invites(evidence) if line["sent_at"] > committed.get(line["number"], float("inf")) + tolerance]
    broken = [f"call {c['id']} was let through after the opt-out" for c in decided]
    broken += [f"call {line['call']} was sent {line['sent_at'] - committed[line['number']]:.1f} s after the opt-out" for line in sent]
    return Finding("no INVITE after a committed opt-out", tuple(broken), f"{len(committed)} numbers opted out")


def nothing_while_halted(evidence: Evidence, shape: Shape) -> Finding:
    """From a second after the commit of a pause or kill switch until somebody asks to go on."""
    broken, latest = [], 0.0
    for halt in evidence.halts:
        late = [line for line in _invites(evidence) if halt.since + SEND_TOLERANCE_S + shape.sent_lag_s < line["sent_at"] < halt.until]
        broken += [f"{halt.name}: call {line['call']} was sent {line['sent_at'] - halt.since:.1f} s after it" for line in late]
        decided = [call for call in evidence.calls if call["dialing_at"] and halt.since < call["decided_at"] < halt.until]
        broken += [f"{halt.name}: call {call['id']} was let through after it" for call in decided]
        within = [line["sent_at"] - halt.since for line in _invites(evidence) if halt.since < line["sent_at"] < halt.until]
        latest = max(latest, *within, 0.0)
    words = f"{len(evidence.halts)} stops held, the last INVITE {latest:.2f} s after one's commit was confirmed"
    return Finding("no INVITE after a pause or kill switch", tuple(broken), words)


def every_invite_has_its_row(evidence: Evidence, shape: Shape) -> Finding:
    rows = {call["id"]: call for call in evidence.calls}
    broken = []
    for line in _invites(evidence):
        row = rows.get(line["call"])
        if row is None or row["state"] not in DIALLED or row["dialing_at"] is None:
            broken.append(f"INVITE of call {line['call']}: {row and row['state']}")
        elif line["at"] < row["decided_at"]:
            broken.append(f"INVITE of call {line['call']} before its gate was asked")
    unsent = sum(1 for call in evidence.calls if call["dialing_at"]) - len(rows.keys() & {line["call"] for line in _invites(evidence)})
    return Finding("every INVITE has a call that was committed before it", tuple(broken), f"{unsent} committed dials never left")


def pace_is_kept(evidence: Evidence, shape: Shape) -> Finding:
    """Exactly where it is decided; where it is sent, a second may hold what was decided in the second and the tolerance before it."""
    turns = sorted(call["dialing_at"] for call in evidence.calls if call["dialing_at"])
    least = 1 / shape.calls_per_second
    broken = [f"{b - a:.3f} s between two turns of the trunk" for a, b in pairwise(turns) if b - a < least - CLOCK_GRAIN_S]
    most = _most_in_a_second([line["sent_at"] for line in _invites(evidence)])
    allowed = int(shape.calls_per_second * (1 + SEND_TOLERANCE_S + shape.sent_lag_s)) + 1
    if most > allowed:
        broken.append(f"{most} INVITEs sent within one second")
    closest = min((b - a for a, b in pairwise(turns)), default=0)
    words = f"turns at least {closest:.3f} s apart ({least:.3f} wanted); at most {most} sent in any second ({allowed} tolerated)"
    return Finding("calls per second", tuple(broken), words)


def lines_are_kept(evidence: Evidence, shape: Shape) -> Finding:
    most = _most_at_once(_legs(evidence))
    return Finding("lines of the trunk", (f"{most} at once",) if most > shape.lines else (), f"at most {most} of {shape.lines} at once")


def slots_are_kept(evidence: Evidence, shape: Shape) -> Finding:
    """Never more slots held than were offered within the last minute: a worker that dies takes its offer with it, not its calls."""
    broken = []
    for sample in evidence.samples:
        offers = [s.offered for s in evidence.samples if sample.at - OFFER_MEMORY_S <= s.at <= sample.at]
        if sample.held > max(offers):
            broken.append(f"{sample.held} held, {max(offers)} offered")
    held = max((s.held for s in evidence.samples), default=0)
    return Finding("slots of the agent workers", tuple(broken), f"at most {held} held in {len(evidence.samples)} looks")


def attempts_are_kept(evidence: Evidence, shape: Shape) -> Finding:
    counted = Counter(call["enrollment_id"] for call in evidence.calls if call["counts_as_attempt"])
    broken = [f"enrollment {e}: {n} attempts" for e, n in counted.items() if n > shape.max_total]
    broken += [
        f"enrollment {e['id']}: says {e['attempts']}, has {counted[e['id']]}"
        for e in evidence.enrollments
        if e["attempts"] != counted[e["id"]]
    ]
    return Finding("attempts per contact", tuple(broken), f"at most {max(counted.values(), default=0)} of {shape.max_total}")


def every_contact_ends(evidence: Evidence, shape: Shape) -> Finding:
    states = Counter(row["state"] for row in evidence.enrollments)
    broken = [
        f"enrollment {row['id']} is {row['state']}: {row['waiting_reasons']}" for row in evidence.enrollments if row["state"] not in ENDS
    ]
    if len(evidence.enrollments) != shape.contacts:
        broken.append(f"{len(evidence.enrollments)} of {shape.contacts} contacts are left")
    return Finding("every contact reaches an end", tuple(broken), ", ".join(f"{n} {state}" for state, n in sorted(states.items())))


def every_call_ends(evidence: Evidence, shape: Shape) -> Finding:
    states = Counter(call["state"] for call in evidence.calls)
    broken = [f"call {call['id']} is {call['state']}" for call in evidence.calls if call["state"] not in FINAL]
    ended = {line["invite"] for line in evidence.lines if line["event"] == "ended"}
    broken += [f"the phone of call {line['call']} was never hung up" for line in _invites(evidence) if line["invite"] not in ended]
    return Finding("every call ends, in both ledgers", tuple(broken), ", ".join(f"{n} {state}" for state, n in sorted(states.items())))


def capacity_comes_back(evidence: Evidence, shape: Shape) -> Finding:
    took = evidence.recovered_s
    broken = [] if took is not None and took <= RECOVERY_LIMIT_S else [f"took {took} s"]
    broken += [f"call {call['id']} holds a slot after its end" for call in evidence.calls if call["holds_slot"]]
    now = max((sample.at for sample in evidence.samples), default=0.0)
    kept = [call for call in evidence.calls if call["holds_number"] and call["state"] in FINAL]
    broken += [f"call {call['id']} holds its number for ever" for call in kept if (call["reserved_until"] or 0) < now - RECOVERY_LIMIT_S]
    words = f"{took:.0f} s after the last fault" if took is not None else "never"
    return Finding("capacity recovered within 60 s", tuple(broken), words)


CHECKS: tuple[Check, ...] = (
    one_invite_per_call,
    one_live_call_per_number,
    nothing_after_an_opt_out,
    nothing_while_halted,
    every_invite_has_its_row,
    pace_is_kept,
    lines_are_kept,
    slots_are_kept,
    attempts_are_kept,
    every_contact_ends,
    every_call_ends,
    capacity_comes_back,
)


def _invites(evidence: Evidence) -> Iterator[dict[str, Any]]:
    return (line for line in evidence.lines if line["event"] == "invite")


def _legs(evidence: Evidence) -> list[tuple[float, float]]:
    ends = {line["invite"]: line["at"] for line in evidence.lines if line["event"] == "ended"}
    return [(line["at"], ends.get(line["invite"], float("inf"))) for line in _invites(evidence)]


def _most_at_once(spans: list[tuple[float, float]]) -> int:
    changes = sorted([(begin, 1) for begin, _ in spans] + [(end, -1) for _, end in spans])
    most = now = 0
    for _, change in changes:
        now += change
        most = max(most, now)
    return most


def _most_in_a_second(times: list[float]) -> int:
    ordered, first, most = sorted(times), 0, 0
    for last, at in enumerate(ordered):
        while ordered[first] <= at - 1:
            first += 1
        most = max(most, last - first + 1)
    return most
