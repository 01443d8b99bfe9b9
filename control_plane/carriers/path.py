"""What shall be at Twilio for one trunk, as plain values: computed from the rows here, built by `building`."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from control_plane.db.models import Number, Trunk
from control_plane.kit.secrets import SecretBox, new_token

_DOMAIN = "pstn.twilio.com"


@dataclass(frozen=True, slots=True)
class CarrierPath:
    """Everything of one trunk. Without `is_wanted` nothing of it shall be there."""

    workspace_id: uuid.UUID
    trunk_id: uuid.UUID
    is_wanted: bool = False
    is_secure: bool = False
    username: str = ""
    password: str = field(default="", repr=False)
    answered: tuple[str, ...] = ()
    """Numbers whose inbound calls an assistant takes."""
    origination_uri: str = ""

    @property
    def name(self) -> str:
        """Of each of its things at Twilio, where a name has at most 64 characters."""
        return f"callwright:{self.trunk_id}"

    @property
    def domain(self) -> str:
        return domain_of(self.trunk_id)


def domain_of(trunk_id: uuid.UUID) -> str:
    """Where INVITEs of a trunk that we build go; no other Twilio account in the world can have it."""
    return f"callwright-{trunk_id.hex}.{_DOMAIN}"


def username_of(trunk_id: uuid.UUID) -> str:
    return f"callwright-{trunk_id.hex[-12:]}"


def new_password() -> str:
    """Twilio wants twelve characters at least, with a digit and letters of both cases; these four see to that."""
    return f"{new_token()[:32]}Cw7a"


def path_of(trunk: Trunk, numbers: Sequence[Number], box: SecretBox, origination_uri: str) -> CarrierPath:
    """A trunk that is not ours to build, or has no numbers, wants nothing at Twilio."""
    return CarrierPath(
        trunk.workspace_id,
        trunk.id,
        is_wanted=trunk.is_managed and bool(numbers),
        is_secure=trunk.media_encryption == "require",
        username=trunk.auth_username,
        password=box.open(trunk.auth_password_sealed) if trunk.is_managed else "",
        answered=tuple(number.e164 for number in numbers if number.assistant_id is not None),
        origination_uri=origination_uri,
    )
