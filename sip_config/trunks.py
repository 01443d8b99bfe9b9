"""What LiveKit shall know of a trunk, as plain values: computed here, applied by `provision`.

LiveKit's own ids are not in it: they are found again by name, which carries our id, so that a lost answer never makes a second trunk.
"""

import re
from dataclasses import dataclass, field

TRANSPORTS = ("auto", "udp", "tcp", "tls")
ENCRYPTIONS = ("disable", "allow", "require")

_TAG = "callwright:"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])"
_ADDRESS = re.compile(rf"{_HOST}(?::(?P<port>[0-9]{{1,5}}))?")


@dataclass(frozen=True, slots=True)
class NumberDescription:
    """A caller ID. `is_answered`: an assistant takes calls that come in on it."""

    e164: str
    is_answered: bool = False
    id: str = ""
    """Ours; its dispatch rule gives it to the agent."""


@dataclass(frozen=True, slots=True)
class TrunkDescription:
    """One trunk with everything that hangs on it. Without numbers there is nothing for LiveKit to know."""

    id: str
    address: str
    transport: str = "auto"
    media_encryption: str = "disable"
    auth_username: str = ""
    auth_password: str = field(default="", repr=False)
    numbers: tuple[NumberDescription, ...] = ()

    @property
    def tag(self) -> str:
        """Name of its objects in LiveKit."""
        return _TAG + self.id

    @property
    def caller_ids(self) -> list[str]:
        return sorted(number.e164 for number in self.numbers)

    @property
    def answered(self) -> list[str]:
        """Numbers whose inbound calls go to an agent."""
        return sorted(number.e164 for number in self.numbers if number.is_answered)

    def rule_tag(self, e164: str) -> str:
        """Name of the dispatch rule of one number."""
        return f"{self.tag}:{e164}"


@dataclass(frozen=True, slots=True)
class ProvisionedTrunk:
    """LiveKit's ids; None for what it does not need to know. `rule_ids` by number in E.164."""

    outbound_trunk_id: str | None = None
    inbound_trunk_id: str | None = None
    rule_ids: dict[str, str] = field(default_factory=dict)


def address_fault(address: str) -> str | None:
    """What is wrong with a carrier's address, as a sentence; None when LiveKit takes it (facts/livekit §1.3)."""
    if address.lower().startswith(("sip:", "sips:")) or "://" in address:
        return "The address is only host or host:port, without sip: or any other scheme."
    if "@" in address:
        return "The address has no user part: write the host only, and the user name in auth_username."
    if ";" in address:
        return "The address has no parameters: choose the transport in the field transport."
    match = _ADDRESS.fullmatch(address)
    if match is None or len(address) > 255:
        return "The address must be a host name or IP address, with :port if it is not 5060."
    if match["port"] is not None and not 1 <= int(match["port"]) <= 65535:
        return "The port of the address must be between 1 and 65535."
    return None
