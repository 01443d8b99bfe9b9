"""What the dialer needs of a telephone system. The LiveKit implementation and the fake of the tests run the same contract suite."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A room for one call, with an agent sent to it. Timeouts in seconds."""

    room: str
    agent_metadata: str
    empty_timeout_s: int
    departure_timeout_s: int


@dataclass(frozen=True, slots=True)
class Dial:
    """One INVITE. `ringing_timeout_s` ≤ 75, because the server gives up after 80 s (facts/livekit §1.4).

    `max_call_duration_s` counts from the dial, not from the answer.
    """

    room: str
    identity: str
    trunk_id: str
    to: str
    from_number: str
    ringing_timeout_s: int
    max_call_duration_s: int
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answered:
    """The callee picked up."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The network's final word. `sip_code` is None where LiveKit gave only an error of its own, named by `code`."""

    sip_code: int | None
    text: str
    code: str
    not_sent: bool = False
    """The INVITE certainly never left."""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """We do not know: the request may have reached LiveKit, and the phone may ring."""

    error: str


DialResult = Answered | Refused | Uncertain


@dataclass(frozen=True, slots=True)
class Leg:
    """A participant in a call's room."""

    identity: str
    is_agent: bool
    is_phone: bool
    call_status: str
    """`sip.callStatus`: dialing, ringing, active, hangup; empty for those who are not on the phone."""


class TelephonyError(Exception):
    """LiveKit refused or could not be reached; nothing is known to have changed."""


class Telephony(Protocol):
    async def dispatch(self, order: Dispatch) -> None:
        """Make the room and send an agent to it. Raises `TelephonyError`. A 200 does not mean that an agent came."""
        ...

    async def dial(self, order: Dial) -> DialResult:
        """Send the INVITE and wait for the network's word. Never raises; never sends more than one INVITE."""
        ...

    async def close_room(self, room: str) -> None:
        """Remove everybody and the room; a phone that rings is cancelled. No room is no error. Raises `TelephonyError`."""
        ...

    async def legs(self, room: str) -> tuple[Leg, ...]:
        """Who is in the room; empty when there is none. Raises `TelephonyError`."""
        ...

    async def rooms(self) -> tuple[str, ...]:
        """Names of all rooms. Raises `TelephonyError`."""
        ...
