"""Where a call takes place: in a room named after it, unless the carrier's side opened the room."""

from control_plane.db.models import Call
from sip_config.naming import callee_identity, room_name


def room_of(call: Call) -> str:
    return call.room or room_name(str(call.id))


def identity_of(call: Call) -> str:
    """Of the person's leg in the room."""
    return call.phone_identity or callee_identity(str(call.id))
