"""Where a call takes place: in a room named after it, unless the carrier's side opened the room, or it is a leg to somebody who takes
another call over, in that call's room."""

from control_plane.db.models import Call
from sip_config.contract import CallPurpose
from sip_config.naming import callee_identity, room_name


def room_of(call: Call) -> str:
    return call.room or call.request.get("in_room") or room_name(str(call.id))


def is_guest(call: Call) -> bool:
    """Whether its room is another call's, which goes on without it."""
    return call.purpose == CallPurpose.TRANSFER


def identity_of(call: Call) -> str:
    """Of the person's leg in the room."""
    return call.phone_identity or callee_identity(str(call.id))
