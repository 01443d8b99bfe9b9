"""Calls that come in: what the rule of a number gives its agent, what the agent says of a caller, and what is done with the call."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InboundTicket:
    """All that a dispatch rule's metadata holds. It opens nothing: the agent asks with its worker's own key."""

    number_id: str


@dataclass(frozen=True, slots=True)
class InboundArrival:
    """A caller in a room, as LiveKit shows their leg. The numbers are what a carrier says and prove nothing of who it is."""

    number_id: str
    room: str
    identity: str
    """Of the caller's leg in the room."""
    called: str = ""
    caller: str = ""
    """Empty, or no number at all, where it is withheld."""


@dataclass(frozen=True, slots=True)
class InboundOrder:
    """What makes the order of a call that came in another than that of one that was placed."""

    is_closed: bool = False
    """No assistant takes calls now: that is said, and the call is ended, or handed on."""
    closed_words: str = ""
    """What is said then, after who was reached; empty for the plain fact."""
    key_prompt: str = ""
    """Said before the conversation, so that the caller chooses by a key whom to speak with; without a choice the order holds as it is."""
    keys: tuple[str, ...] = ()
    fallback: str = ""
    """The name of a person to put the caller through to where no assistant takes the call; empty for nobody."""
