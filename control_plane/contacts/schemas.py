"""What the API takes and gives for contacts, lists, imports and suppressions."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from control_plane.db.models import Contact, ContactImport, ContactList, ContactPhone, Suppression
from control_plane.kit.api_schemas import PHONE, ZONE

Name = Annotated[str, Meta(max_length=200, examples=["Ada Lovelace"])]
E164 = Annotated[str, Meta(max_length=32, examples=["+12025550123"], extra_json_schema=PHONE)]
# Spelled out: \s means other characters in JSON Schema's regular expressions than in Python's.
_SPACES = r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
Email = Annotated[str, Meta(max_length=320, pattern=f"^[^@{_SPACES}]+@[^@{_SPACES}]+$", examples=["ada@example.com"])]
Language = Annotated[str, Meta(max_length=35, examples=["en", "es-MX"])]
ZoneName = Annotated[str, Meta(max_length=64, examples=["America/New_York"], extra_json_schema=ZONE)]
LeadStatus = Literal["new", "contacted", "engaged", "qualified", "converted", "lost", "do_not_call"]
Score = Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]


class PhoneIn(Struct, forbid_unknown_fields=True):
    e164: E164
    time_zones: list[ZoneName] = field(default_factory=list)
    """Empty: every zone the number may be in."""
    kind: Literal["unknown", "mobile", "landline", "work", "home"] = "unknown"
    priority: Annotated[int, Meta(ge=0, le=100)] = 0
    is_confirmed: bool = False
    """Somebody has made sure of the number. What the network said of it before (`dead_reason`) is forgotten, whoever has it."""


class ContactIn(Struct, forbid_unknown_fields=True):
    phones: Annotated[list[PhoneIn], Meta(min_length=1, max_length=10)]
    name: Name = ""
    email: Email | None = None
    language: Language | None = None
    time_zone: ZoneName | None = None
    score: Score | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    contact_list_ids: list[uuid.UUID] = field(default_factory=list)


class ContactPatch(Struct, forbid_unknown_fields=True):
    phones: Annotated[list[PhoneIn], Meta(min_length=1, max_length=10)] | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    email: Email | UnsetType | None = UNSET
    language: Language | UnsetType | None = UNSET
    time_zone: ZoneName | UnsetType | None = UNSET
    score: Score | UnsetType | None = UNSET
    lead_status: LeadStatus | UnsetType = UNSET
    """Calls move it on by themselves, and never back; a person may set any."""
    attributes: dict[str, Any] | UnsetType = UNSET


class PhoneOut(Struct):
    e164: str
    time_zones: list[str]
    kind: str
    priority: int
    dead_reason: str
    """Not empty: the network has said that nobody can be reached here. It is called again after a person has sent it with `is_confirmed`;
    a contact who gets the number later is not called on it either (`dead_number` of explanations)."""

    @classmethod
    def of(cls, row: ContactPhone) -> "PhoneOut":
        return cls(row.e164, row.time_zones, row.kind, row.priority, row.dead_reason)


class ContactOut(Struct):
    id: uuid.UUID
    name: str
    phones: list[PhoneOut]
    email: str | None
    language: str | None
    time_zone: str | None
    confirmed_zone: str | None
    """Not null: somebody has said with evidence where the person is, and calls go by that alone."""
    score: int | None
    lead_status: str
    """new, contacted, engaged, qualified, converted, lost or do_not_call."""
    lead_score: int | None
    """0 to 100, from the last call that said something for or against; its reasons stand in the call's analysis."""
    attributes: dict[str, Any]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Contact) -> "ContactOut":
        phones = [PhoneOut.of(p) for p in row.phones]
        facts = (row.email, row.language, row.time_zone, row.confirmed_zone, row.score, row.lead_status, row.lead_score, row.attributes)
        return cls(row.id, row.name, phones, *facts, row.created_at, row.updated_at)


class ListIn(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=200)]


class ListPatch(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType = UNSET


class MembersIn(Struct, forbid_unknown_fields=True):
    contact_ids: Annotated[list[uuid.UUID], Meta(min_length=1, max_length=10_000)]


class ListOut(Struct):
    id: uuid.UUID
    name: str
    size: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: ContactList, size: int) -> "ListOut":
        return cls(row.id, row.name, size, row.created_at, row.updated_at)


class ImportOut(Struct):
    """`rows` = created + updated + duplicates + rejected, once completed."""

    id: uuid.UUID
    contact_list_id: uuid.UUID
    state: str
    rows: int
    created: int
    updated: int
    duplicates: int
    """Rows whose number stood earlier in the file, or that say nothing new about a member of the list."""
    rejected: int
    mapping: dict[str, Any]
    default_country: str
    encoding: str
    error: str
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: ContactImport) -> "ImportOut":
        return cls(**{name: getattr(row, name) for name in cls.__struct_fields__})


class SuppressionIn(Struct, forbid_unknown_fields=True):
    e164: E164
    scope: Literal["workspace", "campaign"] = "workspace"
    campaign_id: uuid.UUID | None = None
    reason: Annotated[str, Meta(max_length=1_000)] = ""
    evidence: Annotated[str, Meta(max_length=4_000)] = ""


class SuppressionOut(Struct):
    id: uuid.UUID
    e164: str | None
    """Null for somebody who was erased: the number is recognised by a keyed hash and kept nowhere."""
    scope: str
    campaign_id: uuid.UUID | None
    reason: str
    source: str
    list_source: str
    """The do-not-call list that the number stands on; empty when somebody said so about this very number."""
    evidence: str
    call_id: uuid.UUID | None
    created_at: datetime

    @classmethod
    def of(cls, row: Suppression) -> "SuppressionOut":
        return cls(**{name: getattr(row, name) for name in cls.__struct_fields__})


class SuppressionCheck(Struct):
    e164: str
    is_suppressed: bool
    suppressions: list[SuppressionOut]
