"""A person's view: what has happened with a contact."""

import uuid
from datetime import datetime
from typing import Any

from msgspec import Struct


class TimelineEntry(Struct):
    """One thing that happened. Of another kind than calls, only what is of that kind is filled in."""

    id: uuid.UUID
    at: datetime
    kind: str
    """call, analysis, risk, follow_up, checkup, escalation, appointment, promise, activity, lead_score, opt_out, consent."""
    state: str
    """Of a call, a follow-up, a check-up's run (completed is kept), an escalation, an appointment, a promise, a consent (given or revoked);
    how grave a risk is; the scope of an opt-out; what the lead's status became by an analysis."""
    call_id: uuid.UUID | None
    campaign_id: uuid.UUID | None
    network_result: str | None
    answered_by: str | None
    outcome: str | None
    summary: str
    """In words: a call's summary, the callee's own words of a risk or about an appointment, what was promised, the reason of a follow-up or
    an opt-out, what became of a check-up."""
    moods: list[str]
    """How the callee sounded in the course of the call, as far as somebody judged it."""
    details: dict[str, Any]
