"""Which consent a call may rest on."""

from datetime import UTC, datetime

from control_plane.domain.facts import ConsentFact, Facts
from control_plane.domain.rules import BASES, ConsentNeed, Rules


def meets(consent: ConsentFact, need: ConsentNeed, purpose: str, now: datetime) -> bool:
    """Is it for this purpose, on a basis that is enough, already given, not revoked, and young enough?"""
    holds = consent.granted_at <= now and consent.revoked_at is None
    fits = consent.purpose == purpose and consent.basis in need.bases
    return holds and fits and (need.max_age is None or now < consent.granted_at + need.max_age)


def of_present_owner(facts: Facts) -> tuple[ConsentFact, ...]:
    """Those that were given after the number is known to have come to somebody else; all of them where nothing like it is known."""
    since = facts.reassigned_since
    if since is None:
        return facts.consents
    return tuple(consent for consent in facts.consents if consent.granted_at.astimezone(UTC).date() > since)


def consent_for(facts: Facts, now: datetime, rules: Rules) -> ConsentFact | None:
    """The consent that the call rests on: the strongest of those that meet the needs, or that would be one if none is needed."""
    return strongest(of_present_owner(facts), facts.purpose, now, rules)


def strongest(consents: tuple[ConsentFact, ...], purpose: str, now: datetime, rules: Rules) -> ConsentFact | None:
    if not consents:
        return None
    needs = rules.consents or (ConsentNeed(frozenset(BASES)),)
    fitting = [c for c in consents if all(meets(c, need, purpose, now) for need in needs)]
    fitting = fitting or [c for c in consents if any(meets(c, need, purpose, now) for need in needs)]
    return min(fitting, key=lambda consent: (BASES.index(consent.basis), -consent.granted_at.timestamp(), consent.id), default=None)
