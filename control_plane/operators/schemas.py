"""What the API says and accepts about operators."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, convert, field

from control_plane.db.models import Operator
from control_plane.kit.api_schemas import PHONE, ZONE

Name = Annotated[str, Meta(min_length=1, max_length=100, examples=["Front desk"])]
Phone = Annotated[str, Meta(max_length=32, examples=["+14155552671"], extra_json_schema=PHONE)]
Zone = Annotated[str, Meta(max_length=64, examples=["America/New_York"], extra_json_schema=ZONE)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ClockTime = Annotated[str, Meta(pattern="^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", examples=["09:00"])]


class DutyHours(Struct, forbid_unknown_fields=True):
    days: Annotated[list[Day], Meta(min_length=1, max_length=7)]
    start: ClockTime
    end: ClockTime
    """Up to 24:00. What passes midnight is written as two."""


Mode = Literal["cold", "warm"]
Weekly = Annotated[list[DutyHours], Meta(max_length=50)]
AssistantIds = Annotated[list[uuid.UUID], Meta(max_length=200)]


class OperatorIn(Struct, forbid_unknown_fields=True, kw_only=True):
    name: Name
    """By which agents know them; each once in a workspace."""
    e164: Phone
    mode: Mode = "cold"
    """`cold`: the carrier connects them. `warm`: they are called, told what it is about and asked, while the person hears music."""
    time_zone: Zone | None = None
    """Whose clock the hours are; without it the workspace's."""
    weekly: Weekly = field(default_factory=list)
    """When they are there; empty for always."""
    assistant_ids: AssistantIds = field(default_factory=list)
    """Whose calls they take; empty for all."""
    is_active: bool = True


class OperatorPatch(Struct, forbid_unknown_fields=True, kw_only=True):
    name: Name | UnsetType = UNSET
    e164: Phone | UnsetType = UNSET
    mode: Mode | UnsetType = UNSET
    time_zone: Zone | UnsetType = UNSET
    weekly: Weekly | UnsetType = UNSET
    assistant_ids: AssistantIds | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class OperatorOut(Struct):
    id: uuid.UUID
    name: str
    e164: str
    mode: Mode
    time_zone: str
    weekly: list[DutyHours]
    assistant_ids: list[uuid.UUID]
    is_active: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Operator) -> "OperatorOut":
        plain = {name: getattr(row, name) for name in cls.__struct_fields__ if name != "weekly"}
        return cls(**plain, weekly=convert(row.weekly, list[DutyHours]))
