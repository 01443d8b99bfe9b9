"""Did every contact end as its callee script says? Pure: from what the API shows and what the carrier's summary declares."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from control_plane.domain.counted import counted

_FACTS = ("network_result", "answered_by", "outcome", "end_cause")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One contact: the script it met, and every difference in words."""

    contact: str
    number: str
    script: str
    about: str
    differences: tuple[str, ...]

    @property
    def is_as_scripted(self) -> bool:
        return not self.differences


def judge(
    enrollments: Sequence[Mapping[str, Any]], calls: Sequence[Mapping[str, Any]], callees: Mapping[str, Mapping[str, Any]]
) -> list[Verdict]:
    """A verdict per enrollment. `calls` are oldest first; `callees` maps numbers to scripts as `rehearsal.summary` declares them."""
    return [_judge(enrollment, [c for c in calls if c["enrollment_id"] == enrollment["id"]], callees) for enrollment in enrollments]


def _judge(enrollment: Mapping[str, Any], calls: Sequence[Mapping[str, Any]], callees: Mapping[str, Mapping[str, Any]]) -> Verdict:
    number = enrollment["contact_number"]
    script = callees[number]
    # A released call never rang: the callee's next behaviour is still to come.
    dialled = [call for call in calls if call["state"] != "released"]
    differences = [difference for attempt, call in enumerate(dialled) for difference in _differences(attempt, call, script["attempts"])]
    if len(dialled) < len(script["attempts"]):
        differences.append(f"{len(dialled)} of {len(script['attempts'])} calls were made")
    if enrollment["state"] != script["enrollment"]:
        differences.append(f"the contact is {enrollment['state']}, not {script['enrollment']}")
    return Verdict(enrollment["contact_name"], number, script["script"], script["about"], tuple(differences))


def _differences(attempt: int, call: Mapping[str, Any], behaviours: Sequence[Mapping[str, Any]]) -> list[str]:
    expected = behaviours[min(attempt, len(behaviours) - 1)]
    return [
        f"call {attempt + 1}: {name} is {call[name] or 'missing'}, not {expected[name]}"
        for name in _FACTS
        if (call[name] or "none") != expected[name]
    ]


def report(verdicts: Sequence[Verdict], calls: Sequence[Mapping[str, Any]], folder: Path) -> dict[str, Any]:
    """All verdicts for a program, with the calls as the API shows them. `folder`: where transcripts, recordings, ledger and logs lie."""
    contacts = [asdict(verdict) | {"is_as_scripted": verdict.is_as_scripted} for verdict in verdicts]
    are_all = all(verdict.is_as_scripted for verdict in verdicts)
    return {"is_as_scripted": are_all, "folder": str(folder), "contacts": contacts, "calls": calls}


def first_audio_line(title: str, figures: Mapping[str, Any]) -> str:
    """One line about how fast the agent spoke, in milliseconds, against its limit."""
    if not figures["calls"]:
        return f"{title}: no calls"
    calls = counted(figures["calls"], "call")
    if figures["p95_s"] is None:
        return f"{title}: {calls}, the agent was never heard"
    unheard = f", {figures['unheard']} never heard the agent" if figures["unheard"] else ""
    verdict = "within" if figures["is_within"] else "ABOVE"
    return (
        f"{title}: {calls}, p50 {figures['p50_s'] * 1000:.0f} ms, p95 {figures['p95_s'] * 1000:.0f} ms, "
        f"worst {figures['worst_s'] * 1000:.0f} ms ({verdict} the limit of {figures['limit_s'] * 1000:.0f} ms){unheard}"
    )
