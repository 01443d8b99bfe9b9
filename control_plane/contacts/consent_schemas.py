"""What the API takes and gives for consents."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from control_plane.contacts.schemas import E164
from control_plane.db.models import Consent

Purpose = Literal["informational", "telemarketing", "care", "survey", "political", "charity", "debt"]
Basis = Literal["written", "oral", "implied", "existing_customer"]
Words = Annotated[str, Meta(max_length=4_000, examples=["I agree that Acme may call me with an automated voice about offers."])]
Source = Annotated[str, Meta(max_length=500, examples=["https://acme.example/sign-up"])]
Evidence = Annotated[str, Meta(max_length=4_000, examples=["IP 203.0.113.7, form version 12"])]
GrantedAt = Annotated[datetime, Meta(tz=True, examples=["2026-03-01T09:30:00Z"])]


class DeclarationIn(Struct, forbid_unknown_fields=True, kw_only=True):
    """One statement about everybody who stands on a list now; who joins later is not covered."""

    purpose: Purpose
    basis: Basis
    granted_at: GrantedAt
    """For a whole list: since when all of them have agreed."""
    text: Words = ""
    source: Source = ""
    evidence: Evidence = ""


class ConsentIn(DeclarationIn, forbid_unknown_fields=True, kw_only=True):
    """One person's agreement to be called on one number for one purpose."""

    e164: E164


class RevocationIn(Struct, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(max_length=1_000, examples=["Asked by e-mail on 2 March."])] = ""


class ConsentOut(Struct, kw_only=True):
    id: uuid.UUID
    e164: str | None
    """Null once the person was erased."""
    purpose: str
    basis: str
    text: str
    source: str
    granted_at: datetime
    evidence: str
    recorded_by: str
    contact_list_id: uuid.UUID | None
    revoked_at: datetime | None
    revoked_reason: str
    created_at: datetime

    @classmethod
    def of(cls, row: Consent) -> "ConsentOut":
        return cls(**{name: getattr(row, name) for name in cls.__struct_fields__})


class DeclarationOut(Struct):
    recorded: int
    already_known: int
    """Numbers of the list for which this very consent was on record."""
