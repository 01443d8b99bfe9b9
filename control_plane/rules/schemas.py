"""What the API takes and gives for rules."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

Plain = dict[str, Any]
Sentence = Annotated[str, Meta(min_length=10, max_length=1000, examples=["Counsel has confirmed that the exemption applies to us."])]
PurposeName = Literal["informational", "telemarketing", "care", "survey", "political", "charity", "debt"]


class Citation(Struct):
    text: str
    certainty: str


class PackOut(Struct, kw_only=True):
    """`effective_from` null: always. `certainty`: sourced, conflicting, from_memory or ours; the least of its rules."""

    name: str
    title: str
    version: str
    jurisdictions: list[str]
    effective_from: date | None
    effective_until: date | None
    certainty: str
    is_closed: bool


class PackDetails(PackOut, kw_only=True):
    closed: str
    """Not empty: nobody is called there, and why."""
    citations: list[Citation]
    hours: list[Plain]
    limits: list[Plain]
    cool_downs: list[Plain]
    consents: list[Plain]
    lists: list[Plain]
    line_types: list[Plain]
    duties: list[str]
    recording: str | None
    min_ring_s: int


class PackList(Struct):
    items: list[PackOut]
    next_cursor: str | None = None


class PackVersions(Struct):
    """Oldest first."""

    name: str
    title: str
    jurisdictions: list[str]
    versions: list[PackDetails]


class WaiverIn(Struct, forbid_unknown_fields=True):
    pack: Annotated[str, Meta(min_length=1, max_length=40, examples=["us-al"])]
    rule: Literal["hours", "limits", "cool_downs", "consents", "lists", "line_types", "closed"]
    reason: Sentence
    purposes: Annotated[list[PurposeName], Meta(min_length=1, max_length=7)] | None = None
    """Null: all."""


class OwnRulesIn(Struct, forbid_unknown_fields=True):
    stricter: Annotated[Plain, Meta(examples=[{"consents": [{"bases": ["written"]}], "min_ring_s": 20}])] | None = None
    """Added to every pack, in the form of a pack's version: hours, limits, cool_downs, consents, lists, line_types, duties,
    recording, min_ring_s."""
    waivers: Annotated[list[WaiverIn], Meta(max_length=200)] = field(default_factory=list)
    """What does not bind the workspace. Each needs a reason and stands in the audit trail."""


class WaiverOut(Struct):
    pack: str
    rule: str
    reason: str
    purposes: list[str] | None = None


class OwnRulesOut(Struct):
    stricter: Plain | None
    waivers: list[WaiverOut]
    version: int
    """Raised by every change; 0 when there never was one."""
    updated_at: datetime | None
