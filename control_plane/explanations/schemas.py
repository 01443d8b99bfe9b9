"""What the API says when it explains."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from control_plane.db.models import Consent
from control_plane.domain.decision import Decision, Dial, Reason, Wait
from control_plane.domain.rules import RulePack


class ReasonView(Struct):
    """`code` is stable for programs, `sentence` is for people."""

    code: str
    sentence: str

    @classmethod
    def all_of(cls, reasons: Sequence[Reason]) -> "list[ReasonView]":
        return [cls(reason.code, reason.sentence) for reason in reasons]


class Attempts(Struct, kw_only=True):
    """Calls that count against the caps. `today` is the contact's own day; null where a cap does not apply."""

    used: int
    allowed: int | None
    today: int
    allowed_today: int | None
    last_24h: int
    allowed_24h: int | None


class ZoneView(Struct, kw_only=True):
    """One place where the contact may be: a call has to fit into the hours of all of them."""

    time_zone: str
    local_time: datetime
    is_open: bool
    opens_at: datetime | None
    """The next opening there, in its local time; null when open now or closed for two weeks."""
    is_confirmed: bool
    """Somebody has said with evidence that the contact is there (PUT /contacts/{contact_id}/confirmed-zone)."""


class HoursView(Struct, kw_only=True):
    """Hours that bind the call. `counted_in` is `contact` for every zone of the contact, or the one zone that counts."""

    source: str
    """`rules`, `campaign` or `quiet_times`: the hours that the person's quiet times leave."""
    weekly: list[str]
    counted_in: str


class CitationView(Struct):
    text: str
    certainty: str


class PackView(Struct, kw_only=True):
    """A rule pack that applies. `certainty`: `sourced`, `conflicting`, `from_memory` or `ours` (our own, stricter recommendation)."""

    name: str
    version: str
    title: str
    jurisdictions: list[str]
    certainty: str
    citations: list[CitationView]

    @classmethod
    def of(cls, pack: RulePack) -> "PackView":
        return cls(
            name=pack.name,
            version=pack.version,
            title=pack.title,
            jurisdictions=list(pack.jurisdictions),
            certainty=pack.certainty,
            citations=[CitationView(citation.text, citation.certainty) for citation in pack.citations],
        )


class ConsentView(Struct, kw_only=True):
    """The consent that the call rests on, or would rest on."""

    id: uuid.UUID
    purpose: str
    basis: str
    granted_at: datetime
    source: str
    revoked_at: datetime | None

    @classmethod
    def of(cls, row: Consent) -> "ConsentView":
        return cls(id=row.id, purpose=row.purpose, basis=row.basis, granted_at=row.granted_at, source=row.source, revoked_at=row.revoked_at)


class CallerView(Struct, kw_only=True):
    """Who would call, and why this number; `number_id` is null when none may call now."""

    number_id: uuid.UUID | None
    from_number: str | None
    sentence: str
    passed_over: list[dict[str, Any]]


class NumberView(Struct, kw_only=True):
    """The gate's word on one of the contact's numbers; the first that may be dialled is."""

    to: str
    decision: str
    reasons: list[ReasonView]
    next_possible_at: datetime | None


class Explained(Struct, kw_only=True):
    """May it be dialled now, why not, and when next? `next_possible_at` is null when it may be now, never, or nobody can say."""

    may_dial: bool
    decision: str
    summary: str
    reasons: list[ReasonView]
    next_possible_at: datetime | None
    decided_at: datetime
    rule_pack: str
    attempts: Attempts | None
    zones: list[ZoneView]
    hours: list[HoursView]
    packs: list[PackView]
    consent: ConsentView | None
    caller: CallerView | None


class EnrollmentExplained(Explained, kw_only=True):
    """Asked afresh: nothing of this is stored."""

    enrollment_id: uuid.UUID
    state: str
    due_at: datetime | None
    numbers: list[NumberView]


class VerdictView(Struct, kw_only=True):
    """A stored decision of the gate. `stage`: `planning`, `claim` or `last_gate`, the look before the phone rings."""

    id: uuid.UUID
    stage: str
    decision: str
    reasons: list[ReasonView]
    rule_pack: str
    decided_at: datetime


class OwedView(Struct, kw_only=True):
    """Something that the call owes to the person, and who wants it so."""

    what: str
    """A duty of the opening in the words of the rules (`say_ai`, `offer_opt_out` …), or `recording`."""
    wanted_by: list[str]
    """Rule packs (`us@2026-11-1`), `workspace`, `assistant`; empty where it is so because nobody wants more."""
    sentence: str


class CallExplained(Explained, kw_only=True):
    """What was decided about a call, on which rules, what came of it, and what follows."""

    call_id: uuid.UUID
    state: str
    owed: list[OwedView]
    """What is said in it and how it is recorded, by the packs, the workspace and the version of the assistant."""
    verdicts: list[VerdictView]
    what_happened: str
    what_follows: str


def name_of(decision: Decision) -> str:
    return type(decision).__name__.lower()


def reasons_of(decision: Decision) -> tuple[Reason, ...]:
    return () if isinstance(decision, Dial) else decision.reasons


def until_of(decision: Decision) -> datetime | None:
    return decision.until if isinstance(decision, Wait) else None
