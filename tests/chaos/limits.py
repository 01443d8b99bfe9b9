"""The limits that were set, against both ledgers: phones by the network's, calls by the rows."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from tests.chaos.evidence import Evidence
from tests.chaos.findings import Finding, invites, most_at_once, rows_by_id, was_made
from tests.chaos.plan import Shape


def lines_are_kept(evidence: Evidence, shape: Shape) -> Finding:
    return _at_once(evidence, "lines of the trunks", "trunk_id", evidence.limits.lines)


def calls_of_campaigns_are_kept(evidence: Evidence, shape: Shape) -> Finding:
    return _at_once(evidence, "calls at once of a campaign", "campaign_id", evidence.limits.campaign_calls)


def calls_of_the_workspace_are_kept(evidence: Evidence, shape: Shape) -> Finding:
    limit = evidence.limits.workspace_calls
    return _at_once(evidence, "calls at once of the workspace", None, {None: limit} if limit else {})


def calls_a_day_of_numbers_are_kept(evidence: Evidence, shape: Shape) -> Finding:
    rows = rows_by_id(evidence)
    # The network knows itself who called.
    rang = Counter((line.get("caller", rows[i]["caller"]), rows[i]["day"]) for line in invites(evidence) if (i := line["call"]) in rows)
    return _a_day(evidence, "calls a day of a number", "caller", rang, evidence.limits.number_a_day)


def calls_a_day_of_campaigns_are_kept(evidence: Evidence, shape: Shape) -> Finding:
    rows = rows_by_id(evidence)
    rang = Counter((rows[i]["campaign_id"], rows[i]["day"]) for line in invites(evidence) if (i := line["call"]) in rows)
    return _a_day(evidence, "calls a day of a campaign", "campaign_id", rang, evidence.limits.campaign_a_day)


def _at_once(evidence: Evidence, promise: str, column: str | None, limits: Mapping[Any, int]) -> Finding:
    """At most so many at once for each value of the rows' column; without a column, of all."""
    rows, broken, words = rows_by_id(evidence), [], []
    ends = {line["invite"]: line["at"] for line in evidence.lines if line["event"] == "ended"}
    for value, limit in limits.items():
        mine = {i for i, call in rows.items() if column is None or call[column] == value}
        legs = [(line["at"], ends.get(line["invite"], float("inf"))) for line in invites(evidence) if line["call"] in mine]
        claims = [(rows[i]["claimed_at"], rows[i]["ended_at"] or float("inf")) for i in mine if rows[i]["claimed_at"]]
        phones, calls = most_at_once(legs), most_at_once(claims)
        broken += [f"{most} {what} at once, of {limit}" for most, what in ((phones, "phones"), (calls, "calls")) if most > limit]
        words.append(f"at most {calls} calls and {phones} phones of {limit}")
    return Finding(promise, tuple(broken), "; ".join(words) or "no limit set")


def _a_day(evidence: Evidence, promise: str, column: str, rang: Counter[tuple[Any, str]], limits: Mapping[str, int]) -> Finding:
    made = Counter((call[column], call["day"]) for call in evidence.calls if was_made(call))
    broken, words = [], []
    for name, limit in limits.items():
        most = {what: max((n for (of, _), n in found.items() if of == name), default=0) for what, found in (("made", made), ("rang", rang))}
        broken += [f"{n} calls {what} on one day, of {limit}" for what, n in most.items() if n > limit]
        words.append(f"at most {most['made']} made and {most['rang']} rung of {limit}")
    return Finding(promise, tuple(broken), "; ".join(words) or "no limit set")
