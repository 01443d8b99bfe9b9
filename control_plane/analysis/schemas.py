"""What the API says of analyses."""

import uuid
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct, convert

from control_plane.analysis.findings import Finding, MoodAt, Reason, Result, Talk
from control_plane.db.models import CallAnalysis


class AnalysisOut(Struct):
    """Every value has its confidence, the words it rests on and the second they were said; without words it is `unknown`."""

    id: uuid.UUID
    call_id: uuid.UUID
    version: int
    state: str
    """pending or done."""
    is_current: bool
    cause: str
    """call (it has ended), request (asked for again), transcription (the recording was transcribed anew)."""
    engine: str
    """rules or model; empty until it is done."""
    model: str
    note: str
    assistant_version_id: uuid.UUID | None
    created_at: datetime
    finished_at: datetime | None
    summary: Finding
    outcome: Finding
    opt_out: Finding
    sentiment: Finding
    topics: list[Finding]
    mood_course: list[MoodAt]
    talk: Talk
    extraction: dict[str, Finding]
    facts: list[Finding]
    lead_score: int | None
    lead_reasons: list[Reason]
    lead_status: str
    """What the contact's lead status became by it; empty where it moved none."""

    @classmethod
    def of(cls, row: CallAnalysis) -> "AnalysisOut":
        result = convert(row.result or {}, Result)
        known = {name: getattr(result, name) for name in Result.__struct_fields__}
        known |= {name: list(known[name]) for name in ("topics", "mood_course", "facts", "lead_reasons")}
        names = [name for name in cls.__struct_fields__ if name not in known]
        return cls(**{name: getattr(row, name) for name in names}, **known)


class AnalyzeAgainIn(Struct, forbid_unknown_fields=True):
    """Calls that were made in a span of time."""

    since: Annotated[datetime, Meta(tz=True, examples=["2026-11-01T00:00:00Z"])]
    until: Annotated[datetime, Meta(tz=True, examples=["2026-12-01T00:00:00Z"])]
    campaign_id: uuid.UUID | None = None
    assistant_id: uuid.UUID | None = None
    after: uuid.UUID | None = None
    """`next` of the answer before."""


class AskedAgain(Struct):
    calls: int
    """How many are analysed again."""
    next: uuid.UUID | None
    """Ask again with it as `after` for those that are left; null when there are none."""
