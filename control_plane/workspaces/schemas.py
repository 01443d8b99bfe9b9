"""What the API takes and gives for the workspace, its keys and tokens."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from control_plane.db.models import ApiKey, Workspace
from control_plane.kit.api_schemas import COUNTRY, ZONE

Name = Annotated[str, Meta(min_length=1, max_length=200, examples=["Acme Support"])]
ZoneName = Annotated[str, Meta(max_length=64, examples=["America/New_York"], extra_json_schema=ZONE)]
RoleName = Literal["owner", "manager", "viewer", "agent"]


class Limits(Struct, forbid_unknown_fields=True):
    max_concurrent_calls: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    """Calls at once over all campaigns; null for no limit of the workspace's own."""


class WorkspaceOut(Struct):
    id: uuid.UUID
    name: str
    time_zone: str
    default_country: str
    limits: Limits
    is_halted: bool
    adds_callers: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Workspace) -> "WorkspaceOut":
        limits, switches = Limits(row.max_concurrent_calls), (row.is_halted, row.adds_callers)
        return cls(row.id, row.name, row.time_zone, row.default_country, limits, *switches, row.created_at, row.updated_at)


class WorkspacePatch(Struct, forbid_unknown_fields=True):
    name: Name | UnsetType = UNSET
    time_zone: ZoneName | UnsetType = UNSET
    default_country: Annotated[str, Meta(pattern="^[A-Z]{2}$", examples=["US"], extra_json_schema=COUNTRY)] | UnsetType = UNSET
    """Numbers without a country code are read as of this country."""
    limits: Limits | UnsetType = UNSET
    is_halted: bool | UnsetType = UNSET
    """The kill switch: nothing is dialled while it is on."""
    adds_callers: bool | UnsetType = UNSET
    """Whether somebody unknown who calls one of the numbers becomes a contact."""


class ApiKeyIn(Struct, forbid_unknown_fields=True):
    name: Name
    role: RoleName
    expires_at: datetime | None = None


class ApiKeyOut(Struct):
    id: uuid.UUID
    name: str
    role: str
    prefix: str
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, row: ApiKey) -> "ApiKeyOut":
        return cls(row.id, row.name, row.role, row.prefix, row.expires_at, row.revoked_at, row.last_used_at, row.created_at)


class NewApiKeyOut(Struct):
    """`key` is shown here and never again."""

    id: uuid.UUID
    name: str
    role: str
    prefix: str
    expires_at: datetime | None
    created_at: datetime
    key: Annotated[str, Meta(examples=["cw_…"])]


class TokenOut(Struct):
    """A token for `Authorization: Bearer …`."""

    access_token: str
    token_type: str
    expires_in_s: int
    role: str
    workspace_id: uuid.UUID
