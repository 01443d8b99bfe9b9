"""What the API takes and gives for a workspace's account at Twilio."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from control_plane.db.models import CarrierStep

AccountSid = Annotated[str, Meta(pattern="^AC[0-9a-fA-F]{32}$", examples=["AC0123456789abcdef0123456789abcdef"])]
SecretOfAccount = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9_-]{0,62}$", examples=["twilio-token"])]


class TwilioAccountIn(Struct, forbid_unknown_fields=True, kw_only=True):
    account_sid: AccountSid
    auth_token_secret: SecretOfAccount
    """Name of the secret (`/secrets`) whose value is the account's auth token."""
    signing_secret: SecretOfAccount | None = None
    """Name of the secret whose value is the shared key of Twilio's SHA-256 signatures; null: only the older ones are taken."""


class TwilioAccountOut(Struct, kw_only=True):
    account_sid: str
    source: Literal["workspace", "installation"]
    """`installation`: that of TWILIO_ACCOUNT_SID, because the workspace has none of its own."""
    auth_token_secret: str | None
    signing_secret: str | None
    status_callback_url: str
    """What to enter at Twilio as the status callback."""
    recording_callback_url: str


class UsageLine(Struct, kw_only=True):
    category: str
    amount: str
    unit: str
    price: str | None


class TwilioLimits(Struct, kw_only=True):
    calls_per_second: float
    """Per trunk."""
    max_concurrent_calls: int | None
    """null: Twilio names no limit for this account."""
    source: str
    """Where the limits are from: Twilio's API tells only whether the account is on trial."""


class TwilioStatus(Struct, kw_only=True):
    account_name: str
    status: str
    is_trial: bool
    balance: str | None
    """null for accounts that are billed afterwards."""
    currency: str
    limits: TwilioLimits
    usage_this_month: list[UsageLine]


class TwilioNumber(Struct, kw_only=True):
    e164: str
    name: str
    has_voice: bool
    is_on_another_trunk: bool
    """On a trunk that we did not build: Twilio sends its inbound calls there."""
    number_id: uuid.UUID | None
    """Ours, when the workspace has the number already."""


class TwilioNumbers(Struct, kw_only=True):
    items: list[TwilioNumber]


class CarrierStepOut(Struct, kw_only=True):
    kind: str
    """trunk, credential_list, credential, list_on_trunk, origination or number."""
    subject: str
    """The number, for the kind number."""
    state: str
    """begun, done or undoing."""
    remote_id: str | None
    """Twilio's id of it."""
    repairs: int
    """How often it was found missing or changed at Twilio, and mended."""
    done_at: datetime | None

    @classmethod
    def of(cls, row: CarrierStep) -> "CarrierStepOut":
        return cls(**{name: getattr(row, name) for name in cls.__struct_fields__})


class CarrierPathOut(Struct, kw_only=True):
    trunk_id: uuid.UUID
    is_managed: bool
    steps: list[CarrierStepOut]
