"""A checker that finds nothing proves nothing: each promise is broken once on purpose, and found."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.chaos.checker import check
from tests.chaos.evidence import Evidence, Halt, Limits, Sample
from tests.chaos.plan import Shape

SHAPE = Shape(2, 10, (1, 2), (1, 2), task_workers=1, agents=1, slots_per_agent=2, lines=2, calls_per_second=1)
OLD, NEW, OUR_OWN, DAY = "+12025550101", "+12025550102", "+12025550199", "2026-11-20"


def call(name: str, number: str, at: float, **columns: Any) -> dict[str, Any]:
    facts = {"state": "ended", "network_result": "answered", "outcome": "success", "counts_as_attempt": True, "holds_slot": False}
    times = {"claimed_at": at - 1, "dialing_at": at, "ended_at": at + 4, "reserved_until": None, "decided_at": at, "holds_number": False}
    of = {"enrollment_id": f"of-{number}", "trunk_id": "t", "campaign_id": "k", "number": number, "caller": OUR_OWN, "day": DAY}
    return {"id": name, **of, **facts, **times, **columns}


def invite(name: str, number: str, at: float, until: float | None) -> list[dict[str, Any]]:
    begun = {"event": "invite", "invite": f"{name}@{at}", "call": name, "number": number, "at": at, "sent_at": at, "caller": OUR_OWN}
    ended = {"event": "ended", "invite": f"{name}@{at}", "call": name, "number": number, "at": until, "why": ""}
    return [begun] if until is None else [begun, ended]


def good() -> Evidence:
    """Two contacts, called one after the other, and every limit used up."""
    limits = Limits({"t": 2}, {"k": 2}, 2, {OUR_OWN: 2}, {"k": 2})
    return Evidence(
        lines(), calls(), [enrollment(OLD), enrollment(NEW)], limits, samples=[Sample(107.0, 1, 2, 0, 0, None)], recovered_s=3.0
    )


def calls() -> list[dict[str, Any]]:
    return [call("a", OLD, 100.0), call("b", NEW, 102.0)]


def lines() -> list[dict[str, Any]]:
    return invite("a", OLD, 100.1, 105.0) + invite("b", NEW, 102.1, 106.0)


def enrollment(number: str, **columns: Any) -> dict[str, Any]:
    closed = {"state": "done", "attempts": 1, "closed_reason": "", "waiting_reasons": [], "waiting_codes": []}
    return {"id": f"of-{number}", "contact_id": number, "campaign_id": "k", **closed, **columns}


def broken(evidence: Evidence) -> list[str]:
    return [finding.promise for finding in check(evidence, SHAPE) if not finding.holds]


def test_a_clean_run_breaks_no_promise() -> None:
    assert broken(good()) == []


def _second_invite(e: Evidence) -> None:
    e.lines += invite("a", OLD, 106.0, 107.0)


def _two_at_once(e: Evidence) -> None:
    e.calls.append(call("c", OLD, 104.0, counts_as_attempt=False))
    e.lines += invite("c", OLD, 104.0, 104.5)


def _decided_after_an_opt_out(e: Evidence) -> None:
    e.opt_outs.append((NEW, 101.9))
    e.suppressions.append((NEW, 110.0))


def _sent_after_an_opt_out(e: Evidence) -> None:
    e.suppressions.append((NEW, 102.09))


def _opt_out_forgotten(e: Evidence) -> None:
    e.opt_outs.append((NEW, 110.0))


def _decided_while_halted(e: Evidence) -> None:
    e.halts.append(Halt("pause", 101.9, 110.0))


def _sent_while_halted(e: Evidence) -> None:
    e.halts.append(Halt("halt", 102.05, 110.0))
    e.lines[2]["sent_at"] = e.lines[2]["at"] = 104.0


def _no_row(e: Evidence) -> None:
    e.lines += invite("ghost", "+12025550103", 110.0, 111.0)


def _released_but_rang(e: Evidence) -> None:
    e.calls[1]["state"] = "released"


def _too_fast(e: Evidence) -> None:
    e.calls[1]["dialing_at"] = 100.5


def _left_too_fast(e: Evidence) -> None:
    e.lines[2]["sent_at"] = 101.0


def _too_many(e: Evidence) -> None:
    e.calls += [call("c", "+12025550103", 103.5, counts_as_attempt=False)]
    e.lines += invite("c", "+12025550103", 103.6, 104.0)


def _too_many_rows(e: Evidence) -> None:
    e.calls += [call("c", "+12025550103", 103.5, counts_as_attempt=False)]


def _another_number_than_the_row_says(e: Evidence) -> None:
    for one in e.calls:
        one["caller"] = "+12025550198"
    e.lines += invite("b", NEW, 108.0, 109.0)


def _too_many_slots(e: Evidence) -> None:
    e.samples.append(Sample(108.0, 3, 2, 0, 0, None))


def _miscounted(e: Evidence) -> None:
    e.enrollments[0]["attempts"] = 2


def _forgotten(e: Evidence) -> None:
    e.enrollments[0]["state"] = "waiting"


def _waits_for_a_cap_that_is_not_reached(e: Evidence) -> None:
    e.enrollments[0] |= {"state": "waiting", "waiting_codes": ["daily_cap"]}
    e.limits = replace(e.limits, campaign_a_day={"k": 3})


def _never_hung_up(e: Evidence) -> None:
    del e.lines[3]


def _alive_for_ever(e: Evidence) -> None:
    e.calls[1]["state"] = "ringing"


def _slow(e: Evidence) -> None:
    e.recovered_s = 61.0


def _kept_slot(e: Evidence) -> None:
    e.calls[0]["holds_slot"] = True


def _kept_number(e: Evidence) -> None:
    e.calls[0] |= {"holds_number": True, "reserved_until": 1.0}


@pytest.mark.parametrize(
    ("breaks", "promise"),
    [
        (_second_invite, "at most one INVITE per call"),
        (_two_at_once, "at most one live call per number"),
        (_decided_after_an_opt_out, "no INVITE after a committed opt-out"),
        (_sent_after_an_opt_out, "no INVITE after a committed opt-out"),
        (_opt_out_forgotten, "no INVITE after a committed opt-out"),
        (_decided_while_halted, "no INVITE after a pause or kill switch"),
        (_sent_while_halted, "no INVITE after a pause or kill switch"),
        (_no_row, "every INVITE has a call that was committed before it"),
        (_released_but_rang, "every INVITE has a call that was committed before it"),
        (_too_fast, "calls per second"),
        (_left_too_fast, "calls per second"),
        (_too_many, "lines of the trunks"),
        (_too_many, "calls at once of a campaign"),
        (_too_many, "calls at once of the workspace"),
        (_too_many, "calls a day of a number"),
        (_too_many, "calls a day of a campaign"),
        (_too_many_rows, "lines of the trunks"),
        (_too_many_rows, "calls a day of a campaign"),
        (_another_number_than_the_row_says, "calls a day of a number"),
        (_too_many_slots, "slots of the agent workers"),
        (_miscounted, "attempts per contact"),
        (_forgotten, "every contact reaches an end"),
        (_waits_for_a_cap_that_is_not_reached, "every contact reaches an end"),
        (_never_hung_up, "every call ends, in both ledgers"),
        (_alive_for_ever, "every call ends, in both ledgers"),
        (_slow, "capacity recovered within 60 s"),
        (_kept_slot, "capacity recovered within 60 s"),
        (_kept_number, "capacity recovered within 60 s"),
    ],
)
def test_a_broken_promise_is_found(breaks: Callable[[Evidence], None], promise: str) -> None:
    evidence = good()
    breaks(evidence)
    assert promise in broken(evidence)


def _waits_for_the_next_day(e: Evidence) -> None:
    e.enrollments[0] |= {"state": "waiting", "waiting_codes": ["daily_cap"]}


def _left_before_an_opt_out(e: Evidence) -> None:
    e.opt_outs.append((NEW, 102.12))
    e.suppressions.append((NEW, 102.11))


def _arrived_late(e: Evidence) -> None:
    """The network stood still: it has seen both at once."""
    for line in (e.lines[0], e.lines[2]):
        line["at"] = 104.0
    e.suppressions.append((NEW, 103.0))


def _another_campaign_paused(e: Evidence) -> None:
    e.halts.append(Halt("pause", 100.5, 110.0, "another"))


@pytest.mark.parametrize("happens", [_waits_for_the_next_day, _left_before_an_opt_out, _arrived_late, _another_campaign_paused])
def test_what_breaks_no_promise_is_not_found(happens: Callable[[Evidence], None]) -> None:
    evidence = good()
    happens(evidence)
    assert broken(evidence) == []
