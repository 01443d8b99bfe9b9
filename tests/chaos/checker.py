"""Compares the carrier's ledger with the database's: pure functions from evidence to findings."""

from collections import Counter, defaultdict
from itertools import pairwise

from control_plane.dialer.context import SEND_WITHIN
from tests.chaos.evidence import Evidence
from tests.chaos.findings import Check, Finding, invites, most_in_a_second, rows_by_id
from tests.chaos.limits import (
    calls_a_day_of_campaigns_are_kept,
    calls_a_day_of_numbers_are_kept,
    calls_of_campaigns_are_kept,
    calls_of_the_workspace_are_kept,
    lines_are_kept,
)
from tests.chaos.plan import Shape

RECOVERY_LIMIT_S = 60.0
CLOCK_GRAIN_S = 0.002
"""Rounding of stored times. All are of one machine's clock: the network's ledger, the instant at which a request leaves its process, and
the database's own of a commit."""
OFFER_MEMORY_S = 60.0
FINAL = {"ended", "released", "lost"}
DIALLED = {"dialing", "ringing", "in_progress", "wrapping", "ended", "lost"}
ENDS = {"done", "exhausted", "suppressed"}


def check(evidence: Evidence, shape: Shape) -> list[Finding]:
    return [one(evidence, shape) for one in CHECKS]


def one_invite_per_call(evidence: Evidence, shape: Shape) -> Finding:
    counts = Counter(line["call"] for line in invites(evidence))
    broken = tuple(f"call {call}: {n} INVITEs" for call, n in counts.items() if n > 1)
    return Finding(
        "at most one INVITE per call", broken, f"{sum(counts.values())} INVITEs, at most {max(counts.values(), default=0)} per call"
    )


def one_live_call_per_number(evidence: Evidence, shape: Shape) -> Finding:
    """At the network: the next INVITE to a number comes after the end of the one before."""
    ends = {line["invite"]: line["at"] for line in evidence.lines if line["event"] == "ended"}
    by_number: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for line in invites(evidence):
        by_number[line["number"]].append((line["at"], ends.get(line["invite"], float("inf"))))
    broken = [number for number, legs in by_number.items() for a, b in pairwise(sorted(legs)) if b[0] < a[1]]
    most = max((len(legs) for legs in by_number.values()), default=0)
    return Finding(
        "at most one live call per number", tuple(broken), f"{len(by_number)} numbers rang, one of them {most} times, never at once"
    )


def nothing_after_an_opt_out(evidence: Evidence, shape: Shape) -> Finding:
    """No gate lets a dial through after the commit is known, and no INVITE leaves after the commit: its last look is made under a lock that
    whoever writes a suppression takes too."""
    confirmed, committed = _first(evidence.opt_outs), _first(evidence.suppressions)
    dialled = [call for call in evidence.calls if call["dialing_at"]]
    decided = [call for call in dialled if call["decided_at"] > confirmed.get(call["number"], float("inf"))]
    margins = [(committed[line["number"]] - line["sent_at"], line) for line in invites(evidence) if line["number"] in committed]
    broken = [f"call {c['id']} was let through after the opt-out" for c in decided]
    broken += [f"call {line['call']} was sent {-left:.3f} s after the opt-out" for left, line in margins if left < -CLOCK_GRAIN_S]
    broken += [f"the opt-out of {number} was confirmed and is not there" for number in confirmed.keys() - committed.keys()]
    closest = min((left for left, _ in margins if left > 0), default=None)
    words = f", the last INVITE to one left {closest:.3f} s before the commit" if closest is not None else ""
    return Finding("no INVITE after a committed opt-out", tuple(broken), f"{len(committed)} numbers opted out{words}")


def nothing_while_halted(evidence: Evidence, shape: Shape) -> Finding:
    """From a second after the commit of a pause or kill switch until somebody asks to go on."""
    broken, latest, rows = [], 0.0, rows_by_id(evidence)
    for halt in evidence.halts:
        stopped = {i for i, call in rows.items() if halt.campaign_id in (None, call["campaign_id"])}
        within = [line for line in invites(evidence) if line["call"] in stopped and halt.since < line["sent_at"] < halt.until]
        late = [line for line in within if line["sent_at"] > halt.since + SEND_WITHIN.total_seconds() + CLOCK_GRAIN_S]
        broken += [f"{halt.name}: call {line['call']} was sent {line['sent_at'] - halt.since:.1f} s after it" for line in late]
        decided = [i for i in stopped if rows[i]["dialing_at"] and halt.since < rows[i]["decided_at"] < halt.until]
        broken += [f"{halt.name}: call {i} was let through after it" for i in decided]
        latest = max([latest, *(line["sent_at"] - halt.since for line in within)])
    words = f"{len(evidence.halts)} stops held, the last INVITE {latest:.2f} s after one's commit was confirmed"
    return Finding("no INVITE after a pause or kill switch", tuple(broken), words)


