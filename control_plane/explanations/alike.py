"""Decides once for all people about whom the gate knows the same: most of a list differ in nothing but their number. Pure."""

from dataclasses import fields
from datetime import datetime
from operator import attrgetter

from control_plane.domain.decision import Decision
from control_plane.domain.eligibility import decide
from control_plane.domain.facts import Facts
from control_plane.domain.rules import Rules

_APART = ("e164", "number_hash", "consents", "window")
# No rule looks at the number; a consent counts by what it says and not by which it is; the window is the campaign's.
_alike = attrgetter(*(f.name for f in fields(Facts) if f.name not in _APART))
MOST_KEPT = 20_000


class Alike:
    """The gate's decisions at one instant for one campaign. A `Dial` of it names the consent of whoever was asked about first."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._kept: dict[object, Decision] = {}

    def decide(self, facts: Facts, rules: Rules) -> Decision:
        said = tuple((c.purpose, c.basis, c.granted_at, c.revoked_at) for c in facts.consents)
        key = (rules, said, _alike(facts))
        decision = self._kept.get(key)
        if decision is None:
            decision = decide(facts, self._now, rules)
            if len(self._kept) < MOST_KEPT:
                self._kept[key] = decision
        return decision
