"""Names that cross process borders: rooms, identities, attribute keys. Built and parsed here only."""

AGENT_NAME = "callwright"
"""Dispatch name of the call agent. Never empty: an unnamed worker joins every room (facts/livekit §2.1)."""

ATTRIBUTE_CALL_ID = "callwright.callId"
ATTRIBUTE_ATTEMPT = "callwright.attempt"
ATTRIBUTE_SCRIPT = "callwright.script"
"""Set on rehearsal trunks only: which callee script the simulated carrier plays."""

SIP_CALL_STATUS = "sip.callStatus"
SIP_CALL_ID = "sip.callID"
SIP_CALLER = "sip.phoneNumber"
"""Of a call that came in: the number that it seems to come from."""
SIP_CALLED = "sip.trunkPhoneNumber"
"""Of a call that came in: our number."""

_ROOM_PREFIX = "call-"
_CALLEE_PREFIX = "callee-"
_INBOUND_PREFIX = "inbound-"
_TRIAL_PREFIX = "trial-"
_TRANSCRIPTION_PREFIX = _TRIAL_PREFIX + "transcription-"


def room_name(call_id: str) -> str:
    """Room of a call; derived from the call id, so that a repeated `create_room` makes one room."""
    return _ROOM_PREFIX + call_id


def call_id_of_room(room: str) -> str | None:
    """The call id in a room name, or None for a room that is not a call's."""
    return room[len(_ROOM_PREFIX) :] if room.startswith(_ROOM_PREFIX) and len(room) > len(_ROOM_PREFIX) else None


def callee_identity(call_id: str) -> str:
    """Identity of the callee's leg; one per call, so a second join would evict the first (facts/livekit §1.4)."""
    return _CALLEE_PREFIX + call_id


def call_id_of_callee(identity: str) -> str | None:
    """The call id in the identity of a callee's leg, or None for anybody else's."""
    return identity[len(_CALLEE_PREFIX) :] if identity.startswith(_CALLEE_PREFIX) and len(identity) > len(_CALLEE_PREFIX) else None


def inbound_room_prefix() -> str:
    """Prefix of rooms that a dispatch rule opens for inbound calls."""
    return _INBOUND_PREFIX


def is_inbound_room(room: str) -> bool:
    return room.startswith(_INBOUND_PREFIX)


def trial_room(trial_id: str) -> str:
    """Room in which an assistant is tried without a phone."""
    return _TRIAL_PREFIX + trial_id


def is_trial_room(room: str) -> bool:
    return room.startswith(_TRIAL_PREFIX)


def transcription_room(transcription_id: str) -> str:
    """Room in which a stored recording is transcribed; as trials do, it takes no slot of a call."""
    return _TRANSCRIPTION_PREFIX + transcription_id


def is_transcription_room(room: str) -> bool:
    return room.startswith(_TRANSCRIPTION_PREFIX)
