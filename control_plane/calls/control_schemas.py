"""What the API takes to stop things."""

from typing import Annotated

import msgspec

Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500, examples=["Wrong list imported"])]


class Stop(msgspec.Struct, forbid_unknown_fields=True):
    end_live_calls: bool = False
    """Hang up on calls under way too; without it they go on to their own end."""


class Halt(msgspec.Struct, forbid_unknown_fields=True):
    reason: Reason
    """Kept in the audit trail."""
    end_live_calls: bool = False
    """Hang up on calls under way too; without it they go on to their own end."""


class Resume(msgspec.Struct, forbid_unknown_fields=True):
    reason: Reason
