"""What the API takes and gives for secrets. A value goes in and never comes out."""

import uuid
from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from control_plane.db.models import Secret

SecretName = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9_-]{0,62}$", examples=["openai-of-acme"])]
# Printable ASCII, because it travels in a header.
Value = Annotated[str, Meta(pattern="^[!-~]{1,4000}$", examples=["sk-the-key"], description="Write-only")]
BaseUrl = Annotated[str, Meta(min_length=1, max_length=2000, examples=["https://models.example.com/v1"])]
Description = Annotated[str, Meta(max_length=200)]


class SecretIn(Struct, forbid_unknown_fields=True, kw_only=True):
    name: SecretName
    """By which assistants name it (`models.llm.credential`), and tools (`{{secret:name}}` in a header); it cannot be changed."""
    value: Value
    base_url: BaseUrl | None = None
    """The OpenAI-compatible endpoint that the value opens; null for the installation's. It is sent nowhere else."""
    description: Description = ""


class SecretPatch(Struct, forbid_unknown_fields=True, kw_only=True):
    value: Value | UnsetType = UNSET
    base_url: BaseUrl | UnsetType | None = UNSET
    """Only together with a value: whoever does not know it cannot have it sent elsewhere."""
    description: Description | UnsetType = UNSET


class SecretOut(Struct, kw_only=True):
    id: uuid.UUID
    name: str
    description: str
    base_url: str | None
    used_by: list[str]
    """Names of assistants that use it in their draft, their published version or a version that a campaign keeps, and of tools."""
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Secret, used_by: list[str]) -> "SecretOut":
        plain = {name: getattr(row, name) for name in cls.__struct_fields__ if name != "used_by"}
        return cls(used_by=used_by, **plain)