def every_invite_has_its_row(evidence: Evidence, shape: Shape) -> Finding:
    rows = rows_by_id(evidence)
    broken = []
    for line in invites(evidence):
        row = rows.get(line["call"])
        if row is None or row["state"] not in DIALLED or row["dialing_at"] is None:
            broken.append(f"INVITE of call {line['call']}: {row and row['state']}")
        elif line["at"] < row["decided_at"]:
            broken.append(f"INVITE of call {line['call']} before its gate was asked")
    unsent = sum(1 for call in evidence.calls if call["dialing_at"]) - len(rows.keys() & {line["call"] for line in invites(evidence)})
    return Finding("every INVITE has a call that was committed before it", tuple(broken), f"{unsent} committed dials never left")


def pace_is_kept(evidence: Evidence, shape: Shape) -> Finding:
    """Of each trunk: where turns are given, and in any second in which INVITEs leave. A carrier that stands still may see them closer
    together than they left."""
    broken, closest, most, arrived = [], float("inf"), 0, 0
    least, of_call = 1 / shape.calls_per_second, {call["id"]: call["trunk_id"] for call in evidence.calls}
    for trunk in evidence.limits.lines:
        turns = sorted(call["dialing_at"] for call in evidence.calls if call["dialing_at"] and call["trunk_id"] == trunk)
        sent = [line for line in invites(evidence) if of_call.get(line["call"]) == trunk]
        gaps = [b - a for a, b in pairwise(turns)]
        broken += [f"{gap:.3f} s between two turns of a trunk" for gap in gaps if gap < least - CLOCK_GRAIN_S]
        closest, most = min([closest, *gaps]), max(most, most_in_a_second([line["sent_at"] for line in sent]))
        arrived = max(arrived, most_in_a_second([line["at"] for line in sent]))
    if most > shape.calls_per_second:
        broken.append(f"{most} INVITEs left within one second")
    words = f"turns at least {closest:.3f} s apart ({least:.3f} wanted); at most {most} left within any second"
    return Finding("calls per second", tuple(broken), f"{words} ({shape.calls_per_second} allowed), and {arrived} arrived")


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
    """Or waits for the next day, where its campaign has made all the calls of this one."""
    states = Counter(row["state"] for row in evidence.enrollments)
    # One that was put back later had used up a place as well, when the others were told to wait.
    claimed = Counter(call["campaign_id"] for call in evidence.calls if call["claimed_at"])
    used_up = {campaign for campaign, cap in evidence.limits.campaign_a_day.items() if claimed[campaign] >= cap}
    waits = {row["id"] for row in evidence.enrollments if "daily_cap" in row["waiting_codes"] and row["campaign_id"] in used_up}
    left = [row for row in evidence.enrollments if row["state"] not in ENDS and row["id"] not in waits]
    broken = [f"enrollment {row['id']} is {row['state']}: {row['waiting_reasons']}" for row in left]
    wanted = shape.contacts + (shape.side.contacts if shape.side is not None else 0)
    if len(evidence.enrollments) != wanted:
        broken.append(f"{len(evidence.enrollments)} of {wanted} contacts are left")
    words = ", ".join(f"{n} {state}" for state, n in sorted(states.items()))
    return Finding("every contact reaches an end", tuple(broken), words + (" for the next day" if waits else ""))


def every_call_ends(evidence: Evidence, shape: Shape) -> Finding:
    states = Counter(call["state"] for call in evidence.calls)
    broken = [f"call {call['id']} is {call['state']}" for call in evidence.calls if call["state"] not in FINAL]
    ended = {line["invite"] for line in evidence.lines if line["event"] == "ended"}
    broken += [f"the phone of call {line['call']} was never hung up" for line in invites(evidence) if line["invite"] not in ended]
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
    calls_of_campaigns_are_kept,
    calls_of_the_workspace_are_kept,
    calls_a_day_of_numbers_are_kept,
    calls_a_day_of_campaigns_are_kept,
    slots_are_kept,
    attempts_are_kept,
    every_contact_ends,
    every_call_ends,
    capacity_comes_back,
)


def _first(known: list[tuple[str, float]]) -> dict[str, float]:
    """The earliest instant per number."""
    found: dict[str, float] = {}
    for number, at in known:
        found[number] = min(at, found.get(number, at))
    return found
