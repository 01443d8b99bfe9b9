"""What the gate can say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a stable code and a sentence for people."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Dial:
    """The call may be placed; it rests on this consent, where there is one."""

    consent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now. Ask again at `until`."""

    until: datetime
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Never:
    """Not this number in this campaign."""

    reasons: tuple[Reason, ...]


Decision = Dial | Wait | Never


def ends_as(decisions: Sequence[Decision]) -> tuple[str, str]:
    """The state and the sentence with which an enrollment is closed, of whose numbers none may ever be called."""
    reasons = [reason for decision in decisions if isinstance(decision, Never) for reason in decision.reasons]
    words = "; ".join(dict.fromkeys(reason.sentence for reason in reasons)) or "no number of the contact can be called"
    return "suppressed" if any(reason.code == "suppressed" for reason in reasons) else "exhausted", words


class Stage(StrEnum):
    """When the gate was asked about a call."""

    PLANNING = "planning"
    CLAIM = "claim"
    LAST_GATE = "last_gate"
