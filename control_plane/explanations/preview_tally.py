"""Counts what the gate says to the contacts of a campaign: by when, by reason with a few examples, by zone and hour. Pure; its size depends
on the kinds of answers and not on how many people there are.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from control_plane.domain.decision import Decision, Dial, Never, Reason
from control_plane.explanations.obstacles import next_possible_at

MOST_EXAMPLES = 5


class Named(Protocol):
    """A contact."""

    @property
    def id(self) -> uuid.UUID: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Example:
    contact_id: uuid.UUID
    name: str
    sentence: str
    next_possible_at: datetime | None


@dataclass(slots=True)
class OfReason:
    """How many contacts one reason keeps from being called now."""

    code: str
    is_final: bool
    contacts: int = 0
    examples: list[Example] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """`now`: when the campaign would be launched; `day_ends_at`: when the workspace's day is over."""

    now: datetime
    day_ends_at: datetime
    contacts: int = 0
    closed: int = 0
    in_call: int = 0
    when: Counter[str] = field(default_factory=Counter)
    reasons: dict[tuple[str, bool], OfReason] = field(default_factory=dict)
    lacking: Counter[str] = field(default_factory=Counter)
    lacking_contacts: int = 0
    most_lacking: int = 100
    """How many of them are named: somebody has to complete each of their rows."""
    lacking_examples: list[tuple[uuid.UUID, str, tuple[str, ...]]] = field(default_factory=list)
    openings: Counter[tuple[str, datetime]] = field(default_factory=Counter)
    """Contacts by zone and the hour (of the clock in UTC) in which they can first be called."""
    destinations: Counter[str] = field(default_factory=Counter)
    """Contacts that can be called now or later, by the price list's prefix of their first number."""

    def judge(self, alike: Sequence[Named], decision: Decision, zone: str) -> None:
        """Take in the gate's word on contacts that are alike to it. `zone`: where their first number is, empty when unknown."""
        self.contacts += len(alike)
        self.when[self._when(decision)] += len(alike)
        first = self.now if isinstance(decision, Dial) else next_possible_at(decision)
        if first is not None:
            self.openings[zone, first.replace(minute=0, second=0, microsecond=0)] += len(alike)
        if not isinstance(decision, Dial):
            # Of several sentences with one code, as several numbers bring them, the first speaks: each contact counts once.
            for reason in {reason.code: reason for reason in reversed(decision.reasons)}.values():
                self._count(reason, alike, decision)

    def lacks(self, contact_id: uuid.UUID, name: str, variables: tuple[str, ...]) -> None:
        """Take in a contact without a value for some variables of the prompts."""
        self.lacking_contacts += 1
        self.lacking.update(variables)
        if len(self.lacking_examples) < self.most_lacking:
            self.lacking_examples.append((contact_id, name, variables))

    def by_reason(self) -> list[OfReason]:
        """Most frequent first."""
        return sorted(self.reasons.values(), key=lambda reason: (-reason.contacts, reason.code))

    def _when(self, decision: Decision) -> str:
        if isinstance(decision, Dial):
            return "now"
        if isinstance(decision, Never):
            return "never"
        opens = next_possible_at(decision)
        return "later_today" if opens is not None and opens < self.day_ends_at else "later"

    def _count(self, reason: Reason, alike: Sequence[Named], decision: Decision) -> None:
        key = (reason.code, isinstance(decision, Never))
        of_reason = self.reasons.get(key)
        if of_reason is None:
            of_reason = self.reasons[key] = OfReason(*key)
        of_reason.contacts += len(alike)
        for contact in alike[: MOST_EXAMPLES - len(of_reason.examples)]:
            of_reason.examples.append(Example(contact.id, contact.name, reason.sentence, next_possible_at(decision)))
