"""What the API takes and gives for trunks and numbers."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, convert, field

from control_plane.db.models import Number, Trunk
from control_plane.domain.breaker import BreakerRules
from control_plane.domain.throttling import full_pace_at, share_now
from control_plane.kit.api_schemas import PHONE

Provider = Literal["twilio", "generic", "rehearsal"]
Transport = Literal["auto", "udp", "tcp", "tls"]
Encryption = Literal["disable", "allow", "require"]
Name = Annotated[str, Meta(min_length=1, max_length=200, examples=["Twilio US"])]
Address = Annotated[str, Meta(max_length=255, examples=["acme.pstn.twilio.com", "sip.example.com:5061"])]
Credential = Annotated[str, Meta(max_length=200)]
# The column keeps three decimals; a thousand per second is beyond any carrier.
PerSecond = Annotated[float, Meta(ge=0.001, le=1000)]
Concurrent = Annotated[int, Meta(ge=1, le=100_000)]
E164 = Annotated[str, Meta(max_length=32, examples=["+14155552671"], extra_json_schema=PHONE)]
DailyCap = Annotated[int, Meta(ge=1, le=1_000_000)]
NumberLabel = Annotated[str, Meta(max_length=200)]

_USUAL = BreakerRules()


class Breaker(Struct, forbid_unknown_fields=True, kw_only=True):
    """When failures of the network stop the dialling: so large a share of the last dials within the window."""

    share: Annotated[float, Meta(ge=0.05, le=1)] = _USUAL.share
    """Of the dials looked at; reaching it stops the dialling."""
    dials: Annotated[int, Meta(ge=1, le=200)] = _USUAL.dials
    """How many of the last dials are looked at."""
    least_dials: Annotated[int, Meta(ge=1, le=200)] = _USUAL.least
    """Fewer tell nothing. At most `dials`."""
    window_s: Annotated[int, Meta(ge=30, le=3600)] = int(_USUAL.window.total_seconds())
    """Older dials are not looked at."""


class TrunkBreaker(Breaker, forbid_unknown_fields=True, kw_only=True):
    pause_s: Annotated[int, Meta(ge=10, le=3600)] = int(_USUAL.rest.total_seconds())
    """From the pause to one call that tries again."""


class TrunkIn(Struct, forbid_unknown_fields=True):
    name: Name
    provider: Provider
    address: Address = ""
    """host or host:port of the carrier. A rehearsal trunk needs none. A Twilio trunk without one is built in the workspace's account."""
    transport: Transport = "auto"
    auth_username: Credential = ""
    auth_password: Credential = ""
    """Taken, never shown."""
    calls_per_second: PerSecond = 1.0
    """What the carrier lets start; 1 is Twilio's default."""
    max_concurrent_calls: Concurrent = 10
    media_encryption: Encryption = "disable"
    breaker: TrunkBreaker = field(default_factory=TrunkBreaker)


class TrunkPatch(Struct, forbid_unknown_fields=True):
    name: Name | UnsetType = UNSET
    address: Address | UnsetType = UNSET
    transport: Transport | UnsetType = UNSET
    auth_username: Credential | UnsetType = UNSET
    auth_password: Credential | UnsetType = UNSET
    calls_per_second: PerSecond | UnsetType = UNSET
    max_concurrent_calls: Concurrent | UnsetType = UNSET
    media_encryption: Encryption | UnsetType = UNSET
    breaker: TrunkBreaker | UnsetType = UNSET
    """Replaced as a whole; what is left out is as usual."""


class TrunkOut(Struct):
    id: uuid.UUID
    name: str
    provider: str
    address: str
    transport: str
    auth_username: str
    has_auth_password: bool
    is_managed: bool
    """Built at Twilio by us, who keep it right there; address and credentials cannot be changed."""
    calls_per_second: float
    calls_per_second_now: float
    """Less than `calls_per_second` after the carrier has throttled."""
    full_pace_at: datetime | None
    """When the whole pace is back if the carrier throttles no more; null when nothing is lacking."""
    max_concurrent_calls: int
    media_encryption: str
    breaker: TrunkBreaker
    paused_reason: str
    """Not empty: too many dials failed in the network, and nothing is dialled but one call to try at `tries_again_at`."""
    paused_at: datetime | None
    tries_again_at: datetime | None
    livekit_outbound_trunk_id: str | None
    livekit_inbound_trunk_id: str | None
    sync_state: str
    """pending, synced or failed: whether LiveKit knows what is written here."""
    sync_error: str
    synced_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Trunk, now: datetime) -> "TrunkOut":
        made = {"has_auth_password": bool(row.auth_password_sealed), "breaker": convert(row.breaker, TrunkBreaker)}
        made |= _pace(row, now) | _pause(row)
        return cls(**made, **{name: getattr(row, name) for name in cls.__struct_fields__ if name not in made})


