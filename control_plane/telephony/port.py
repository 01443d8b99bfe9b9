"""What the dialer needs of a telephone system. The LiveKit implementation and the fake of the tests run the same contract suite."""

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field, fields
from typing import Protocol, final
from uuid import UUID

from control_plane.telephony.door import Door


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


_SEAL = object()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PermittedDial(Dial):
    """A dial that a stored verdict of the gate lets go: the only thing that `Telephony.dial` takes, whoever the leg is for.

    Only `permit` makes one. It cannot be built or altered elsewhere: the seal is asked for each time and kept nowhere.
    """

    verdict_id: UUID
    door: Door = field(default_factory=Door, compare=False, repr=False)
    """Asked right before the first byte leaves."""
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("A dial is permitted by the gate's stored verdict and by nothing else.")


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """What the gate's last look at a call has left in the database; `decision` is dial, wait or never."""

    id: UUID
    decision: str
    stage: str
    to: str


def permit(order: Dial, verdict: StoredVerdict, door: Door | None = None) -> PermittedDial:
    """The order with the verdict that lets it go, by `door` if there is one. Raises `ValueError` for any verdict but the last gate's Dial
    about the same number."""
    if (verdict.decision, verdict.stage) != ("dial", "last_gate"):
        raise ValueError(f"A verdict {verdict.decision} of the stage {verdict.stage} lets nobody dial.")
    if verdict.to != order.to:
        raise ValueError("The verdict is about another number than the one to be dialled.")
    given = {f.name: getattr(order, f.name) for f in fields(Dial)}
    return PermittedDial(**given, verdict_id=verdict.id, door=door or Door(), seal=_SEAL)


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
TURNED_AWAY = Refused(None, "the INVITE was held back right before it left", "unavailable", not_sent=True)
"""What an implementation says of an order whose door did not let it pass."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """The carrier is asked to connect the person of a call with another number, and to let the call go (SIP REFER)."""

    room: str
    identity: str
    to: str
    ringing_timeout_s: int


@dataclass(frozen=True, slots=True)
class Transferred:
    """The carrier says that it is done; the person's leg leaves the room by itself."""


@dataclass(frozen=True, slots=True)
class NotTransferred:
    """It was refused or nobody took it, or we do not know; whoever is still in the room is to be talked to."""

    text: str


TransferResult = Transferred | NotTransferred


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


class Transfers(Protocol):
    async def transfer(self, order: Transfer) -> TransferResult:
        """Ask the carrier once, and wait for its word. Never raises."""
        ...


class Telephony(Protocol):
    async def dispatch(self, order: Dispatch) -> None:
        """Make the room and send an agent to it. Raises `TelephonyError`. A 200 does not mean that an agent came."""
        ...

    async def dial(self, order: PermittedDial) -> DialResult:
        """Send the INVITE, if its door lets it pass, and wait for the network's word. Never raises; never sends more than one INVITE."""
        ...

    async def close_room(self, room: str) -> None:
        """Remove everybody and the room; a phone that rings is cancelled. No room is no error. Raises `TelephonyError`."""
        ...

    async def hang_up(self, room: str, identity: str) -> None:
        """Remove one from a room that the others stay in; a phone that rings is cancelled. Who is not there is no error. Raises
        `TelephonyError`."""
        ...

    async def legs(self, room: str) -> tuple[Leg, ...]:
        """Who is in the room; empty when there is none. Raises `TelephonyError`."""
        ...

    async def rooms(self) -> tuple[str, ...]:
        """Names of all rooms. Raises `TelephonyError`."""
        ...
