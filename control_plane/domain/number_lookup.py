"""What a carrier's look-up of a number tells the gate: the kind of its line, and whether it has come to somebody else since a consent.

Look-ups cost money, so a number is looked up only where the answer matters to this call and nothing else stands against it. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from control_plane.domain.consents import consent_for, strongest
from control_plane.domain.decision import Decision, Never, Reason, Wait
from control_plane.domain.facts import Facts
from control_plane.domain.rules import Rules

LINE_TYPE, REASSIGNED = "line_type", "reassigned_number"
KINDS = (LINE_TYPE, REASSIGNED)
NOT_LOOKED_UP = "not_looked_up"
"""The one reason for which a number is looked up."""
AGAIN = timedelta(minutes=1)
"""A look-up takes seconds; the gate is asked again after this."""
UNKNOWN_AGAIN = timedelta(hours=1)
COVERED = "US"
"""Reassignment is known of numbers of this country only (Twilio's documentation of its package `reassigned_number`)."""


@dataclass(frozen=True, slots=True)
class LookupSettings:
    """What a workspace has switched on, and what it may cost. Without settings nothing is looked up."""

    line_type: bool = False
    reassigned_number: bool = False
    line_type_price: Decimal = Decimal(0)
    reassigned_number_price: Decimal = Decimal(0)
    currency: str = "USD"
    monthly_limit: Decimal = Decimal(0)
    campaign_ids: frozenset[str] | None = None
    """Only calls of these campaigns are looked up for; None: all calls."""
    max_age: timedelta = timedelta(days=30)
    """How long an answer is believed."""

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "LookupSettings":
        campaigns = plain.get("campaign_ids")
        return cls(
            line_type=plain["line_type"],
            reassigned_number=plain["reassigned_number"],
            line_type_price=Decimal(plain["line_type_price"]),
            reassigned_number_price=Decimal(plain["reassigned_number_price"]),
            currency=plain["currency"],
            monthly_limit=Decimal(plain["monthly_limit"]),
            campaign_ids=None if campaigns is None else frozenset(campaigns),
            max_age=timedelta(days=plain["max_age_days"]),
        )

    def kinds_for(self, campaign_id: str | None, country: str | None) -> tuple[str, ...]:
        """What may be looked up of a number of the country for a call of the campaign (None: outside campaigns)."""
        if self.campaign_ids is not None and campaign_id not in self.campaign_ids:
            return ()
        on = {LINE_TYPE: self.line_type, REASSIGNED: self.reassigned_number and country == COVERED}
        return tuple(kind for kind in KINDS if on[kind])

    def price(self, lack: "Lack") -> Decimal:
        """What it costs to look up what is lacking."""
        of_line = self.line_type_price if lack.line_type else Decimal(0)
        return of_line + (self.reassigned_number_price if lack.verified_on is not None else Decimal(0))


@dataclass(frozen=True, slots=True)
class Known:
    """What earlier look-ups of a number have said. `reassigned_since`: after this day it has come to somebody else. `unchanged_since`:
    the earliest day from which on, until `reassigned_at`, it was asked without a gap and nothing like it is known."""

    line_type: str = ""
    line_type_at: datetime | None = None
    reassigned_since: date | None = None
    unchanged_since: date | None = None
    reassigned_at: datetime | None = None
    trouble: str = ""

    def facts(self, kinds: tuple[str, ...], since: datetime | None) -> dict[str, Any]:
        """As fields of `Facts`. Answers of before `since` are not believed any more, but that a number has changed hands is for good."""
        is_line_fresh = self.line_type_at is not None and (since is None or self.line_type_at >= since)
        is_owner_fresh = self.reassigned_at is not None and (since is None or self.reassigned_at >= since)
        return {
            "lookups": kinds,
            "line_type": self.line_type if is_line_fresh else "",
            "reassigned_since": self.reassigned_since,
            "unchanged_since": self.unchanged_since if is_owner_fresh else None,
            "lookup_trouble": self.trouble,
        }

    def after_owner(self, verified_on: date, at: datetime, *, is_reassigned: bool) -> tuple[date | None, date | None, datetime]:
        """`reassigned_since`, `unchanged_since` and their time once it was asked about `verified_on`; of answers that cannot both be true
        the newer one stands. That nothing is known is taken for no change: it is what one had without asking. A no covers the time from
        its day until it was asked; an older day stays only where no time is left between that nobody has asked about, and none is
        confirmed anew by a yes."""
        changed, same = self.reassigned_since, self.unchanged_since
        if is_reassigned:
            return verified_on if changed is None else max(changed, verified_on), None, at
        is_without_gap = self.reassigned_at is not None and verified_on < self.reassigned_at.astimezone(UTC).date()
        same = min(same, verified_on) if same is not None and is_without_gap else verified_on
        return None if changed is not None and changed >= same else changed, same, at


@dataclass(frozen=True, slots=True)
class Lack:
    """What would have to be looked up. `verified_on`: the day of the consent since which the number shall not have changed hands."""

    line_type: bool = False
    verified_on: date | None = None

    def __bool__(self) -> bool:
        return self.line_type or self.verified_on is not None


def lacking(facts: Facts, now: datetime, rules: Rules) -> Lack:
    """What the gate has to know before this call and may have looked up."""
    if not facts.lookups:
        return Lack()
    lacks_line = LINE_TYPE in facts.lookups and bool(rules.line_types) and not facts.line_type
    used = consent_for(facts, now, rules) if REASSIGNED in facts.lookups else None
    day = used.granted_at.astimezone(UTC).date() if used is not None else None
    is_confirmed = day is None or (facts.unchanged_since is not None and day >= facts.unchanged_since)
    return Lack(lacks_line, None if is_confirmed else day)


def looked_up(facts: Facts, now: datetime, rules: Rules) -> Wait | Never | None:
    """The gate's rule."""
    if not (facts.lookups or facts.reassigned_since or rules.line_types) or facts.is_rehearsal_trunk:
        return None
    never = (*_closed_line(facts, rules), *_somebody_else(facts, now, rules))
    if never:
        return Never(never)
    if lack := lacking(facts, now, rules):
        return Wait(now + AGAIN, (Reason(NOT_LOOKED_UP, _first(lack, facts)),))
    if rules.line_types and not facts.line_type:
        words = "The rules close some kinds of line; which kind this number is on is not known before it is looked up, and look-ups of line"
        words += " types have to be switched on for that."
        return Wait(now + UNKNOWN_AGAIN, (Reason("line_type_unknown", words),))
    return None


def waits_for_lookup(decision: Decision) -> bool:
    """Whether nothing else stands against the call: only then is it worth its price."""
    return isinstance(decision, Wait) and all(reason.code == NOT_LOOKED_UP for reason in decision.reasons)


def _first(lack: Lack, facts: Facts) -> str:
    what = ["its kind of line"] if lack.line_type else []
    what += [f"whether it has come to somebody else since {lack.verified_on}"] if lack.verified_on is not None else []
    words = f"The number is looked up at the carrier first: {' and '.join(what)}."
    return f"{words} {facts.lookup_trouble}" if facts.lookup_trouble else words


def _closed_line(facts: Facts, rules: Rules) -> tuple[Reason, ...]:
    if not facts.line_type or not any(facts.line_type in rule.closed for rule in rules.line_types):
        return ()
    kind = facts.line_type.replace("_", " ")
    words = f"The number is on a line of the kind {kind}, and the rules close such lines to calls for the purpose {facts.purpose}."
    return (Reason("line_type_closed", words),)


def _somebody_else(facts: Facts, now: datetime, rules: Rules) -> tuple[Reason, ...]:
    """Whoever gave the consent has the number no more; a consent of its present owner opens it again."""
    if facts.reassigned_since is None or consent_for(facts, now, rules) is not None:
        return ()
    former = strongest(facts.consents, facts.purpose, now, rules)
    if former is None:
        return ()
    day = former.granted_at.astimezone(UTC).date()
    words = f"By the carrier's look-up the number has come to somebody else since the consent of {day} was given;"
    return (Reason("number_reassigned", f"{words} only a consent of whoever has it now opens it."),)
