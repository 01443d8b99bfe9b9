"""What the API takes and gives for look-ups of numbers at the carrier."""

import uuid
from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from control_plane.db.models import NumberLookup

Price = Annotated[str, Meta(pattern=r"^[0-9]{1,4}(\.[0-9]{1,4})?$", examples=["0.0080"])]
Budget = Annotated[str, Meta(pattern=r"^[0-9]{1,10}(\.[0-9]{1,4})?$", examples=["50.00"])]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$", examples=["USD"])]
Days = Annotated[int, Meta(ge=1, le=365)]


class LookupPrices(Struct, forbid_unknown_fields=True, kw_only=True):
    """What one look-up costs by your contract with Twilio, whose answers do not say it; its list is at
    https://www.twilio.com/en-us/user-authentication-identity/pricing/lookup."""

    line_type: Price
    reassigned_number: Price
    currency: Currency


class LookupSettingsIn(Struct, forbid_unknown_fields=True, kw_only=True):
    """Replaces the settings: what is left out is off. Whoever switches something on says what it costs and what a month may cost."""

    line_type: bool = False
    """Ask for the kind of line, where the rules close some kinds (`line_types` of a pack or of the workspace's own rules)."""
    reassigned_number: bool = False
    """Ask whether a US number has come to somebody else since the consent that a call rests on was given."""
    prices: LookupPrices | None = None
    monthly_limit: Budget | None = None
    """What the look-ups of a month may cost, in the currency of the prices. Calls that need one wait when it is reached."""
    campaign_ids: Annotated[list[uuid.UUID], Meta(max_length=200)] | None = None
    """Only for calls of these campaigns; null for all calls."""
    max_age_days: Days = 30
    """How long an answer is believed before the number is looked up again."""


class LookupMonth(Struct, kw_only=True):
    month: date
    lookups: int
    """Those whose answer was lost on its way are counted, since Twilio may bill them."""
    cost: str
    currency: str
    """Of `cost`; empty before the first look-up of the month."""


class LookupSettingsOut(Struct, kw_only=True):
    line_type: bool
    reassigned_number: bool
    prices: LookupPrices | None
    monthly_limit: str | None
    campaign_ids: list[uuid.UUID] | None
    max_age_days: int
    this_month: LookupMonth
    """What was looked up since the first of the month (UTC), and what that cost by the prices of its time."""
    waiting: int
    """Numbers that are yet to be looked up."""
    trouble: str
    """Why the last try of one of these failed; empty when none has."""


class NumberLookupOut(Struct, kw_only=True):
    id: uuid.UUID
    e164: str
    line_type: str
    """landline, mobile, fixed_voip, non_fixed_voip, toll_free, premium, shared_cost, personal, universal_access, voicemail, pager,
    unknown; empty before it was asked."""
    line_type_at: datetime | None
    reassigned_since: date | None
    """After this day the number has come to somebody else."""
    unchanged_since: date | None
    """Since this day nothing like it is known."""
    reassigned_at: datetime | None
    """When that was asked last."""
    lookups: int
    cost: str
    currency: str
    is_waiting: bool
    trouble: str

    @classmethod
    def of(cls, row: NumberLookup) -> "NumberLookupOut":
        plain = {name: getattr(row, name) for name in cls.__struct_fields__ if name not in ("cost", "is_waiting")}
        return cls(**plain, cost=str(row.cost), is_waiting=row.wanted_at is not None)