def _pace(row: Trunk, now: datetime) -> dict[str, Any]:
    whole, share = float(row.calls_per_second), share_now(float(row.rate_factor), row.throttled_at, now)
    back = full_pace_at(float(row.rate_factor), row.throttled_at) if share < 1 else None
    return {"calls_per_second": whole, "calls_per_second_now": round(whole * share, 3), "full_pace_at": back}


def _pause(row: Trunk) -> dict[str, Any]:
    """The end of the last pause stays in the row; here it is only told while it lasts."""
    since = row.paused_at if row.paused_reason else None
    return {"paused_at": since, "tries_again_at": since + _USUAL.set_by(row.breaker).rest if since else None}


class TrunkFault(Struct):
    kind: Literal["wrong_password", "dead_host", "missing_codec", "refused_number"]
    detail: str
    """What it is and where to look, as a sentence."""
    calls: int
    """Of the last hour's, at most the newest 200."""


class TrunkHealth(Struct):
    """How the trunk does, from what its calls met in the last hour."""

    status: Literal["ok", "degraded", "failing"]
    detail: str
    carrier: Literal["real", "simulated"]
    sync_state: str
    live_calls: int
    calls_last_hour: int
    results_last_hour: dict[str, int]
    faults: list[TrunkFault]
    """What the failures of the last hour speak of, the most frequent first."""


class NumberIn(Struct, forbid_unknown_fields=True):
    e164: E164
    trunk_id: uuid.UUID
    label: NumberLabel = ""
    assistant_id: uuid.UUID | None = None
    """Who takes inbound calls; null lets them ring nowhere."""
    daily_cap: DailyCap | None = None


class NumbersWanted(Struct, forbid_unknown_fields=True):
    trunk_id: uuid.UUID
    """A Twilio trunk."""
    numbers: Annotated[list[E164], Meta(max_length=1000)] | None = None
    """Those of the account's numbers to take; null for all that can make calls."""


class NumberLeft(Struct):
    e164: str
    reason: str
    """Why it was not taken, as a sentence."""


class NumbersImported(Struct):
    """Taking the same numbers again takes none twice."""

    imported: list["NumberOut"]
    left: list[NumberLeft]


class NumberPatch(Struct, forbid_unknown_fields=True):
    label: NumberLabel | UnsetType = UNSET
    daily_cap: DailyCap | UnsetType | None = UNSET
    """null: 60 a day, growing from 15 over the first five days; rehearsals have none."""
    health: Literal["active", "quarantined"] | UnsetType = UNSET
    """Put a number back to work, or take it out of use."""


class NumberAssistant(Struct, forbid_unknown_fields=True):
    assistant_id: uuid.UUID


class NumberOut(Struct):
    id: uuid.UUID
    e164: str
    trunk_id: uuid.UUID
    label: str
    assistant_id: uuid.UUID | None
    daily_cap: int | None
    capabilities: list[str]
    """outbound, and inbound when an assistant takes its calls."""
    health: str
    """active, resting (back by itself at rests_until) or quarantined (until a person puts it back)."""
    health_reason: str
    rests_until: datetime | None
    first_used_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Number) -> "NumberOut":
        capabilities = ["outbound", *(["inbound"] if row.assistant_id else [])]
        facts = (row.id, row.e164, row.trunk_id, row.label, row.assistant_id, row.daily_cap)
        rests_until = row.rests_until if row.health == "resting" else None
        health = (row.health, row.health_reason, rests_until, row.first_used_at)
        return cls(*facts, capabilities, *health, row.created_at, row.updated_at)
