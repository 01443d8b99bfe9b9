"""What the doctor says: of each thing how it is, and where it is not right, what to do in a sentence. Pure."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from control_plane.domain.plain_text import visible
from control_plane.health.readiness import Readiness

State = Literal["ok", "note", "problem"]
"""A note is worth knowing and stops nothing."""
_MARKS: dict[State, str] = {"ok": "ok", "note": "note", "problem": "PROBLEM"}

_ADVICE = {
    "postgresql": "Start PostgreSQL and look at CALLWRIGHT_DATABASE_URL.",
    "redis": "Start Redis and look at CALLWRIGHT_REDIS_URL.",
    "livekit": "Start LiveKit and look at LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET.",
    "agent_workers": "Start one with `python -m agent_worker.server`; without a free slot no call begins.",
    "models": "Look at OPENAI_BASE_URL and OPENAI_API_KEY, and at the way out to the vendor.",
    "invariants": "Stop dialling with `callwright halt`, and look at docs/operations.md, what alerts mean.",
}


class Finding(Struct, frozen=True):
    name: str
    state: State
    detail: str
    advice: str = ""
    """What to do; empty where nothing has to be done."""


class Diagnosis(Struct, frozen=True):
    healthy: bool
    """Nothing is a problem."""
    findings: list[Finding]


def ok(name: str, detail: str) -> Finding:
    return Finding(name, "ok", detail)


def note(name: str, detail: str, advice: str = "") -> Finding:
    return Finding(name, "note", detail, advice)


def problem(name: str, detail: str, advice: str) -> Finding:
    return Finding(name, "problem", detail, advice)


def diagnosis(findings: Sequence[Finding]) -> Diagnosis:
    return Diagnosis(all(finding.state != "problem" for finding in findings), list(findings))


def of_readiness(readiness: Readiness) -> list[Finding]:
    """What a running API says of its own dependencies."""
    return [
        ok(line.name, line.detail) if line.ok else problem(line.name, line.detail, _ADVICE[line.name]) for line in readiness.dependencies
    ]


def as_lines(found: Diagnosis) -> str:
    """The diagnosis as people read it."""
    width = max(len(finding.name) for finding in found.findings)
    told = ((_MARKS[each.state], each.name, f"{each.detail} {each.advice}".strip()) for each in found.findings)
    return "\n".join(visible(f"{mark:<7}  {name:<{width}}  {text}") for mark, name, text in told)
