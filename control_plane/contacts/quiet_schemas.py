"""When a person wants no calls, as the API takes and gives it."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Clock = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$", examples=["13:00"])]


class QuietRange(Struct, forbid_unknown_fields=True):
    """Hours of the person's own day. A range that ends at or before its start goes on into the next day."""

    days: Annotated[list[Day], Meta(min_length=1, max_length=7)]
    start: Clock
    end: Clock


class QuietTimes(Struct, forbid_unknown_fields=True):
    ranges: Annotated[list[QuietRange], Meta(max_length=50)]
    """None at all: calls are never unwanted."""
